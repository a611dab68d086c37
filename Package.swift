// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "atlasgen",
    platforms: [.macOS(.v14)],
    products: [
        .library(name: "ViT", targets: ["ViT"])
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1")
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(name: "CCMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"]), .brew(["cmark"])]),
        .target(name: "CVector", exclude: ["functions.inc"]),
        .target(name: "ViT", dependencies: ["COpenBLAS", "CVector"]),
        .target(
            name: "Render",
            dependencies: ["CPNG", "CCMark", .product(name: "Mustache", package: "swift-mustache")]),
        .testTarget(name: "ViTTests", dependencies: ["ViT"], resources: [.copy("Fixtures")]),
        .testTarget(name: "RenderTests", dependencies: ["Render"], exclude: ["Fixtures"]),
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "atlasgen",
    platforms: [.macOS(.v14)],
    products: [
        .library(name: "ViT", targets: ["ViT"])
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
        .target(name: "CVector", exclude: ["functions.inc"]),
        .target(name: "ViT", dependencies: ["COpenBLAS", "CVector"]),
        .testTarget(name: "ViTTests", dependencies: ["ViT"], resources: [.copy("Fixtures")]),
    ],
    swiftLanguageModes: [.v6]
)

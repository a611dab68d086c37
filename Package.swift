// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "atlasgen",
    platforms: [.macOS(.v14)],
    products: [
        .executable(name: "atlasgen", targets: ["AtlasGen"]),
        .library(name: "ViT", targets: ["ViT"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(name: "CCMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"]), .brew(["cmark"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .target(name: "CFileSystem"),
        .target(name: "CVector", exclude: ["functions.inc"]),
        .target(name: "ViT", dependencies: ["COpenBLAS", "CVector"]),
        .target(
            name: "Render",
            dependencies: ["CPNG", "CCMark", .product(name: "Mustache", package: "swift-mustache")]),
        .executableTarget(
            name: "AtlasGen",
            dependencies: [
                "CFileSystem", "ViT", "Render", "Yams",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .target(name: "CCrypto", condition: .when(platforms: [.linux])),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]),
        .testTarget(name: "ViTTests", dependencies: ["ViT"], resources: [.copy("Fixtures")]),
        .testTarget(name: "RenderTests", dependencies: ["Render"], exclude: ["Fixtures"]),
        .testTarget(name: "AtlasGenTests", dependencies: ["AtlasGen"], resources: [.copy("Fixtures")]),
    ],
    swiftLanguageModes: [.v6]
)

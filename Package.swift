// swift-tools-version: 6.2
import PackageDescription

/// Tests that compute little are compiled without optimisation, which takes a third of the time.
let quicklyCompiled: [SwiftSetting] = [.unsafeFlags(["-Onone"])]

let package = Package(
    name: "atlasgen",
    platforms: [.macOS(.v14)],
    products: [
        .executable(name: "atlasgen", targets: ["AtlasGen"]),
        .library(name: "ViT", targets: ["ViT"]),
        // For tests, which load it as a plugin.
        .library(name: "FaultyPlugin", type: .dynamic, targets: ["CFaultyPlugin"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(name: "CCMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"]), .brew(["cmark"])]),
        .systemLibrary(
            name: "CGumbo", pkgConfig: "gumbo", providers: [.apt(["libgumbo-dev"]), .brew(["gumbo-parser"])]),
        .systemLibrary(
            name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CDuktape", pkgConfig: "duktape", providers: [.apt(["duktape-dev"]), .brew(["duktape"])]),
        .systemLibrary(
            name: "CFreeType", pkgConfig: "freetype2", providers: [.apt(["libfreetype-dev"]), .brew(["freetype"])]),
        .target(name: "CDejaVu", exclude: ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "characters.txt", "LICENSE"]),
        .target(name: "CFileSystem"),
        .target(name: "CKaTeX", exclude: ["katex.js", "mathml.js", "LICENSE"]),
        .target(name: "CPJRT"),
        .target(name: "CPrism", exclude: ["prism.js", "colours.js", "LICENSE"]),
        .target(name: "CVector", exclude: ["functions.inc"]),
        .target(
            name: "Support",
            dependencies: ["CFileSystem", .target(name: "CCrypto", condition: .when(platforms: [.linux]))]),
        .target(name: "ViT", dependencies: ["COpenBLAS", "CVector"]),
        .target(name: "PJRT", dependencies: ["CPJRT"]),
        .target(name: "StableHLO"),
        .target(name: "XLA", dependencies: ["Support", "ViT", "PJRT", "StableHLO"]),
        .target(
            name: "Render",
            dependencies: [
                "Support", "CPNG", "CJPEG", "CCMark", "CGumbo", "CZlib", "CDuktape", "CKaTeX", "CPrism", "CFreeType",
                "CDejaVu",
            ]),
        .target(name: "Runs", dependencies: ["Support", "ViT", "XLA", "Render", "Yams"]),
        .target(name: "Scores", dependencies: ["Support", "ViT", "Render", "Runs"]),
        .target(name: "Site", dependencies: ["Support", "ViT", "Render", "Runs", "Scores"]),
        .executableTarget(
            name: "AtlasGen",
            dependencies: [
                "Support", "ViT", "XLA", "Render", "Runs", "Scores", "Site",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .target(name: "TestTree", path: "Tests/TestTree"),
        .target(name: "CFaultyPlugin", dependencies: ["CPJRT"], path: "Tests/CFaultyPlugin"),
        .target(name: "FaultyPlugin", path: "Tests/FaultyPlugin"),
        .target(name: "Reference", dependencies: ["ViT"], path: "Tests/Reference"),
        .target(
            name: "TestSupport", dependencies: ["Support", "ViT", "Render", "Runs", "Scores", "Site"],
            path: "Tests/TestSupport"),
        .testTarget(name: "SupportTests", dependencies: ["Support"], swiftSettings: quicklyCompiled),
        .testTarget(name: "ViTTests", dependencies: ["ViT", "Reference"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "XLATests", dependencies: ["XLA", "PJRT", "StableHLO", "Support", "ViT", "Reference", "FaultyPlugin"]),
        .testTarget(
            name: "RenderTests", dependencies: ["Render", "TestTree"], exclude: ["Fixtures"],
            swiftSettings: quicklyCompiled),
        .testTarget(
            name: "RunsTests", dependencies: ["Runs", "TestSupport", "Reference", "FaultyPlugin"],
            resources: [.copy("Fixtures")],
            swiftSettings: quicklyCompiled),
        .testTarget(name: "ScoresTests", dependencies: ["Scores", "TestSupport"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "SiteTests", dependencies: ["Site", "TestSupport", "TestTree"], swiftSettings: quicklyCompiled),
        .testTarget(name: "AtlasGenTests", dependencies: ["AtlasGen", "TestSupport"], swiftSettings: quicklyCompiled),
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v14)],
    dependencies: [.package(name: "atlasgen", path: "..")],
    targets: [
        .target(name: "CProductMeter"),
        .executableTarget(
            name: "Benchmark", dependencies: ["CProductMeter", .product(name: "ViT", package: "atlasgen")]),
    ],
    swiftLanguageModes: [.v6]
)

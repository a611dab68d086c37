// The configurations of examples/, read without their models' weights.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct ExampleConfigurationTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

    /// The shape of each example's model: most weights are downloaded.
    private static let shapes: [String: ViTConfiguration] = [
        "clip-vit-b-32": .init(
            imageHeight: 224, imageWidth: 224, patchSize: 32, blockCount: 12, headCount: 12, width: 768, mlpWidth: 3072,
            classCount: 512),
        "dinov2-small": .init(
            imageHeight: 224, imageWidth: 224, patchSize: 14, blockCount: 12, headCount: 6, width: 384, mlpWidth: 1536,
            classCount: 0),
        "sae": embedded,
        "slurm": vitB16,
        "vit_b_16": vitB16,
    ]
    private static let vitB16 = ViTConfiguration(
        imageHeight: 224, imageWidth: 224, patchSize: 16, blockCount: 12, headCount: 12, width: 768, mlpWidth: 3072,
        classCount: 1000)

    /// The model that comes with the program, with the example's directions.
    private static let embedded: ViTConfiguration = {
        var shape = ViTConfiguration.tiny64
        shape.directions = [
            DirectionSet(name: "sae", base: .block(3, .output), count: 256, nonlinearity: .topK(8), digest: "")
        ]
        return shape
    }()

    private static func file(_ path: String) -> URL { root.appending(path: "examples/\(path)").standardizedFileURL }

    private static func configuration(of name: String) throws -> AtlasConfiguration {
        try AtlasConfiguration.read(file: file("\(name)/atlas.yml").path)
    }

    @Test func everyExampleIsTestedAndListed() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.file("").path)
        let projects = folders.filter { FileManager.default.fileExists(atPath: Self.file("\($0)/atlas.yml").path) }
        #expect(projects.sorted() == Self.shapes.keys.sorted())
        let list = try String(contentsOf: Self.file("README.md"), encoding: .utf8)
        #expect(projects.allSatisfy { list.contains("(\($0)/atlas.yml)") })
    }

    @Test(arguments: shapes.keys.sorted()) func aModelOfItsShapeHasItsLayers(_ name: String) throws {
        let configuration = try Self.configuration(of: name)
        let layers = try configuration.layers(of: #require(Self.shapes[name]))
        #expect(!layers.isEmpty && layers.allSatisfy { !$0.neurons.isEmpty && !$0.sample.isEmpty })
        #expect(configuration.seeds == [0, 1, 2] && (configuration.model.weights != nil) == (name != "sae"))
    }

    /// The autoencoder's file is there, and has the directions that the text says.
    @Test func theAutoencoderIsRead() throws {
        let project = try Project(file: Self.file("sae/atlas.yml").path)
        let directions = try #require(project.model.directions.first)
        #expect(directions.set.count == 256 && directions.set.nonlinearity == .topK(8))
        #expect(project.layers.map(\.neurons.count) == [32, 32])
        #expect(
            directions.paths.allSatisfy {
                (try? FileManager.default.attributesOfItem(atPath: $0)[.size] as? Int) ?? 0 <= 500_000
            })
    }

    /// The showcase downloads nothing.
    @Test func theShowcaseHasItsModelAndPhotographs() throws {
        let configuration = try Self.configuration(of: "dinov2-small")
        let weights = try #require(configuration.model.weights).value
        #expect(FileManager.default.fileExists(atPath: Self.file("dinov2-small/\(weights)/model.safetensors").path))
        let photographs = try #require(configuration.photographs).folder.value
        #expect(FileManager.default.fileExists(atPath: Self.file("dinov2-small/\(photographs)/sources.csv").path))
    }
}

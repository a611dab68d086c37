// A configuration against a model.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct LayersTests {
    private func layers(_ text: String, of model: ViTConfiguration = .tiny64) throws -> [AtlasLayer] {
        try AtlasConfiguration.parsed(text).layers(of: model)
    }

    @Test func autoAndAllAreWrittenOut() throws {
        let layers = try layers("layers: [encoder_layer_5.mlp.3, encoder_layer_2.mlp.1, heads.head]")
        #expect(layers.map(\.address) == [.block(5, .mlp3), .block(2, .mlp1), .head])
        #expect(layers.map(\.neurons.count) == [128, 512, 50])
        #expect(layers.map(\.tokens) == [[.cls], [.patches], [.cls]])
        #expect(layers[0].sample.count == 24)
        #expect(layers[0].sample.prefix(4) == [0, 5, 10, 16])
    }

    @Test func rangesAreMergedAndSorted() throws {
        #expect(try layers("layers: heads.head\nneurons: [7, 2-4, 3]")[0].neurons == [2, 3, 4, 7])
        #expect(try layers("layers: heads.head\nneurons: [7, 2-4, 3]")[0].sample == [2, 3, 4, 7])
    }

    @Test func equalSelectionsAreOne() throws {
        let layers = try layers("layers: [encoder_layer_5.mlp.3, encoder_layer_4.mlp.3]\ntokens: [auto, cls, patches]")
        #expect(layers.map(\.tokens) == [[.cls, .patches], [.patches, .cls]])
    }

    @Test func sliceHasAsManyNeuronsAsTokens() throws {
        let text = "layers: [encoder_layer_5.mlp.3]\ntokens: "
        #expect(try layers(text + "slice")[0].neurons == Array(0..<65))
        let compared = try layers(text + "[auto, slice]")[0]
        #expect(compared.neurons.count == 128)
        #expect(compared.sample.allSatisfy { $0 < 65 } && compared.sample.count == 24)
        #expect(try layers("layers: heads.head\ntokens: [auto, slice]")[0].tokens == [.cls])
    }

    static let refusals: [(text: String, message: String)] = [
        (
            "layers:\n  - encoder.layers.encoder_layer_7.mlp.3",
            "atlas.yml:2:5: layers: the model has no address \"encoder.layers.encoder_layer_7.mlp.3\"; the nearest: "
                + "encoder.layers.encoder_layer_0.mlp.3, encoder.layers.encoder_layer_1.mlp.3, "
                + "encoder.layers.encoder_layer_2.mlp.3. `atlasgen inspect` lists all of them."
        ),
        (
            "layers: [top]",
            "atlas.yml:1:10: layers: the model has no address \"top\"; its addresses go from "
                + "encoder.layers.encoder_layer_0.ln_1 to heads.head. `atlasgen inspect` lists all of them."
        ),
        (
            "layers: [heads.haed]",
            "atlas.yml:1:10: layers: the model has no address \"heads.haed\"; the nearest: heads.head. "
                + "`atlasgen inspect` lists all of them."
        ),
        (
            "layers: [encoder_layer_5.mlp3]",
            "atlas.yml:1:10: layers: the model has no address \"encoder_layer_5.mlp3\"; the nearest: "
                + "encoder_layer_5.mlp.3, encoder_layer_0.mlp.3, encoder_layer_1.mlp.3. "
                + "`atlasgen inspect` lists all of them."
        ),
        (
            "layers: [heads.head, encoder_layer_5.mlp.3, heads.head]",
            "atlas.yml:1:45: layers: heads.head is listed twice; keep one"
        ),
        (
            "layers: heads.head\nneurons: [0, 40-50]",
            "atlas.yml:2:14: neurons: neuron 50 is out of range; heads.head has the neurons 0 to 49"
        ),
        (
            "layers: encoder_layer_5.mlp.3\ntokens: token:65",
            "atlas.yml:2:9: tokens: token:65 is out of range; encoder.layers.encoder_layer_5.mlp.3 has the tokens "
                + "0 to 64"
        ),
        (
            "layers: encoder_layer_5.mlp.3\nneurons: 3-70\ntokens: slice",
            "atlas.yml:2:10: neurons: neuron 70 is out of range for slice, which reads the token of the neuron's number; "
                + "encoder.layers.encoder_layer_5.mlp.3 has the tokens 0 to 64"
        ),
        (
            "layers: heads.head\ntokens: slice",
            "atlas.yml:2:9: tokens: slice needs an address of several tokens, and heads.head has one; "
                + "name another, or put another first in atlas.yml"
        ),
    ]

    @Test(arguments: refusals.indices) func whatTheModelLacksIsRefused(index: Int) throws {
        let (text, message) = Self.refusals[index]
        let error = try #require(throws: AtlasError.self) { try layers(text) }
        #expect(error.code == .data)
        #expect(error.description == message)
    }

    @Test func aLayerChoosesItsOwnNeurons() throws {
        let layers = try layers(
            "layers: [{address: heads.head, neurons: [3, 5-7]}, encoder_layer_5.mlp.3]\nneurons: [0-1]")
        #expect(layers.map(\.neurons) == [[3, 5, 6, 7], [0, 1]])
        let error = try #require(throws: AtlasError.self) {
            try self.layers("layers: [{address: heads.head, neurons: 60}]")
        }
        #expect(error.description.hasPrefix("atlas.yml:1:41: neurons: neuron 60 is out of range"))
    }

    @Test func aModelWithoutClassTokenHasNoCls() throws {
        var pooled = ViTConfiguration.tiny64
        pooled.prefixTokenCount = 0
        pooled.pooling = .patchMean
        #expect(try layers("layers: encoder_layer_5.mlp.3", of: pooled)[0].tokens == [.patches])
        let error = try #require(throws: AtlasError.self) {
            try layers("layers: encoder_layer_5.mlp.3\ntokens: cls", of: pooled)
        }
        #expect(
            error.description == "atlas.yml:2:9: tokens: the model has no class token; use patches, center or token:k")
    }

    /// The configuration of the default atlas.
    @Test func theDefaultAtlasIsRead() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("atlas.yml").path
        try #require(FileSystem.exists(file))
        let configuration = try AtlasConfiguration.read(file: file)
        #expect(configuration.seeds == [0, 1, 2])
        let layers = try configuration.layers(of: .tiny64)
        #expect(layers.map(\.neurons.count) == [24, 50])
        #expect(layers.allSatisfy { $0.tokens[0] == .cls })
        #expect(layers.last?.tokens == [.cls])
    }

    @Test(arguments: [
        ("encoder", "encoder", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("seeds", "sead", 2),
    ])
    func editDistances(first: String, second: String, distance: Int) {
        #expect(Suggestion.distance(first, second) == distance)
        #expect(Suggestion.distance(second, first) == distance)
    }
}

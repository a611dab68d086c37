// Recipes and their keys.

import Foundation
import Testing

@testable import Runs
@testable import TestSupport
@testable import ViT

@Suite struct RecipeTests {
    @Test func canonicalTextHasALineAField() {
        var recipe = Recipe.example()
        recipe.shuffle = 7
        recipe.reference = "ff"
        recipe.attention = .frozen
        let expected = """
            atlasgen recipe 1
            weights: \(String(repeating: "0a", count: 32))
            shuffle: 7
            address: encoder.layers.encoder_layer_5.mlp.3
            neuron: 17
            direction: +
            tokens: cls
            attention: frozen
            reference: ff
            method: atlas
            parameter beta: 0.9
            parameter rate: 0.05
            steps: 64
            seed: 0
            numerics: 1

            """
        #expect(recipe.canonicalText == expected)
    }

    /// A change of this key would make every store in the world useless.
    @Test func keyStaysWhatItWas() {
        #expect(
            Recipe.example().key.description == "2b354ef6366e8261397d13b2dbae2efa0558f5a037dc6eee01e4b90f0ec4d12c")
    }

    @Test func everyFieldChangesTheKey() {
        let changes: [(inout Recipe) -> Void] = [
            { $0.weights = "00" }, { $0.shuffle = 0 }, { $0.address = .head }, { $0.neuron = 18 },
            { $0.direction = .negative }, { $0.tokens = .token(3) }, { $0.attention = .detached },
            { $0.reference = "00" }, { $0.method = "pixel" }, { $0.parameters["rate"] = "0.06" },
            { $0.parameters["more"] = "" }, { $0.parameters["beta"] = nil }, { $0.steps = 65 }, { $0.seed = 1 },
            { $0.numerics = 2 },
        ]
        var keys: Set<RecipeKey> = [Recipe.example().key]
        for change in changes {
            var recipe = Recipe.example()
            change(&recipe)
            #expect(keys.insert(recipe.key).inserted, "\(recipe)")
        }
    }

    @Test func textsCannotPassForOtherLines() {
        var first = Recipe.example()
        first.parameters = ["a": "1\nparameter b: 2"]
        var second = Recipe.example()
        second.parameters = ["a": "1", "b": "2"]
        #expect(first.key != second.key)
        first.parameters = ["a: b": "c"]
        second.parameters = ["a": "b: c"]
        #expect(first.key != second.key)
    }

    @Test func jsonRoundTrip() throws {
        var recipe = Recipe.example(seed: .max)
        recipe.shuffle = .max
        recipe.tokens = .token(12)
        recipe.direction = .negative
        let data = try JSONEncoder().encode(recipe)
        #expect(try JSONDecoder().decode(Recipe.self, from: data) == recipe)
    }

    @Test func keysAreSixtyFourDigits() {
        #expect(RecipeKey(String(repeating: "a", count: 64)) != nil)
        #expect(RecipeKey(String(repeating: "a", count: 63)) == nil)
        #expect(RecipeKey(String(repeating: "A", count: 64)) == nil)
        #expect(RecipeKey(String(repeating: "a", count: 63) + "/") == nil)
    }
}

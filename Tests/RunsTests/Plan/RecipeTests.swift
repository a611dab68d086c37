// Recipes and their keys.

import Foundation
import Testing

@testable import Runs
@testable import TestSupport
@testable import ViT

@Suite struct RecipeTests {
    @Test func everyFieldChangesTheKey() {
        let recipes: [Recipe] = [
            .example(), .example(model: .init(digest: "00")),
            .example(model: .init(digest: "00", control: .shuffled(seed: 0))),
            .example(model: .init(digest: "00", control: .rotated(seed: 0))),
            .example(model: .init(digest: "00", control: .rotated(seed: 1))),
            .example(address: .head), .example(neuron: 18), .example { $0.direction = .negative },
            .example { $0.tokens = .token(3) }, .example { $0.tokens = .slice }, .example { $0.attention = .detached },
            .example { $0.attention = .frozen() }, .example { $0.attention = .frozen(reference: "00") },
            .example { $0.method = .pixel }, .example { $0.method.rate = 0.06 },
            .example { $0.method.framing = .roll() },
            .example { $0.method.steps = 65 }, .example(seed: 1), .example(numerics: 2),
        ]
        #expect(Set(recipes.map(\.key)).count == recipes.count)
    }

    @Test func textsCannotPassForOtherLines() {
        let lines = Recipe.example(model: .init(digest: "00\nshuffle: 1"))
        #expect(lines.key != Recipe.example(model: .init(digest: "00", control: .shuffled(seed: 1))).key)
        let escaped = Recipe.example(model: .init(digest: "00\\nshuffle\\: 1"))
        #expect(lines.key != escaped.key)
    }

    /// A control is a line and a key of its own, after the weights.
    @Test func controlsAreNamedWithTheirSeeds() throws {
        let rotated = Recipe.example(model: .init(digest: "00", control: .rotated(seed: 3)))
        #expect(rotated.canonicalText.hasPrefix("atlasgen recipe 1\nweights: 00\nrotate: 3\naddress: "))
        var fields = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(rotated)) as? [String: Any])
        #expect(fields["rotate"] as? Int == 3 && fields["shuffle"] == nil)
        #expect(try JSONDecoder().decode(Recipe.self, from: JSONEncoder().encode(rotated)) == rotated)
        fields["shuffle"] = 3
        let both = try JSONSerialization.data(withJSONObject: fields)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Recipe.self, from: both) }
    }

    /// The digest is a line of its own, and the name is not a part of the key.
    @Test func directionsAreNamedByTheirDigest() throws {
        func recipe(_ name: String, digest: String) -> Recipe {
            var variant = Recipe.example().variant
            variant.tokens = .cls
            return Recipe(
                model: .init(digest: "00"),
                address: .directions(
                    DirectionSet(
                        name: name, base: .block(3, .output), count: 40, nonlinearity: .topK(8), digest: digest)),
                number: 17, variant: variant, seed: 1)
        }
        let own = recipe("sae", digest: "ab")
        #expect(
            own.canonicalText.hasPrefix(
                "atlasgen recipe 1\nweights: 00\naddress: encoder.layers.encoder_layer_3\ndirections: ab\nneuron: 17\n")
        )
        #expect(own.key == recipe("latents", digest: "ab").key)
        #expect(own.key != recipe("sae", digest: "ac").key)
        let read = try JSONDecoder().decode(Recipe.self, from: JSONEncoder().encode(own))
        #expect(read == own && read.address.shortName == "encoder_layer_3@sae")
    }

    @Test func theTokensDecideWhatANumberMeans() {
        #expect(Recipe.example().target == .channel(17))
        #expect(Recipe.example { $0.tokens = .slice }.target == .token(17))
        #expect(Recipe.example { $0.tokens = .slice }.batch.target == .token(0))
    }

    /// A recipe's JSON with changes.
    private func read(_ change: (inout [String: Any]) -> Void) throws -> Recipe {
        let data = try JSONEncoder().encode(Recipe.example { $0.attention = .frozen(reference: "ff") })
        var fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        change(&fields)
        return try JSONDecoder().decode(Recipe.self, from: JSONSerialization.data(withJSONObject: fields))
    }

    /// What this program would give another key, it must not read.
    @Test func unknownRecipesAreRefused() throws {
        #expect(try read { _ in } == .example { $0.attention = .frozen(reference: "ff") })
        let changes: [(inout [String: Any]) -> Void] = [
            { $0["sharpness"] = 1 }, { $0["precision"] = "float8" }, { $0["tokens"] = "registers" },
            { $0["attention"] = "sparse" },
            { $0["attention"] = "live" }, { $0["method"] = "nova" }, { $0["direction"] = "?" }, { $0["address"] = "x" },
            { $0["steps"] = 0 }, { $0["parameters"] = [String: String]() },
        ]
        for (index, change) in changes.enumerated() {
            #expect(throws: (any Error).self, "\(index)") { try read(change) }
        }
        for (name, text) in [("rate", "0.0750"), ("rate", "x"), ("hue", "1"), ("roll", "0"), ("framing", "spiral")] {
            #expect(throws: ViTError.self, "\(name)") {
                try read { fields in
                    var parameters = fields["parameters"] as? [String: String] ?? [:]
                    parameters[name] = text
                    fields["parameters"] = parameters
                }
            }
        }
    }

    @Test func keysAreSixtyFourDigits() {
        #expect(RecipeKey(String(repeating: "a", count: 64)) != nil)
        #expect(RecipeKey(String(repeating: "a", count: 63)) == nil)
        #expect(RecipeKey(String(repeating: "A", count: 64)) == nil)
        #expect(RecipeKey(String(repeating: "a", count: 63) + "/") == nil)
    }
}

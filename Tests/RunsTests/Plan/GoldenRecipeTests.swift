// Recipes, their keys and their records as version 0.1 made them: every store in the world is named by these.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

/// A recipe by a name, for `Fixtures/Recipes/keys.tsv`.
private struct GoldenRecipe {
    let name: String
    let recipe: Recipe

    init(
        _ name: String, _ method: Method = .atlas, tokens: TokenSelection = .cls, attention: String = "live",
        reference: String? = nil, direction: Direction = .positive,
        weights: String = String(repeating: "0a", count: 32),
        control: Control? = nil, address: Address = .block(5, .mlp3), number: Int = 17, seed: UInt64 = 0,
        numerics: Int? = 1
    ) throws {
        self.name = name
        let mode = try #require(Attention(attention))
        recipe = Recipe(
            model: ModelVersion(digest: weights, control: control), address: address, number: number,
            variant: Variant(
                direction: direction, tokens: tokens, attention: reference.map { .frozen(reference: $0) } ?? mode,
                method: method),
            seed: seed, numerics: numerics)
    }

    /// A method with parameters as atlas.yml writes them: `pixel rate=0.1 border=wrap`.
    private static func method(_ words: String) throws -> Method {
        let parts = words.split(separator: " ").map(String.init)
        var overrides: [String: String] = [:]
        for part in parts.dropFirst() {
            let sides = part.split(separator: "=").map(String.init)
            overrides[sides[0]] = sides[1]
        }
        return try Method.named(parts[0]).applying(overrides)
    }

    /// Every recipe that the fixtures know.
    static func all() throws -> [GoldenRecipe] {
        let presets = Method.presets.map(\.name)
        var methods = presets
        for preset in presets {
            methods += ["pixel", "clamped", "fourier", "phase"].map { "\(preset) parameterisation=\($0)" }
            methods += ["affine", "roll", "crop"].map { "\(preset) framing=\($0)" }
            methods += ["constant", "reflect", "wrap"].map { "\(preset) framing=affine border=\($0)" }
            methods += [
                "\(preset) steps=7 rate=0.30000000000000004 epsilon=1e-30 beta1=0 beta2=0.9999999 optimiser=nadam",
                "\(preset) schedule=cosine copies=3 canvasScale=2 colourShift=0.5 colourScale=0.25 offsetNoise=0.125",
                "\(preset) normalNoise=0.01 uniformNoise=0.02 totalVariation=1000 rate=1e-9 schedule=constant",
            ]
        }
        methods += [
            "atlas initialDeviation=100 decayPower=0.5 decorrelated=false", "pixel decorrelated=true rate=1000",
            "pixel parameterisation=fourier decayPower=2 initialDeviation=1e-07", "ghiasi parameterisation=phase",
            "maco parameterisation=fourier decayPower=1.5 decorrelated=false", "maco initialDeviation=0.5",
            "ghiasi parameterisation=pixel initialDeviation=3 decorrelated=false",
            "atlas jitter=0.1 secondJitter=0 smallestScale=0.5 largestScale=2 rotation=180",
            "atlas border=constant padding=1 paddingValue=0", "fourier padding=0.25", "fourier paddingValue=1",
            "maco framing=affine border=constant padding=0.1 paddingValue=0.75 rotation=22.5",
            "atlas framing=roll roll=0.1", "ghiasi roll=1", "maco framing=roll roll=0.333",
            "atlas framing=crop cropCentreDeviation=0.2 firstCropSide=0.9 lastCropSide=0.1 cropSideDeviation=0.3",
            "maco firstCropSide=0.05 lastCropSide=1", "ghiasi framing=crop lastCropSide=0.25",
        ]
        var recipes = try methods.map { try GoldenRecipe($0, method($0)) }
        for tokens in [TokenSelection.patches, .cls, .center, .token(0), .token(7), .slice] {
            for direction in Direction.allCases {
                recipes.append(
                    try GoldenRecipe("\(tokens) \(direction.rawValue)", tokens: tokens, direction: direction, number: 3)
                )
            }
        }
        for (attention, reference) in [
            ("detached", nil), ("frozen", nil), ("frozen", String(repeating: "b8", count: 32)), ("frozen", "a:b\\c\nd"),
        ] {
            recipes.append(
                try GoldenRecipe(
                    "\(attention) \(reference?.debugDescription ?? "")", attention: attention, reference: reference))
        }
        for seed in [0, 1, UInt64.max] {
            recipes.append(try GoldenRecipe("shuffle \(seed)", control: .shuffled(seed: seed)))
        }
        for seed in [1, UInt64(Int.max), .max] { recipes.append(try GoldenRecipe("seed \(seed)", seed: seed)) }
        for weights in ["", "none", "a: b\nseed: 3\\", "é\u{1F9E0}"] {
            recipes.append(try GoldenRecipe("weights \(weights.debugDescription)", weights: weights))
        }
        let plain: [Address.Site] = [.ln1, .selfAttention, .ln2, .mlp0, .mlp1, .mlp3, .output]
        let sites = plain.map { Address.block(11, $0) }
        for address in sites + [.encoderNorm, .head] {
            recipes.append(try GoldenRecipe("\(address)", address: address, number: 0))
        }
        recipes.append(
            try GoldenRecipe(
                "everything", method("fourier steps=9"), tokens: .slice, attention: "frozen", reference: "ff",
                direction: .negative, weights: "00", control: .shuffled(seed: 7), address: .head, number: 12, seed: 5))
        // Since then: the second control, and what has another version of the arithmetic.
        for seed in [0, UInt64.max] {
            recipes.append(try GoldenRecipe("rotate \(seed)", control: .rotated(seed: seed), numerics: nil))
        }
        for reference in [nil, String(repeating: "b8", count: 32)] {
            recipes.append(
                try GoldenRecipe(
                    "frozen \(reference ?? "")".trimmingCharacters(in: .whitespaces) + ", now", attention: "frozen",
                    reference: reference, numerics: nil))
        }
        for tokens in [TokenSelection.center, .token(7)] {
            recipes.append(
                try GoldenRecipe("\(tokens) at the head, now", tokens: tokens, address: .head, numerics: nil))
        }
        return recipes
    }

    /// The recipe as JSON.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(recipe)
    }

    /// Name, key, and digest of the JSON.
    func line() throws -> String { "\(name)\t\(recipe.key)\t\(Digest.hexadecimal(Array(try json())))" }
}

@Suite struct GoldenRecipeTests {
    private func fixture(_ name: String) throws -> String {
        let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/Recipes")
        return try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    @Test func keysAndJSONAreWhatTheyWere() throws {
        let expected = try fixture("keys.tsv").split(separator: "\n").map(String.init)
        let recipes = try GoldenRecipe.all()
        #expect(recipes.count == expected.count)
        for (recipe, line) in zip(recipes, expected) { #expect(try recipe.line() == line) }
        #expect(Set(recipes.map(\.recipe.key)).count > 100)
    }

    @Test(arguments: Method.presets.map(\.name) + ["everything"]) func textsAreWhatTheyWere(name: String) throws {
        let recipe = try #require(try GoldenRecipe.all().first { $0.name == name })
        #expect(try recipe.recipe.canonicalText == fixture("\(name).txt"))
    }

    /// What version 0.1 made is made again only where the arithmetic has changed.
    @Test func onlyWhatChangedHasAnotherVersion() throws {
        for golden in try GoldenRecipe.all() {
            let recipe = golden.recipe
            let now = recipe.condition.recipe(recipe.address, recipe.target.number, seed: recipe.seed)
            let isOneToken = [TokenSelection.center, .token(7)].contains(recipe.variant.tokens)
            let isOther = recipe.variant.attention.word == "frozen" || (recipe.address == .head && isOneToken)
            #expect(now.numerics == (isOther ? 2 : 1), "\(golden.name)")
        }
        let first = Recipe.example(address: .head) { $0.tokens = .token(0) }
        #expect(first.condition.recipe(.head, 1, seed: 0).numerics == 1)
    }

    @Test func recipesSurviveTheirJSON() throws {
        for recipe in try GoldenRecipe.all() {
            let read = try JSONDecoder().decode(Recipe.self, from: try recipe.json())
            #expect(read == recipe.recipe && read.key == recipe.recipe.key, "\(recipe.name)")
        }
    }
}

/// Eleven runs of the embedded model that version 0.1 made, of all methods, and of several tokens, attention modes and
/// weights.
@Suite struct GoldenStoreTests {
    private let store: Store
    private let found = Guarded<[String]>([])

    init() throws {
        let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/Store").path
        store = try Store(folder: folder) { [found] finding in found.change { $0.append("\(finding)") } }
    }

    @Test func recordsAreReadAndWrittenAsTheyWere() throws {
        let keys = try store.keys()
        #expect(keys.count == 11)
        for key in keys {
            let record = try #require(try store.record(key))
            #expect(record.header.recipe.key == key)
            // The seconds, too: not one byte of the header or the rest is another.
            #expect(record.fileBytes == Array(try Data(contentsOf: URL(fileURLWithPath: store.path(of: key)))))
        }
        #expect(try store.verify() == .init(whole: 11, damaged: []))
        #expect(found.value.isEmpty)
    }

    @Test func theyAreOfManyKinds() throws {
        let texts = try store.entries().map(\.header.recipe.canonicalText)
        for line in [
            "method: atlas", "method: pixel", "method: fourier", "method: ghiasi", "method: maco", "tokens: cls",
            "tokens: center", "tokens: slice", "tokens: token:7", "attention: detached", "attention: frozen",
            "direction: -", "shuffle: 0", "parameter framing: crop", "parameter border: wrap", "steps: 2",
        ] {
            #expect(texts.contains { $0.contains("\n\(line)\n") }, "\(line)")
        }
        #expect(texts.contains { $0.contains("\nreference: b88e59") })
    }
}

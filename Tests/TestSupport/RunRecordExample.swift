// Recipes and records for tests.

@testable import Render
@testable import Runs
@testable import ViT

extension RunRecord {
    /// A record of `recipe` whose numbers come from its seed and neuron.
    static func example(_ recipe: Recipe, seconds: Double = 0.5) -> RunRecord {
        let start = Float(recipe.target.number) + Float(recipe.seed) / 7
        return RunRecord(
            header: RunHeader(
                recipe: recipe, outcome: .completed, startActivation: start, finalActivation: start * 3.1,
                stepsThroughPreactivation: 2, kernel: "Haswell", seconds: seconds),
            numbers: Numbers(
                curve: (0..<5).map { start + Float($0) }, embedding: [0.1, -0.2, .greatestFiniteMagnitude],
                layerActivations: [.leastNonzeroMagnitude, -0.0, start, 4]),
            png: png(Picture(width: 1, height: 1, pixels: [UInt8(recipe.seed % 256), 2, 3])))
    }
}

extension Recipe {
    /// A recipe to vary in tests.
    static func example(
        neuron: Int = 17, seed: UInt64 = 0, model: ModelVersion = .init(digest: String(repeating: "0a", count: 32)),
        address: Address = .block(5, .mlp3), numerics: Int = 1, _ change: (inout Variant) -> Void = { _ in }
    ) -> Recipe {
        var variant = Variant(tokens: .cls, method: .atlas)
        change(&variant)
        return Recipe(
            model: model, address: address, number: neuron, variant: variant, seed: seed, numerics: numerics)
    }
}

extension RunRecord {
    /// A record whose picture, activations and embedding are alike between seeds and differ between neurons.
    static func drawn(_ recipe: Recipe) -> RunRecord {
        let hue = recipe.target.number * 40 + (recipe.variant.tokens == .patches ? 7 : 0)
        var pixels: [UInt8] = []
        for y in 0..<64 {
            for x in 0..<64 {
                let wave = (x * (recipe.target.number + 1) + y * 3 + Int(recipe.seed) * 5) % 32
                pixels += [UInt8(hue % 256), UInt8(wave * 8), UInt8((wave * 4 + hue) % 256)]
            }
        }
        let width = recipe.address == .head ? 50 : 128
        let final = 2 + Float(recipe.target.number) / 4 + Float(recipe.seed) / 8
        return RunRecord(
            header: RunHeader(
                recipe: recipe, outcome: .completed, startActivation: 0.25, finalActivation: final,
                stepsThroughPreactivation: 0, kernel: "none", seconds: 0),
            numbers: Numbers(
                curve: [0.25, 1, final],
                embedding: (0..<16).map { $0 == recipe.target.number % 16 ? 1 : 0.01 * Float(Int(recipe.seed) + $0) },
                layerActivations: (0..<width).map { $0 == recipe.target.number ? final : 0.1 * Float($0 % 7) }),
            png: png(Picture(width: 64, height: 64, pixels: pixels)))
    }

    /// A picture as the bytes of a PNG file. It has no reason to fail; a record without a picture is damaged.
    private static func png(_ picture: Picture) -> [UInt8] { (try? PNG.encode(picture)).map { Array($0) } ?? [] }
}

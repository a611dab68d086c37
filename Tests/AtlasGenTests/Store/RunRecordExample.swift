// Records for tests.

@testable import AtlasGen

extension RunRecord {
    /// A record of `recipe` whose numbers come from its seed and neuron.
    static func example(_ recipe: Recipe, seconds: Double = 0.5) -> RunRecord {
        let start = Float(recipe.neuron) + Float(recipe.seed) / 7
        return RunRecord(
            header: RunHeader(
                recipe: recipe, outcome: .completed, startActivation: start, finalActivation: start * 3.1,
                stepsThroughPreactivation: 2, kernel: "Haswell", seconds: seconds),
            numbers: Numbers(
                curve: (0..<5).map { start + Float($0) }, embedding: [0.1, -0.2, .greatestFiniteMagnitude],
                layerActivations: [.leastNonzeroMagnitude, -0.0, start, 4]),
            png: Array("not looked into by the store \(recipe.seed)".utf8))
    }
}

// Scored runs that several tests share.

@testable import Scores

extension ScoredRun {
    /// Six neurons with a colour and a stripe width each, three runs each that differ in phase.
    static let striped: [ScoredRun] = {
        let descriptor = LookDescriptor(width: 24, height: 24)
        return (0..<6).flatMap { neuron in
            (0..<3).map { seed in
                let rgb = (0..<24 * 24).flatMap { index -> [UInt8] in
                    let place = (index % 24 + 5 * seed) % (2 + neuron)
                    return place == 0 ? [UInt8(30 * neuron), 200, 90] : [220, UInt8(40 * neuron), 10]
                }
                var activations = [Float](repeating: Float(seed), count: 6)
                activations[neuron] += 2
                return ScoredRun(
                    neuron: neuron, seed: seed, look: descriptor.describe(rgb),
                    meaning: (0..<4).map { Float(neuron * ($0 + 1) % 5) + 0.01 * Float(seed) },
                    activations: activations, finalActivation: activations[neuron] + Float(neuron))
            }
        }
    }()
}

extension ScoreReference {
    /// The runs as their own reference.
    init(of runs: [ScoredRun]) {
        self.init(
            look: Normalisation(of: runs.compactMap(\.look), parts: LookDescriptor.parts),
            meaning: Normalisation(of: runs.compactMap(\.meaning)),
            channels: ChannelScale(runs.compactMap(\.activations)))
    }
}

extension LayerScores {
    /// Scores runs that are their own reference.
    init(of runs: [ScoredRun], settings: ScoreSettings = ScoreSettings()) {
        self.init(of: runs, by: ScoreReference(of: runs), settings: settings)
    }
}

// How much the final activation depends on the seed, to distinguish a failed run from a neuron with several faces.

/// The spread of each neuron's final activation over seeds, relative to the spread between neurons.
///
/// A neuron whose pictures differ while its activations agree has several faces; one whose activations differ as well
/// has runs that failed.
enum SeedSpread {
    /// For each neuron with at least two finite activations, their standard deviation divided by the standard deviation
    /// of the neurons' means (both with n − 1). Empty if there are fewer than two means, or if they do not differ.
    static func relative(of runs: [ScoredRun]) -> [Int: Double] {
        let finite = runs.filter { $0.finalActivation.isFinite }
        let activations = Dictionary(grouping: finite, by: \.neuron).mapValues { $0.map { Double($0.finalActivation) } }
        // Sums in the order of the neurons' numbers, so that the last digit does not depend on hashing.
        let means = activations.sorted { $0.key < $1.key }.map { $0.value.reduce(0, +) / Double($0.value.count) }
        guard let between = standardDeviation(of: means), between > 0 else { return [:] }
        return activations.compactMapValues { values in standardDeviation(of: values).map { $0 / between } }
    }

    /// The standard deviation with n − 1; nil for fewer than two values.
    private static func standardDeviation(of values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}

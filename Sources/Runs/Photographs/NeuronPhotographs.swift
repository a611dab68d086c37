// What photographs excite one neuron.

/// A neuron's activations on all photographs: the ends, examples between them, and the distribution.
package struct NeuronPhotographs: Codable, Sendable, Equatable {
    /// A photograph, and the neuron's activation on it.
    package struct Example: Codable, Sendable, Equatable {
        /// Its index in ``PlaceRanking/photographs``.
        package let photograph: Int
        /// The activation over the tokens of the place; in ``NeuronPhotographs/peaks`` that at the patch.
        package let activation: Float
        /// The number of the patch with the highest activation, row by row from 0; nil for a place without patches.
        package let patch: Int?
    }

    /// The photograph at a share of the way from the least to the most exciting one.
    package struct Quantile: Codable, Sendable, Equatable {
        /// The share, 0…1.
        package let share: Double
        package let example: Example
    }

    /// Counts of activations in bins of equal width.
    package struct Histogram: Codable, Sendable, Equatable {
        /// The lowest activation, where the first bin begins.
        package let low: Float
        /// The highest activation, where the last bin ends.
        package let high: Float
        /// Number of photographs in each bin.
        package let counts: [Int]

        static let bins = 24

        /// Counts `values`, of which there is at least one.
        init(of values: [Float]) {
            let (low, high) = (values.min() ?? 0, values.max() ?? 0)
            let scale = high > low ? Double(Self.bins) / (Double(high) - Double(low)) : 0
            var counts = [Int](repeating: 0, count: Self.bins)
            for value in values { counts[min(Self.bins - 1, Int((Double(value) - Double(low)) * scale))] += 1 }
            (self.low, self.high, self.counts) = (low, high, counts)
        }
    }

    /// Number of photographs.
    package let seen: Int
    /// The most exciting photographs, the first one most.
    package let top: [Example]
    /// The most exciting photographs by their best patch alone; empty for a place without patches.
    package let peaks: [Example]
    /// The least exciting photographs, the first one least.
    package let least: [Example]
    /// Photographs between them, ascending.
    package let quantiles: [Quantile]
    /// The mean activation.
    package let mean: Double
    /// The standard deviation of the activation.
    package let deviation: Double
    /// The share of the photographs on which the activation is above 0.
    package let positiveShare: Double
    package let histogram: Histogram

    /// The shares of ``quantiles``.
    static let shares = [0.05, 0.25, 0.5, 0.75, 0.95]

    /// The activation that half of the photographs do not reach.
    package var median: Float { quantiles[quantiles.count / 2].example.activation }

    /// Ranks one neuron's activations; equal ones by the photographs' order.
    ///
    /// - Parameters:
    ///   - activations: one for each photograph, at least one.
    ///   - peaks: the highest at a patch, with the patch's number; nil for a place without patches.
    ///   - show: the most examples at each end.
    init(activations: [Float], peaks: (values: [Float], patches: [UInt16])?, show: Int) {
        let count = activations.count
        // Ascending; of equal ones the first photograph comes last, so that it is first among the most exciting.
        let order = (0..<count).sorted { (activations[$0], $1) < (activations[$1], $0) }
        func example(_ index: Int) -> Example {
            Example(photograph: index, activation: activations[index], patch: peaks.map { Int($0.patches[index]) })
        }
        seen = count
        top = order.suffix(show).reversed().map(example)
        least = order.prefix(show).map(example)
        self.peaks =
            peaks.map { peaks in
                (0..<count).sorted { (peaks.values[$1], $0) < (peaks.values[$0], $1) }.prefix(show).map {
                    Example(photograph: $0, activation: peaks.values[$0], patch: Int(peaks.patches[$0]))
                }
            } ?? []
        quantiles = Self.shares.map { share in
            Quantile(share: share, example: example(order[Int((share * Double(count - 1)).rounded())]))
        }
        let mean = activations.reduce(0) { $0 + Double($1) } / Double(count)
        self.mean = mean
        deviation =
            (activations.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(count)).squareRoot()
        positiveShare = Double(activations.count { $0 > 0 }) / Double(count)
        histogram = Histogram(of: activations)
    }
}

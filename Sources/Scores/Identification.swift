// Identification: among all channels of the layer, does a picture's own neuron stand out most on it?

import Support

/// One neuron's identification.
package struct NeuronIdentification: Codable, Sendable, Equatable {
    /// The fraction of its pictures on which it stands out most among all channels; ties count in part.
    package let top1: Double
    /// Mean over its pictures of 1 / its rank among all channels; tied channels share their mean rank.
    package let reciprocalRank: Double
    /// Number of its pictures.
    package let runs: Int
    /// The 95 % interval of `top1` for so many pictures (Wilson 1927, J. Am. Stat. Assoc. 22).
    package let top1Interval: ClosedRange<Double>
}

/// One layer's identification.
package struct LayerIdentification: Codable, Sendable, Equatable {
    /// The fraction of all pictures on which their own neuron stands out most.
    package let top1: Double
    /// Its 95 % interval by jackknife over neurons; nil for fewer than `Jackknife.fewestNeurons` neurons.
    package let top1Interval: ClosedRange<Double>?
    /// Mean of 1 / rank over all pictures.
    package let meanReciprocalRank: Double
    /// Its 95 % interval by jackknife over neurons.
    package let meanReciprocalRankInterval: ClosedRange<Double>?
    /// What `top1` is by chance: 1 / channels.
    package let chance: Double
    /// Number of pictures.
    package let runs: Int
    /// Number of runs left out because they diverged.
    package let excluded: Int
    /// Number of pictures that the channels' means and standard deviations come from.
    package let scalePictures: Int
}

/// Identification of a layer's pictures from the activations of all its channels.
///
/// Each channel's activation is measured in standard deviations from its mean over the reference pictures, so that a
/// channel that is high on everything does not always win. The pictures that are ranked have no part in these, so a
/// neuron's rank depends on no other run. A channel that does not vary beyond rounding (a millionth) is at 0.
package struct Identification: Codable, Sendable, Equatable {
    /// The layer's figures.
    package let layer: LayerIdentification
    /// Each neuron's figures, by its number.
    package let neurons: [Int: NeuronIdentification]
    /// The layer's `top1` without each neuron, by its number; neurons that are alone are absent.
    package let deleted: [Int: Double]

    /// Ranks each run's neuron among all channels on its picture.
    ///
    /// Throws the reason if the runs' neurons are not channels of the scale.
    init(
        of runs: [ScoredRun], scale: ChannelScale, settings: ScoreSettings = ScoreSettings()
    ) throws(NoScore) {
        guard !settings.targetsAreTokens else { throw .notAChannel }
        let table = RunTable(runs, measuring: \.activations)
        guard let channels = table.rows.first?.count else { throw .nothingMeasured }
        guard table.neurons.allSatisfy({ $0 >= 0 && $0 < channels }) else { throw .notAChannel }
        guard scale.means.count == channels else { throw .notAChannel }

        let sign: Double = settings.minimises ? -1 : 1
        let owners = table.owners
        let workers = max(1, min(settings.workers, owners.count))
        let ranks = concurrently(workers) { worker in
            stride(from: worker, to: owners.count, by: workers).map { row in
                scale.rank(of: table.neurons[owners[row].neuron], in: table.rows[row], sign: sign)
            }
        }
        var tops = [Double](repeating: 0, count: table.neurons.count)
        var reciprocals = tops
        var counts = [Int](repeating: 0, count: table.neurons.count)
        for (row, owner) in owners.enumerated() {
            let rank = ranks[row % workers][row / workers]
            tops[owner.neuron] += rank.higher == 0 ? 1 / Double(1 + rank.tied) : 0
            reciprocals[owner.neuron] += 1 / (1 + Double(rank.higher) + Double(rank.tied) / 2)
            counts[owner.neuron] += 1
        }
        neurons = Dictionary(
            uniqueKeysWithValues: table.neurons.indices.map { index in
                let count = Double(counts[index])
                return (
                    table.neurons[index],
                    NeuronIdentification(
                        top1: tops[index] / count, reciprocalRank: reciprocals[index] / count, runs: counts[index],
                        top1Interval: Self.wilson(tops[index], of: counts[index]))
                )
            })
        let count = Double(owners.count)
        let withoutOne = zip(table.neurons, Jackknife.deletedRatios(sums: tops, counts: counts))
        deleted = table.neurons.count > 1 ? Dictionary(uniqueKeysWithValues: withoutOne.map { ($0, $1) }) : [:]
        layer = LayerIdentification(
            top1: tops.reduce(0, +) / count, top1Interval: Jackknife.proportion(sums: tops, counts: counts),
            meanReciprocalRank: reciprocals.reduce(0, +) / count,
            meanReciprocalRankInterval: Jackknife.proportion(sums: reciprocals, counts: counts),
            chance: 1 / Double(channels), runs: owners.count, excluded: table.excluded, scalePictures: scale.pictures)
    }

    /// The interval of a fraction of `count` pictures.
    private static func wilson(_ sum: Double, of count: Int) -> ClosedRange<Double> {
        let (share, z, n) = (sum / Double(count), Normal.upper, Double(count))
        let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        let reach = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return max(0, centre - reach)...min(1, centre + reach)
    }
}

/// Each channel's mean and spread over the reference pictures.
package struct ChannelScale: Codable, Sendable, Equatable {
    /// Number of pictures.
    let pictures: Int
    /// Each channel's mean.
    package let means: [Double]
    /// 1 / the standard deviation; 0 for a channel that does not vary.
    let factors: [Double]

    /// Each channel's standard deviation; 0 for one that does not vary.
    package var deviations: [Double] { factors.map { $0 > 0 ? 1 / $0 : 0 } }

    /// The scale of the rows: (pictures, channels).
    init(_ rows: [[Float]]) {
        let count = Double(rows.count)
        var means = [Double](repeating: 0, count: rows.first?.count ?? 0)
        var squares = means
        var deviations = means
        for row in rows {
            for channel in means.indices {
                means[channel] += Double(row[channel])
                squares[channel] += Double(row[channel]) * Double(row[channel])
            }
        }
        for channel in means.indices { means[channel] /= count }
        for row in rows {
            for channel in means.indices {
                let deviation = Double(row[channel]) - means[channel]
                deviations[channel] += deviation * deviation
            }
        }
        pictures = rows.count
        self.means = means
        factors = zip(deviations, squares).map { deviation, square in
            deviation.squareRoot() > 1e-6 * square.squareRoot() ? 1 / (deviation / count).squareRoot() : 0
        }
    }

    /// The number of channels that stand out more than `channel`, and of others that tie with it: upwards, or downwards
    /// if `sign` is −1.
    fileprivate func rank(of channel: Int, in row: [Float], sign: Double) -> (higher: Int, tied: Int) {
        let own = sign * (Double(row[channel]) - means[channel]) * factors[channel]
        var higher = 0
        var equal = 0
        for other in row.indices {
            let score = sign * (Double(row[other]) - means[other]) * factors[other]
            higher += score > own ? 1 : 0
            equal += score == own ? 1 : 0
        }
        return (higher, equal - 1)
    }
}

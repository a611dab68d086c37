// Of all neurons of the layer, is the one that a picture was made for the one that stands out on it?

/// One neuron's identification.
struct NeuronIdentification: Codable, Sendable, Equatable {
    /// The part of its pictures on which it stands out most of all channels; ties in part.
    let top1: Double
    /// Mean over its pictures of 1 / its rank among all channels; tied channels share their mean rank.
    let reciprocalRank: Double
}

/// One layer's identification.
struct LayerIdentification: Codable, Sendable, Equatable {
    /// The part of all pictures on which their own neuron stands out most.
    let top1: Double
    /// Its 95 % interval by bootstrap over neurons; nil for fewer than `Bootstrap.fewestNeurons` neurons.
    let top1Interval: ClosedRange<Double>?
    /// Mean of 1 / rank over all pictures.
    let meanReciprocalRank: Double
    /// Its 95 % interval by bootstrap over neurons.
    let meanReciprocalRankInterval: ClosedRange<Double>?
    /// What `top1` is by chance: 1 / channels.
    let chance: Double
    /// Number of pictures.
    let runs: Int
    /// Number of runs left out because they diverged.
    let excluded: Int
}

/// Identification of a layer's pictures from the activations of all its channels.
///
/// Each channel's activation is taken in standard deviations from its mean over all pictures, so that a channel that
/// is high on everything does not win everything. A channel that does not vary beyond rounding (a millionth) is at 0.
struct Identification: Codable, Sendable, Equatable {
    /// The layer's figures.
    let layer: LayerIdentification
    /// Each neuron's figures, by its number.
    let neurons: [Int: NeuronIdentification]

    /// Ranks each run's neuron among all channels on its picture.
    ///
    /// Throws the reason where no channel is asked for, or where no two neurons can be told apart.
    init(of runs: [ScoredRun], settings: ScoreSettings = ScoreSettings()) throws(NoScore) {
        let table = RunTable(runs, measuring: \.activations)
        guard let channels = table.rows.first?.count else { throw .nothingMeasured }
        guard table.neurons.allSatisfy({ $0 >= 0 && $0 < channels }) else { throw .notAChannel }
        guard table.neurons.count > 1 else { throw .oneNeuron }

        let scale = ChannelScale(table.rows, sign: settings.minimises ? -1 : 1)
        let owners = table.owners
        let workers = max(1, min(settings.workers, owners.count))
        let ranks = concurrently(workers) { worker in
            stride(from: worker, to: owners.count, by: workers).map { row in
                scale.rank(of: table.neurons[owners[row].neuron], in: table.rows[row])
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
                    NeuronIdentification(top1: tops[index] / count, reciprocalRank: reciprocals[index] / count)
                )
            })
        let count = Double(owners.count)
        layer = LayerIdentification(
            top1: tops.reduce(0, +) / count,
            top1Interval: Bootstrap.interval(sums: tops, counts: counts, settings: settings),
            meanReciprocalRank: reciprocals.reduce(0, +) / count,
            meanReciprocalRankInterval: Bootstrap.interval(sums: reciprocals, counts: counts, settings: settings),
            chance: 1 / Double(channels), runs: owners.count, excluded: table.excluded)
    }
}

/// Each channel's mean and spread over all pictures.
private struct ChannelScale: Sendable {
    private let means: [Double]
    /// The sign over the standard deviation; 0 for a channel that does not vary.
    private let factors: [Double]

    init(_ rows: [[Float]], sign: Double) {
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
        self.means = means
        factors = zip(deviations, squares).map { deviation, square in
            deviation.squareRoot() > 1e-6 * square.squareRoot() ? sign / (deviation / count).squareRoot() : 0
        }
    }

    /// How many channels stand out more than `channel`, and how many others as much.
    func rank(of channel: Int, in row: [Float]) -> (higher: Int, tied: Int) {
        let own = (Double(row[channel]) - means[channel]) * factors[channel]
        var higher = 0
        var equal = 0
        for other in row.indices {
            let score = (Double(row[other]) - means[other]) * factors[other]
            higher += score > own ? 1 : 0
            equal += score == own ? 1 : 0
        }
        return (higher, equal - 1)
    }
}

// The forced choice in neuron.json, neurons.json and atlas.json (docs/data.md documents it).

import Scores

/// A neuron's or a layer's forced choice, by the judge that others read first; the other judges' are in `others`.
struct ForcedChoiceData: Codable, Equatable {
    var accuracy: Double
    var interval: ClosedRange<Double>?
    /// With the pictures of other neurons.
    var null: Double
    /// The interval of the mean difference of a layer's accuracy and null.
    var aboveNull: ClosedRange<Double>?
    var pairs: Int
    /// Number of a layer's neurons.
    var neurons: Int?
    var judge: String
    var others: [ForcedChoiceData]?

    /// A neuron's; nil if no judge has one.
    init?(_ choices: [JudgedChoice], of neuron: Int) {
        self.init(
            choices.compactMap { choice in
                choice.neurons[neuron].map {
                    ForcedChoiceData(
                        accuracy: $0.accuracy, interval: $0.interval, null: $0.null, pairs: $0.pairs,
                        judge: choice.judge)
                }
            })
    }

    /// A layer's; nil if no judge has one.
    init?(_ choices: [JudgedChoice]) {
        self.init(
            choices.map {
                ForcedChoiceData(
                    accuracy: $0.layer.accuracy, interval: $0.layer.interval, null: $0.layer.null,
                    aboveNull: $0.layer.aboveNull, pairs: $0.layer.pairs, neurons: $0.layer.neurons, judge: $0.judge)
            })
    }

    private init?(_ judged: [ForcedChoiceData]) {
        guard var first = judged.first else { return nil }
        if judged.count > 1 { first.others = Array(judged.dropFirst()) }
        self = first
    }

    private init(
        accuracy: Double, interval: ClosedRange<Double>?, null: Double, aboveNull: ClosedRange<Double>? = nil,
        pairs: Int, neurons: Int? = nil, judge: String
    ) {
        self.accuracy = accuracy
        self.interval = interval
        self.null = null
        self.aboveNull = aboveNull
        self.pairs = pairs
        self.neurons = neurons
        self.judge = judge
    }

    /// The same by each judge.
    var all: [ForcedChoiceData] { [self] + (others ?? []) }
}

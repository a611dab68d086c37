// How the figures of one condition differ from those of another over the same neurons and seeds.

/// The difference of a figure between two conditions, paired by neuron.
package struct PairedDifference: Codable, Sendable, Equatable {
    /// The figure under the condition minus the figure under the one that it is compared with.
    package let value: Double
    /// Its interval, by jackknife over the neurons: without a neuron, both figures lose it. Nil for fewer than
    /// `Jackknife.fewestNeurons` neurons.
    package let interval: ClosedRange<Double>?
    /// Number of neurons.
    package let neurons: Int

    /// Whether the interval excludes 0.
    package var isShown: Bool { interval.map { !$0.contains(0) } ?? false }

    /// - Parameters:
    ///   - condition: the figure, and the same without each neuron, by its number.
    ///   - base: the figure that it is compared with. A neuron that only one of them has changes only that one.
    ///   - comparisons: how many differences share the error of 5 % (Bonferroni): with probability 0.95 or more, all
    ///     their intervals hold the truth.
    init(_ condition: Figure, minus base: Figure, comparisons: Int) {
        value = condition.value - base.value
        let all = Set(condition.deleted.keys).union(base.deleted.keys).sorted()
        neurons = all.count
        let deleted = all.map {
            (condition.deleted[$0] ?? condition.value) - (base.deleted[$0] ?? base.value)
        }
        interval = Jackknife.interval(
            of: value, deleted: deleted, coverage: 1 - (1 - Jackknife.coverage) / Double(max(1, comparisons)))
    }

    /// A figure of a layer, and the same without each neuron.
    struct Figure {
        let value: Double
        let deleted: [Int: Double]
    }
}

/// The differences between two conditions by one measure; nil where either has no score.
package struct MeasureDifferences: Codable, Sendable, Equatable {
    /// Of the AUC.
    package let auc: PairedDifference
    /// Of top-1 retrieval.
    package let retrieval: PairedDifference

    init(_ condition: Consistency, minus base: Consistency, comparisons: Int) {
        func difference(
            _ value: KeyPath<LayerConsistency, Double>, _ deleted: KeyPath<DeletedNeuron, Double?>
        ) -> PairedDifference {
            func figure(_ scores: Consistency) -> PairedDifference.Figure {
                .init(
                    value: scores.layer[keyPath: value],
                    deleted: scores.deleted.compactMapValues { $0[keyPath: deleted] })
            }
            return PairedDifference(figure(condition), minus: figure(base), comparisons: comparisons)
        }
        auc = difference(\.auc, \.auc)
        retrieval = difference(\.retrieval, \.retrieval)
    }
}

/// All differences between two conditions of a layer over the same neurons and seeds.
package struct ScoreDifferences: Codable, Sendable, Equatable {
    /// By look.
    package let look: MeasureDifferences?
    /// By meaning.
    package let meaning: MeasureDifferences?
    /// Of identification's `top1`.
    package let identification: PairedDifference?
    /// How many differences share the error of 5 %: those of all conditions that are compared with the same one.
    package let comparisons: Int

    /// Figures that are compared for each condition: AUC and retrieval by both measures, and identification.
    private static let figures = 5

    /// - Parameter conditions: how many conditions are compared with `base`.
    package init(_ condition: LayerScores, minus base: LayerScores, among conditions: Int) {
        let comparisons = Self.figures * max(1, conditions)
        func measured(_ measure: KeyPath<LayerScores, Scored<Consistency>>) -> MeasureDifferences? {
            guard let condition = condition[keyPath: measure].value, let base = base[keyPath: measure].value else {
                return nil
            }
            return MeasureDifferences(condition, minus: base, comparisons: comparisons)
        }
        look = measured(\.look)
        meaning = measured(\.meaning)
        identification = condition.identification.value.flatMap { condition in
            base.identification.value.map { base in
                PairedDifference(
                    .init(value: condition.layer.top1, deleted: condition.deleted),
                    minus: .init(value: base.layer.top1, deleted: base.deleted), comparisons: comparisons)
            }
        }
        self.comparisons = comparisons
    }
}

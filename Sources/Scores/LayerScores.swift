// All scores of one layer's runs, and the types that hold them on pages and in data files.

/// One neuron's scores, as `neuron.json` and `neurons.json` hold them; a measure without a score is absent.
package struct NeuronScores: Codable, Sendable, Equatable {
    /// How alike its pictures look.
    package let look: NeuronConsistency?
    /// How alike its pictures are to the judge.
    package let meaning: NeuronConsistency?
    /// Whether it stands out on its own pictures.
    package let identification: NeuronIdentification?
    /// The standard deviation of its final activation over seeds, relative to that between neurons.
    package let seedSpread: Double?
    /// Why measures have no score; nil if all have one.
    package let reasons: ScoreReasons?
}

/// One layer's figures, as `atlas.json` and `neurons.json` hold them; a measure without a score is absent.
package struct LayerFigures: Codable, Sendable, Equatable {
    /// How consistent its pictures look.
    package let look: LayerConsistency?
    /// How consistent its pictures are to the judge.
    package let meaning: LayerConsistency?
    /// Whether its neurons stand out on their own pictures.
    package let identification: LayerIdentification?
    /// Why measures have no score; nil if all have one.
    package let reasons: ScoreReasons?
}

/// Why measures have no score, in a sentence each; a measure with a score is absent.
package struct ScoreReasons: Codable, Sendable, Equatable {
    /// Why there is none by look.
    package let look: String?
    /// Why there is none by meaning.
    package let meaning: String?
    /// Why there is no identification.
    package let identification: String?

    /// Nil if every measure has a score.
    init?(look: NoScore?, meaning: NoScore?, identification: NoScore?) {
        if look == nil && meaning == nil && identification == nil { return nil }
        self.look = look?.description
        self.meaning = meaning?.description
        self.identification = identification?.description
    }

    /// Each sentence once.
    package var sentences: [String] {
        [look, meaning, identification].reduce(into: []) { sentences, reason in
            if let reason, !sentences.contains(reason) { sentences.append(reason) }
        }
    }
}

/// All scores of one group of runs: one layer, method, token selection, attention mode and direction.
package struct LayerScores: Codable, Sendable, Equatable {
    /// Consistency by `LookDescriptor`.
    package let look: Scored<Consistency>
    /// Consistency by the judge's embedding.
    package let meaning: Scored<Consistency>
    /// Identification by the layer's own activations; it needs no second seed.
    package let identification: Scored<Identification>
    /// `SeedSpread` by neuron.
    package let seedSpread: [Int: Double]

    /// Scores a group of runs. Their order does not matter unless a neuron has two runs of one seed.
    init(of runs: [ScoredRun], by reference: ScoreReference, settings: ScoreSettings = ScoreSettings()) {
        // Every run that did not diverge has a look and a meaning, so both measures share their shuffles.
        var shuffles: LabelShuffles?
        look = Scored { () throws(NoScore) in
            try Consistency(
                of: runs, by: reference.look, settings: settings, sharing: &shuffles, measuring: \.look)
        }
        meaning = Scored { () throws(NoScore) in
            try Consistency(
                of: runs, by: reference.meaning, settings: settings, sharing: &shuffles, measuring: \.meaning)
        }
        identification = Scored { () throws(NoScore) in
            try Identification(of: runs, scale: reference.channels, settings: settings)
        }
        seedSpread = SeedSpread.relative(of: runs)
    }

    /// The scores of no runs.
    static let none = LayerScores()

    private init() {
        look = .absent(.nothingMeasured)
        meaning = .absent(.nothingMeasured)
        identification = .absent(.nothingMeasured)
        seedSpread = [:]
    }

    /// The layer's figures.
    package var figures: LayerFigures {
        LayerFigures(
            look: look.value?.layer, meaning: meaning.value?.layer, identification: identification.value?.layer,
            reasons: ScoreReasons(look: look.reason, meaning: meaning.reason, identification: identification.reason))
    }

    /// The scores of one neuron, by its number.
    package func scores(of neuron: Int) -> NeuronScores {
        let own = (
            look: look.value?.neurons[neuron], meaning: meaning.value?.neurons[neuron],
            identification: identification.value?.neurons[neuron]
        )
        return NeuronScores(
            look: own.look, meaning: own.meaning, identification: own.identification, seedSpread: seedSpread[neuron],
            reasons: ScoreReasons(
                look: own.look == nil ? look.reason ?? .tooFewRuns : nil,
                meaning: own.meaning == nil ? meaning.reason ?? .tooFewRuns : nil,
                identification: own.identification == nil ? identification.reason ?? .noRun : nil))
    }
}

// Runs of a neuron as panels of a grid: a row per method, token selection and attention mode; a column per seed.

import Render
import Scores

/// One run as a panel.
struct RunContext: TemplateContext {
    var title: String
    var image: String?
    var width: Int
    var height: Int
    /// Alternative text for the picture; it states only what was measured.
    var alternative: String
    var startActivation: Double?
    var finalActivation: Double?
    /// The same under the pattern that a frozen run replayed; nil for other runs.
    var startUnderPattern: Double?
    var finalUnderPattern: Double?
    var note: String?

    static let keys: [TemplateKey<RunContext>] = [
        .text("title", "what distinguishes the run from its neighbours, e.g. `seed 0`", \.title),
        .text("image", "path of the picture; absent if the run was not made", \.image),
        .text("width", "the picture's width in pixels") { String($0.width) },
        .text("height", "the picture's height in pixels") { String($0.height) },
        .text("alternative", "alternative text for the picture", \.alternative),
        .text("startActivation", "the activation on the initial picture, under live attention") {
            $0.startActivation.map(Format.number)
        },
        .text("finalActivation", "the activation on the final picture, under live attention") {
            $0.finalActivation.map(Format.number)
        },
        .text("startUnderPattern", "that of the initial picture under a frozen run's own pattern") {
            $0.startUnderPattern.map(Format.number)
        },
        .text("finalUnderPattern", "that of the final picture under a frozen run's own pattern") {
            $0.finalUnderPattern.map(Format.number)
        },
        .text("note", "what went wrong, e.g. `never activated`", \.note),
    ]
}

/// The runs of one method, token selection and attention mode.
struct RunRowContext: TemplateContext {
    /// What the row's runs have in common, e.g. `atlas · class token`; nil if there is only one row.
    var title: String?
    var explanation: String?
    var runs: [RunContext]
    var curves: String?
    var film: FilmContext?

    static let keys: [TemplateKey<RunRowContext>] = [
        .text("title", "what the row's runs have in common", \.title),
        .text("explanation", "what the row's token selection means", \.explanation),
        .list("runs", "the runs, one for each seed", \.runs),
        .text("columns", "number of runs, at least 1") { String(max(1, $0.runs.count)) },
        .html("curves", "the runs' activation curves, as SVG", \.curves),
        .object("film", "what the runs' pictures looked like on the way, if that was stored", \.film),
    ]
}

/// A neuron in a grid or list.
struct NeuronCard: TemplateContext, Codable {
    var number: Int
    var label: String?
    var path: String
    var thumbnail: String?
    var width: Int
    var height: Int
    var activation: Double?
    /// Consistency in look.
    var look: Consistency?
    /// Consistency in meaning.
    var meaning: Consistency?
    /// The mean reciprocal rank of its identification, from 0 to 1.
    var identification: Double?
    /// The accuracy of its forced choice, from 0 to 1.
    var choice: Double?
    /// How far beyond the best photograph its pictures go, in standard deviations.
    var beyond: Double?
    /// The share of the photographs on which it is above 0, from 0 to 1.
    var positiveShare: Double?
    /// The score that the card shows.
    var shown = Score.look
    var note: String?

    /// How alike the runs of a neuron are.
    struct Consistency: Codable, Sendable {
        /// Mean similarity of its pairs of runs, from −1 to 1; orders neurons whose percentiles are equal.
        var similarity: Double
        /// Its percentile among pairs of different neurons, from 0 to 100.
        var percentile: Double
    }

    /// A score that a card can show.
    enum Score: String, Codable, Sendable {
        case look, meaning, identification, choice
    }

    /// The shown score as text and from 0 to 100, with an explanation; nil if there is none.
    private var score: (text: String, share: Double, explanation: String)? {
        switch shown {
        case .look, .meaning:
            (shown == .look ? look : meaning).map { consistency in
                (
                    "\(Format.percentile(consistency.percentile)) %", consistency.percentile,
                    "consistency in \(shown.rawValue): percentile among pairs of different neurons"
                )
            }
        case .identification:
            identification.map { (Format.number($0), 100 * $0, "identification: mean reciprocal rank") }
        case .choice:
            choice.map { (Format.number($0), 100 * $0, "forced choice: share of pairs of photographs told apart") }
        }
    }

    /// Whether the card shows a score.
    var showsScore: Bool { score != nil }

    static let keys: [TemplateKey<NeuronCard>] = [
        .text("number", "the neuron's number") { String($0.number) },
        .text("label", "the neuron's name, if it has one", \.label),
        .text("path", "path of the neuron's page", \.path),
        .text("thumbnail", "path of the thumbnail, if there is one", \.thumbnail),
        .text("width", "the thumbnail's width in pixels") { String($0.width) },
        .text("height", "the thumbnail's height in pixels") { String($0.height) },
        .text("activation", "the final activation of the first seed's run") { $0.activation.map(Format.number) },
        .text("score", "the score that the page is sorted by, or the consistency in look") { $0.score?.text },
        .text("share", "the same from 0 to 100, for a bar") { ($0.score?.share).map(Format.coordinate) },
        .text("scoreExplanation", "what that score is") { $0.score?.explanation },
        .text("note", "what went wrong, e.g. `never activated`", \.note),
    ]
}

// How far a layer's runs agree, in a paragraph on its page and a sentence or two on the first page.

import Render
import Scores

/// Puts a layer's scores into words.
enum LayerVerdict {
    /// The paragraph on the layer's page; nil if the layer is not scored.
    ///
    /// - Parameter compared: the layer's conditions over the compared neurons, the grid's first.
    static func agreement(_ scores: LayerScores, _ compared: [ScoreFigures.Compared]) -> String? {
        guard let look = scores.look.value?.layer else { return nil }
        let meaning = scores.meaning.value?.layer
        return [
            "Two runs of one neuron look more alike than two runs of different neurons in "
                + "\(ScoreWords.percent(look.auc)) of comparisons (by chance: 50\u{A0}%).",
            nearest(look),
            meaning.map {
                "By meaning these are \(ScoreWords.percent($0.auc)) and \(ScoreWords.percent($0.retrieval))."
            },
            scores.figures.identification.map {
                "On \(ScoreWords.percent($0.top1)) of pictures, their own neuron stands out more than any other of the "
                    + "layer."
            },
            controls(compared), ScoreWords.use,
        ].compactMap(\.self).joined(separator: " ")
    }

    /// The sentences on the first page; nil if the layer is not scored.
    static func summary(_ scores: LayerScores, _ compared: [ScoreFigures.Compared]) -> String? {
        scores.look.value.map { [nearest($0.layer), controls(compared)].compactMap(\.self).joined(separator: " ") }
    }

    private static func nearest(_ look: LayerConsistency) -> String {
        "\(ScoreWords.percent(look.retrieval)) of pictures look most like another run of their own neuron (by chance: "
            + "\(ScoreWords.percent(look.chance)))."
    }

    /// A control's AUC, and its difference from the trained weights' where one is shown.
    struct Control {
        /// What was done to the weights, e.g. `shuffled`.
        let word: String
        let auc: Double
        let difference: Double?
    }

    private static func controls(_ compared: [ScoreFigures.Compared]) -> String? {
        guard let trained = compared.first, let own = trained.scores.look.value?.layer else { return nil }
        let rows = compared.compactMap { row in
            row.condition.model.control.flatMap { control in
                row.scores.look.value.map { look in
                    Control(
                        word: control.word, auc: look.layer.auc,
                        difference: (row.difference?.look?.auc).flatMap { $0.isShown ? $0.value : nil })
                }
            }
        }
        return sentence(rows, trained: own.auc, neurons: trained.neurons.count)
    }

    /// What weights that have learned nothing give; nil without controls.
    static func sentence(_ controls: [Control], trained: Double, neurons: Int) -> String? {
        guard !controls.isEmpty else { return nil }
        let differences = controls.map(\.difference)
        let finding =
            if differences.allSatisfy({ $0 == nil }) {
                "show no difference"
            } else if differences.allSatisfy({ ($0 ?? 0) < 0 }) {
                "agree less"
            } else if differences.allSatisfy({ ($0 ?? 0) > 0 }) {
                "agree more"
            } else {
                "differ"
            }
        let figures =
            ["AUC \(Format.number(trained)) trained"] + controls.map { "\(Format.number($0.auc)) \($0.word)" }
        return "Weights that have learned nothing \(finding): \(figures.joined(separator: ", ")), over the same "
            + "\(ScoreWords.counted(neurons, "neuron"))."
    }
}

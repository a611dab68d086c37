// The panels of scores on pages: values with their intervals, and why there is no score.

import Testing

@testable import Render
@testable import Scores
@testable import Site
@testable import TestSupport

struct ScoreContextsTests {
    /// Neuron 1 has one usable run, neuron 2 none.
    @Test func aNeuronWithTooFewRunsHasAReason() throws {
        let runs = ScoredRun.striped.map { run in
            let isUsable = run.neuron == 1 ? run.seed == 0 : run.neuron != 2
            return ScoredRun(
                neuron: run.neuron, seed: run.seed, look: isUsable ? run.look : nil,
                meaning: isUsable ? run.meaning : nil, activations: isUsable ? run.activations : nil,
                finalActivation: run.finalActivation)
        }
        let scores = LayerScores(of: runs)
        let page = ScoreContexts.neuron(scores, 1, among: [], judge: nil)
        #expect(page.note?.hasPrefix("No score: fewer than two runs of this neuron can be measured") == true)
        #expect(page.scores.map(\.name) == ["Identification", "Spread over seeds"])
        let comparison = ScoreContexts.comparison(try #require(scores.figures.look))
        #expect(page.note?.contains(comparison) == false)
        let other = ScoreContexts.neuron(scores, 0, among: [], judge: nil)
        #expect(other.note?.hasPrefix(comparison) == true)
        #expect(other.scores[2].value == "3 of 3 pictures" && other.scores[2].figures[0].value == "1.00")
    }

    @Test func tokensAreNoChannels() {
        let scores = LayerScores(of: ScoredRun.striped, settings: ScoreSettings(targetsAreTokens: true))
        #expect(ScoreContexts.layer(scores, [], judge: nil).note?.hasPrefix(NoScore.notAChannel.description) == true)
        #expect(
            ScoreContexts.neuron(scores, 0, among: [], judge: nil).note?.hasPrefix(NoScore.notAChannel.description)
                == true)
    }

    @Test func theLayersPanelHasEachFigureWithItsInterval() throws {
        let scores = LayerScores(of: ScoredRun.striped)
        let panel = ScoreContexts.layer(scores, [], judge: nil)
        let look = try #require(scores.look.value?.layer)
        let item = panel.scores[0]
        #expect(item.value.hasPrefix("AUC \(Format.number(look.auc)) (95\u{A0}% interval: "))
        #expect(item.figures[0].name == "Top-1 retrieval")
        #expect(
            item.figures[0].value.hasPrefix("100\u{A0}% (95\u{A0}% interval: 34.7\u{A0}% to 100\u{A0}%) of pictures"))
        #expect(item.figures[0].value.hasSuffix("(chance: \(ScoreWords.percent(look.chance)))"))
        #expect(item.figures[1].value.contains(" to ") && item.figures[1].value.hasSuffix(", p\u{A0}≤\u{A0}0.001"))
        #expect(
            item.figures[2].value
                == "6 neurons, 18 runs; 18 pairs of runs of one neuron, 90 of different neurons")
        #expect(panel.scores[2].standing?.hasPrefix("of pictures give their own neuron the highest z-score") == true)
        #expect(panel.note?.hasPrefix(ScoreWords.auc) == true)
    }
}

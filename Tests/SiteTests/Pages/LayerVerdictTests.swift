// What a layer's page says about networks that have learned nothing.

import Testing

@testable import Site

@Suite struct LayerVerdictTests {
    @Test(arguments: [
        ([nil, nil], "show no difference"), ([0.1, 0.2], "agree more"), ([-0.1, -0.2], "agree less"),
        ([-0.1, nil], "differ"), ([0.1, -0.1], "differ"),
    ])
    func controlsAreSaidByWhatIsShown(differences: [Double?], finding: String) {
        let controls = zip(["shuffled", "rotated"], differences).map {
            LayerVerdict.Control(word: $0, auc: 0.75 + ($1 ?? 0), difference: $1)
        }
        let text = LayerVerdict.sentence(controls, trained: 0.75, neurons: 16)
        #expect(text?.hasPrefix("Weights that have learned nothing \(finding): AUC 0.750 trained, ") == true)
        #expect(LayerVerdict.sentence([], trained: 0.75, neurons: 16) == nil)
    }
}

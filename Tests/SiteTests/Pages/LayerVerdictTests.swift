// What a layer's page says about networks that have learned nothing.

import Testing

@testable import Site

@Suite struct LayerVerdictTests {
    @Test(arguments: [
        ([nil, nil], "show no difference", true), ([0.1, 0.2], "agree more", true),
        ([-0.1, -0.2], "agree less", false),
        ([-0.1, nil], "differ", true), ([0.1, -0.1], "differ", true),
    ])
    func controlsAreSaidByWhatIsShown(differences: [Double?], finding: String, isWarned: Bool) throws {
        let controls = zip(["shuffled weights", "rotated weights"], differences).map {
            LayerVerdict.Control(weights: $0, auc: 0.75 + ($1 ?? 0), difference: $1)
        }
        let text = try #require(LayerVerdict.sentence(controls, trained: 0.75, neurons: 16))
        #expect(
            text.hasPrefix("Weights that have learned nothing \(finding): over the same 16 neurons the AUC is 0.750 "))
        #expect(text.contains("Agreement alone") == isWarned)
        #expect(LayerVerdict.sentence([], trained: 0.75, neurons: 16) == nil)
    }
}

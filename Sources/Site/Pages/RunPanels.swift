// A run as a panel: on neurons' pages and in figures alike.

import Render
import Runs
import ViT

extension RunLibrary {
    /// One run. The text that stands for its picture says how it was made and what was measured, not what it shows.
    func panel(_ recipe: Recipe, header: RunHeader?) -> RunContext {
        let size = project.model.model.configuration
        let number = recipe.target.number
        let name = project.model.label(recipe.address, number).map { " (\($0))" } ?? ""
        let subject =
            "Neuron \(number)\(name) of \(recipe.address.shortName), \(recipe.condition.words), seed \(recipe.seed)"
        guard let header else {
            return RunContext(
                title: "seed \(recipe.seed)", image: nil, width: size.imageWidth, height: size.imageHeight,
                alternative: "\(subject): not made yet", note: "not made yet")
        }
        let start = Double(header.startActivation)
        let final = Double(header.finalActivation)
        let note = Explanations.note(header.outcome)
        return RunContext(
            title: "seed \(recipe.seed)", image: SitePaths.picture(recipe), width: size.imageWidth,
            height: size.imageHeight,
            alternative: "\(subject): activation \(Format.number(start)) at the start, \(Format.number(final)) at the "
                + "end\(note.map { "; \($0)" } ?? "")",
            startActivation: start, finalActivation: final, note: note)
    }
}

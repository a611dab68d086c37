// A run as a panel and a neuron as a card, for the atlas's pages and for figures.

import Render
import Runs
import Scores
import ViT

extension RunLibrary {
    /// A neuron in a grid or a contact sheet.
    ///
    /// - Parameters:
    ///   - first: the first of its runs in the store; nil if there is none.
    ///   - shown: the score that the card shows.
    func card(
        _ address: Address, _ neuron: Int, first: RunHeader?, scores: NeuronScores?, shown: NeuronCard.Score = .look
    ) -> NeuronCard {
        let model = project.model.model.configuration
        let size = SitePaths.thumbnailSize(of: model)
        return NeuronCard(
            number: neuron, label: project.model.label(address, neuron), path: SitePaths.neuron(address, neuron),
            thumbnail: first.map {
                SitePaths.thumbnail(of: $0.recipe, in: model, SitePaths.pictureEnding(in: project))
            }, width: size.width,
            height: size.height, activation: (first?.finalActivation.finite).map(Double.init),
            look: (scores?.look).map(NeuronCard.Consistency.init),
            meaning: (scores?.meaning).map(NeuronCard.Consistency.init),
            identification: scores?.identification?.reciprocalRank, shown: shown,
            note: first == nil ? Explanations.notMade : first.flatMap { Explanations.note($0.outcome) })
    }

    /// A neuron as a link with its picture alone.
    func card(_ address: Address, _ neuron: Int, thumbnail: String?) -> NeuronCard {
        let size = SitePaths.thumbnailSize(of: project.model.model.configuration)
        return NeuronCard(
            number: neuron, label: project.model.label(address, neuron), path: SitePaths.neuron(address, neuron),
            thumbnail: thumbnail, width: size.width, height: size.height)
    }

    /// One run of any neuron, for a figure.
    func panel(_ recipe: Recipe, header: RunHeader?) -> RunContext {
        let number = recipe.target.number
        let name = project.model.label(recipe.address, number).map { " (\($0))" } ?? ""
        return panel(
            recipe, header: header,
            subject: Explanations.name(of: number, label: name, at: recipe.address)
                + ", \(recipe.condition.words(in: project))")
    }

    /// One run. Its alternative text says how the picture was made and what was measured, not what it shows.
    ///
    /// - Parameter subject: what the alternative text begins with, if the page does not say it.
    func panel(_ recipe: Recipe, header: RunHeader?, subject: String?) -> RunContext {
        let size = project.model.model.configuration
        let subject = [subject, "seed \(recipe.seed)"].compactMap(\.self).joined(separator: ", ")
        guard let header else {
            return RunContext(
                title: "seed \(recipe.seed)", image: nil, width: size.imageWidth, height: size.imageHeight,
                alternative: "\(subject): \(Explanations.notMade)", note: Explanations.notMade)
        }
        let start = Double(header.startActivation)
        let final = Double(header.finalActivation)
        let own = header.underPattern.map { (start: Double($0.start), final: Double($0.final)) }
        let note = Explanations.note(header.outcome)
        func measured(_ start: Double, _ final: Double) -> String {
            "\(Format.number(start)) at the start, \(Format.number(final)) at the end"
        }
        let activations =
            (own.map { "\(measured($0.start, $0.final)) \(Explanations.ownPattern); " } ?? "") + measured(start, final)
            + (own == nil ? "" : " \(Explanations.liveAttention)")
        return RunContext(
            title: "seed \(recipe.seed)", image: SitePaths.picture(recipe, SitePaths.pictureEnding(in: project)),
            width: size.imageWidth,
            height: size.imageHeight,
            alternative: "\(subject): activation \(activations)\(note.map { "; \($0)" } ?? "")",
            startActivation: start, finalActivation: final, startUnderPattern: own?.start,
            finalUnderPattern: own?.final, note: note)
    }
}

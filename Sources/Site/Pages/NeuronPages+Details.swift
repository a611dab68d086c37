// What a neuron's page folds: scores, attribution, provenance, commands, and what to copy.

import Foundation
import Render
import Runs
import Scores
import Support
import ViT

extension NeuronPages {
    func similarity(_ matrix: RunSimilarities) -> String {
        SimilarityChart(
            names: matrix.seeds.map { "seed \($0)" }, values: matrix.values, title: "Similarity of the runs by look"
        ).svg
    }

    /// How the direct logit attribution was computed, or why there is none; nil where no neuron has one.
    func writesExplanation(_ subject: Subject) -> String? {
        guard subject.rows[0].condition.variant.tokens != .slice, DirectLogitAttribution.isDefined(at: subject.address)
        else { return nil }
        return Explanations.attribution(at: subject.address, in: project.model.model.configuration)
    }

    /// Logits listed at each end.
    private static let writesShown = 5

    /// The classes whose logits the neuron raises most, then those that it lowers most; highest first.
    func writes(_ subject: Subject) -> [WriteContext] {
        let model = project.model.model
        guard subject.rows[0].condition.variant.tokens != .slice,
            let logits = DirectLogitAttribution.logits(model: model, address: subject.address, neuron: subject.neuron)
        else { return [] }
        let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
        let ends = order.prefix(Self.writesShown) + order.dropFirst(Self.writesShown).suffix(Self.writesShown)
        let heads = project.layers.first { $0.address == .head }.map { Set($0.neurons) } ?? []
        return ends.map { index in
            WriteContext(
                title: project.model.label(.head, index) ?? "class \(index)",
                value: (logits[index] > 0 ? "+" : "") + Format.number(Double(logits[index])),
                path: heads.contains(index) ? SitePaths.neuron(.head, index) : nil)
        }
    }

    func provenance(_ subject: Subject) -> [EntryContext] {
        let shape = project.model.model.configuration
        let conditions = subject.rows.map(\.condition)
        let first = Self.statement(subject.rows[0])
        let preprocessing =
            "\(shape.imageWidth) × \(shape.imageHeight) pixels, mean \(Self.list(shape.mean)), standard deviation "
            + "\(Self.list(shape.standardDeviation)); \(shape.headCount) heads"
        return [
            EntryContext(name: "Model", value: project.model.name),
            EntryContext(name: "Weights (SHA-256)", value: project.model.weightsDigest, isCode: true),
            EntryContext(name: "Input", value: preprocessing),
            EntryContext(name: "Address", value: subject.address.description, isCode: true),
        ]
            + first
            + subject.rows.dropFirst().map { row in
                let different = Self.statement(row).filter { entry in
                    !first.contains { $0.name == entry.name && $0.value == entry.value }
                }
                return EntryContext(
                    name: "Changed for \(row.condition.change(from: conditions[0], in: project))",
                    value: different.map { "\($0.name.lowercased()): \($0.value)" }.joined(separator: "; "))
            }
            + [EntryContext(name: "Made with", value: Version.generator)]
    }

    private static func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ", ") }

    /// Everything that determines a row's pictures, except model and address.
    private static func statement(_ row: NeuronRow) -> [EntryContext] {
        let (model, variant) = (row.condition.model, row.condition.variant)
        let parameters = variant.method.texts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return [
            EntryContext(name: "Tokens", value: variant.tokens.description),
            EntryContext(name: "Direction", value: variant.direction.rawValue),
            EntryContext(name: "Attention", value: Explanations.attention(variant.attention)),
            EntryContext(name: "Method", value: "\(variant.method.name): \(parameters.joined(separator: ", "))"),
            EntryContext(name: "Steps", value: "\(variant.method.steps)"),
            EntryContext(name: "Seeds", value: row.seeds.map(String.init).joined(separator: ", ")),
            EntryContext(name: "Numerics", value: row.numerics),
        ]
            + (variant.precision == .float32
                ? [] : [EntryContext(name: "Precision", value: variant.precision.rawValue)])
            + (model.control.map { [EntryContext(name: "Weights", value: Explanations.control($0))] } ?? [])
    }

    /// The commands that reproduce the rows.
    func commands(_ subject: Subject) -> String {
        subject.rows.map { row in
            let variant = row.condition.variant
            var words = ["atlasgen", "visualise", "\(subject.address.shortName)/\(subject.neuron)"]
            words += ["--method", project.name(of: variant.method), "--tokens", variant.tokens.description]
            words += ["--attention", variant.attention.word, "--steps", "\(variant.method.steps)"]
            words += ["--seeds", row.seeds.map(String.init).joined(separator: ",")]
            for (name, value) in variant.method.overrides { words += ["--parameter", "\(name)=\(value)"] }
            if variant.direction == .negative { words += ["--direction", "-"] }
            if let control = row.condition.model.control { words += ["--control", control.word] }
            return words.joined(separator: " ")
        }.joined(separator: "\n")
    }

    /// The Markdown for the page's first row, with the options that differ from a figure's defaults.
    func figureSyntax(_ name: String, _ subject: Subject) -> String {
        let (variant, seeds) = (subject.rows[0].condition.variant, subject.rows[0].seeds)
        let usual = project.usualCondition(at: subject.address).variant
        var options: [String] = []
        if seeds != library.seeds { options.append("seeds=\(seeds.map(String.init).joined(separator: ","))") }
        if variant.method != usual.method { options.append("method=\(project.name(of: variant.method))") }
        if variant.tokens != usual.tokens { options.append("tokens=\(variant.tokens)") }
        if variant.attention != usual.attention { options.append("attention=\(variant.attention.word)") }
        if variant.direction != usual.direction { options.append("direction=\(variant.direction.rawValue)") }
        let query = options.isEmpty ? "" : "?\(options.joined(separator: "&"))"
        return "![\(name)](neuron:\(subject.address.shortName)/\(subject.neuron)\(query))"
    }

    func bibtex(_ name: String, _ address: Address, _ neuron: Int, path: String) -> String {
        let configuration = project.configuration
        return Citation(
            authors: [configuration.author].compactMap(\.self), title: "\(name) of \(address.shortName)",
            site: configuration.title, address: configuration.baseURL.map { $0 + OutputPath.address(path) },
            word: "\(address.shortName)-\(neuron)"
        ).bibtex
    }
}

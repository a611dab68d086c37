// What `atlasgen visualise` prints about the pictures that it made (docs/data.md documents the JSON).

import Runs
import Site
import Support
import ViT

/// The neuron, how its runs were made, and how each ended.
struct VisualiseReport: Encodable {
    /// The model whose neuron it is.
    struct Model: Encodable {
        let name: String
        /// SHA-256 of the weights.
        let weights: String

        init(_ model: LoadedModel) { (name, weights) = (model.name, model.weightsDigest) }
    }

    /// One run.
    private struct Run: Encodable {
        let seed: UInt64
        /// The picture's file, which runs that stand side by side share.
        let file: String
        let outcome: String
        let startActivation: Float
        let finalActivation: Float
        /// Nil unless attention was frozen.
        let underPattern: PatternActivations?
        /// Core-seconds.
        let seconds: Double
        /// SHA-256 of the recipe.
        let key: String
    }

    private enum CodingKeys: String, CodingKey {
        case model, address, neuron, label, control, runs
    }

    private let subject: NeuronName
    private let condition: Condition
    private let model: Model
    private let label: String?
    private let headers: [RunHeader]
    private let files: [OutputPicture]

    /// - Parameters:
    ///   - headers: the runs, in the order of their seeds.
    ///   - files: one for each run, or one for all.
    init(
        _ subject: NeuronName, _ condition: Condition, of model: LoadedModel, _ headers: [RunHeader],
        _ files: [OutputPicture]
    ) {
        (self.subject, self.condition, self.headers, self.files) = (subject, condition, headers, files)
        self.model = Model(model)
        label = model.label(subject.address, subject.number)
    }

    /// The variant's keys are beside the others, as in `neuron.json`.
    func encode(to encoder: any Encoder) throws {
        try condition.variant.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(subject.address.description, forKey: .address)
        try container.encode(subject.number, forKey: .neuron)
        try container.encodeIfPresent(label, forKey: .label)
        try container.encodeIfPresent(condition.model.control?.word, forKey: .control)
        let runs = headers.enumerated().map { index, header in
            Run(
                seed: header.recipe.seed, file: files[files.count == 1 ? 0 : index].name, outcome: header.outcome.word,
                startActivation: header.startActivation, finalActivation: header.finalActivation,
                underPattern: header.underPattern, seconds: header.seconds, key: header.recipe.key.description)
        }
        try container.encode(runs, forKey: .runs)
    }

    /// A line about the neuron, one about each run, and one about each file.
    var text: String {
        let name = label.map { " (\($0.readableLine))" } ?? ""
        let lines =
            ["\(subject.address)/\(subject.number)\(name), \(condition.statement)"] + headers.map(\.report)
            + files.map { "\($0.replaces ? "Replaced" : "Wrote") \($0.name.readableLine)" }
        return lines.joined(separator: "\n")
    }
}

extension RunHeader {
    /// A line about the run.
    fileprivate var report: String {
        let note =
            switch outcome {
            case .completed: ""
            case .neverActivated: "; it never activated"
            case .diverged(let step): "; it diverged at step \(step)"
            }
        let live = "\(finalActivation), from \(startActivation)"
        let activations =
            underPattern.map {
                "\($0.final), from \($0.start) \(Explanations.ownPattern); \(live) \(Explanations.liveAttention)"
            } ?? live
        return "seed \(recipe.seed): final activation \(activations)\(note)"
    }
}

extension Condition {
    /// How the runs are made: the method, the tokens, and any other settings that are not the default.
    fileprivate var statement: String {
        let (method, tokens, attention) = (variant.method, variant.tokens, variant.attention)
        let words = (["method \(method.name)"] + method.overrides.map { "\($0.name) \($0.value)" })
        var parts = ["\(words.joined(separator: " "))", "tokens \(tokens)"]
        if attention != .live { parts.append("\(attention.word) attention") }
        if variant.direction == .negative { parts.append("direction -") }
        if variant.precision != .float32 { parts.append("products in \(variant.precision.rawValue)") }
        if model.control != nil { parts.append(weights) }
        return parts.joined(separator: ", ")
    }
}

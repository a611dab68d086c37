// Reads the figure syntax: neuron:ADDRESS/N?key=value&…, layer:ADDRESS?key=value&…, photographs:ADDRESS/N?limit=9,
// {{destination|field}}.

import Foundation
import Render
import Runs
import Support
import ViT

/// Turns destinations and values of one text into requests; errors name file and line.
struct FigureReader {
    /// The project that requests are checked against.
    let project: Project
    /// The text that contains them.
    let text: SourceText

    /// The keys of figures of runs.
    private static let runKeys = ["seeds", "method", "methods", "tokens", "attention", "direction", "control"]
    /// The keys of a layer's values, and of a neuron's that compare it with its layer.
    private static let valueKeys = ["method", "tokens", "attention", "control", "measure"]
    /// The keys of figures of layers.
    private static let layerKeys = ["plot", "sort", "limit"] + valueKeys
    /// The charts of a layer.
    private enum Plot: String, CaseIterable {
        case consistency, compare, seeds
    }
    /// The most pictures in a figure.
    static let mostPictures = 400

    /// The request of a gap in a text; nil for other links and for values that are not atlasgen's.
    func request(_ gap: MarkdownGap) throws -> ContentRequest? {
        switch gap {
        case .figure(let destination, let line): return .figure(try figure(destination, line: line))
        case .value(let expression, let line): return try value(expression, line: line).map { .value($0) }
        case .formula, .code: return nil
        case .link(let destination):
            if Markdown.isFigure(destination.text) { return .page(try link(destination.text, line: destination.line)) }
            try checkScheme(of: destination.text, line: destination.line)
            return nil
        }
    }

    private static func scheme(nearest word: String) -> String? {
        Suggestion.nearest(to: word, among: Markdown.figureSchemes, limit: 1).first
    }

    /// The scheme that a destination or expression with a misspelt scheme probably means.
    private static func slip(in text: String) -> String? {
        let scheme = text.prefix { $0.isASCII && $0.isLetter }
        guard text.dropFirst(scheme.count).first == ":", !Markdown.isFigure(text) else { return nil }
        return Self.scheme(nearest: String(scheme))
    }

    /// Throws if the scheme of a link or image is probably misspelt.
    private func checkScheme(of destination: String, line: Int) throws {
        guard let near = Self.slip(in: destination) else { return }
        throw text.error("\(destination): did you mean \"\(near):\"?", line: line)
    }

    /// The figure that an image requests.
    func figure(_ destination: String, line: Int) throws -> FigureRequest {
        let reference = try reference(destination, line: line)
        guard reference.scheme != .photographs else { return try photographs(reference) }
        guard try !reference.isNeuron() else { return .runs(try runs(reference)) }
        let request = try layer(reference)
        if let plot = try reference.value("plot", Plot.init(word:)) {
            for key in ["sort", "limit"] where reference.options[key] != nil {
                throw reference.error(
                    "\"\(key)\" applies to contact sheets, but \"plot=\(plot.rawValue)\" makes none; keep one")
            }
            return switch plot {
            case .consistency: .distribution(request)
            case .compare: .comparison(request)
            case .seeds: .widths(request)
            }
        }
        guard request.condition == project.grid(of: request.layer) else {
            throw reference.error(
                "a contact sheet shows the runs of the layer's grid; remove method, tokens and attention")
        }
        let limit = try reference.value("limit") { try Int(named: $0, in: 1...Self.mostPictures) } ?? 12
        let isReversed = reference.options["sort"]?.hasPrefix("-") == true
        let key = try reference.value("sort") { text in
            try FigureRequest.Sort.Key(
                word: String(text.dropFirst(isReversed ? 1 : 0)),
                note: ", with a leading minus for reverse order")
        }
        return .sheet(request, sort: .init(key: key ?? .number, isReversed: isReversed), limit: limit)
    }

    /// The page that a link leads to.
    private func link(_ destination: String, line: Int) throws -> PageRequest {
        let reference = try reference(destination, line: line)
        return try reference.isNeuron() ? .neuron(try runs(reference)) : .layer(try layer(reference).layer)
    }

    /// The number that `{{expression}}` requests; nil if the expression is not atlasgen's.
    func value(_ expression: String, line: Int) throws -> ValueRequest? {
        guard Markdown.isFigure(expression) else {
            guard let near = Self.slip(in: expression) else { return nil }
            throw text.error("{{\(expression)}}: did you mean \"\(near):\"?", line: line)
        }
        let parts = expression.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let reference = try reference(
            parts[0].trimmingCharacters(in: .whitespaces), written: "{{\(expression)}}", line: line)
        let field = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        if try !reference.isNeuron() {
            let names = ValueRequest.LayerField.allCases.map(\.rawValue)
            guard let known = ValueRequest.LayerField(rawValue: field) else {
                throw Self.unknownField(field, names, reference)
            }
            return .layer(try layer(reference, keys: Self.valueKeys), known)
        }
        if let known = ValueRequest.RunsField(rawValue: field) { return .runs(try runs(reference), known) }
        guard let known = ValueRequest.ScoreField(rawValue: field) else {
            let names =
                ValueRequest.ScoreField.allCases.map(\.rawValue) + ValueRequest.RunsField.allCases.map(\.rawValue)
            throw Self.unknownField(field, names, reference)
        }
        return try score(reference, known)
    }

    private static func unknownField(_ field: String, _ names: [String], _ reference: FigureReference) -> AtlasError {
        let example = "{{\(reference.destination)|\(names[0])}}"
        return reference.error(
            field.isEmpty
                ? "a value needs a field after a bar, as in \(example) (known: \(names.joined(separator: ", ")))"
                : "unknown field \"\(field)\"\(Suggestion.question(for: field, among: names)) "
                    + "(known: \(names.joined(separator: ", ")))")
    }
}

// MARK: - Checking against the project

extension FigureReader {
    private func photographs(_ reference: FigureReference) throws -> FigureRequest {
        try reference.check(keys: ["limit"])
        let neuron = try neuron(of: reference)
        guard let settings = project.configuration.photographs else {
            throw reference.error("atlas.yml names no photographs; add \"photographs\" with a folder of them")
        }
        guard settings.publish else {
            throw reference.error("atlas.yml does not publish its photographs (\"publish: false\"); remove the figure")
        }
        guard let layer = project.layers.first(where: { $0.address == neuron.address }),
            layer.neurons.contains(neuron.number)
        else {
            throw reference.error(
                "photographs are read for the neurons of the atlas, and \(neuron.address.shortName)/\(neuron.number) is "
                    + "none; add it to \"layers\" in atlas.yml")
        }
        let limit = try reference.value("limit") { try Int(named: $0, in: 1...settings.show) } ?? settings.show
        return .photographs(layer, neuron.number, limit: limit)
    }

    private func runs(_ reference: FigureReference) throws -> RunsRequest {
        try reference.check(keys: Self.runKeys)
        let neuron = try neuron(of: reference)
        let layer = project.layers.first { $0.address == neuron.address }
        let tokens = try tokens(of: reference, at: neuron.address, default: layer?.tokens[0])
        for selection in tokens {
            try reference.reading { try neuron.check(under: selection, in: shape) }
        }
        let attention = try attention(of: reference)
        let direction =
            try reference.value("direction", Direction.init(named:)) ?? project.configuration.direction
        let variants = try methods(of: reference).flatMap { method in
            tokens.flatMap { tokens in
                attention.map { attention in
                    Variant(direction: direction, tokens: tokens, attention: attention, method: method)
                }
            }
        }
        let seeds =
            try reference.value("seeds") { try NumberList($0).seeds() }
            ?? project.configuration.seeds
        let models = try models(of: reference)
        guard variants.count * models.count * seeds.count <= Self.mostPictures else {
            throw reference.error(
                "\(variants.count * models.count) rows of \(seeds.count) runs; a figure has at most \(Self.mostPictures) pictures"
            )
        }
        return RunsRequest(
            address: neuron.address, neuron: neuron.number,
            conditions: variants.flatMap { variant in models.map { Condition(model: $0, variant: variant) } },
            seeds: seeds)
    }

    private func layer(_ reference: FigureReference, keys: [String] = layerKeys) throws -> LayerRequest {
        try reference.check(keys: keys)
        let address = try reference.subject { try Address(named: $0, in: shape) }
        guard let layer = project.layers.first(where: { $0.address == address }) else {
            let names = project.layers.map(\.address.shortName).joined(separator: ", ")
            throw reference.error(
                "\(address.shortName) is not a layer of this atlas (\(names)); add it to \"layers\" in atlas.yml, or "
                    + "show single neurons of it with neuron:\(address.shortName)/N")
        }
        return LayerRequest(
            layer: layer, condition: try condition(of: layer, reference), measure: try measure(reference))
    }

    private func score(_ reference: FigureReference, _ field: ValueRequest.ScoreField) throws -> ValueRequest {
        try reference.check(keys: Self.valueKeys)
        let name = try neuron(of: reference)
        let (address, neuron) = (name.address, name.number)
        guard let layer = project.layers.first(where: { $0.address == address }) else {
            throw reference.error(
                "\(field.rawValue) compares a neuron with its layer, but \(address.shortName) is not a layer of this "
                    + "atlas (\(project.layers.map(\.address.shortName).joined(separator: ", ")))")
        }
        let condition = try condition(of: layer, reference)
        let isGrid = condition == project.grid(of: layer)
        guard (isGrid ? layer.neurons : layer.sample).contains(neuron) else {
            throw reference.error(
                "\(field.rawValue) compares a neuron with its layer, but neuron \(neuron) is not "
                    + (isGrid ? "in this atlas" : "one of the compared neurons (\(Self.list(layer.sample)))"))
        }
        return .score(
            LayerRequest(layer: layer, condition: condition, measure: try measure(reference)), neuron: neuron, field)
    }

    /// The condition that a layer's figure names; the project must make runs of the layer under it.
    private func condition(of layer: AtlasLayer, _ reference: FigureReference) throws -> Condition {
        var wanted = project.grid(of: layer)
        if let method = try single(methods(of: reference), "method", reference) { wanted.variant.method = method }
        let tokens = try tokens(of: reference, at: layer.address, default: layer.tokens[0])
        if let tokens = try single(tokens, "tokens", reference) { wanted.variant.tokens = tokens }
        let attention = try single(attention(of: reference), "attention", reference)
        if let attention { wanted.variant.attention = attention }
        if let model = try single(models(of: reference), "control", reference) { wanted.model = model }
        guard project.conditions(of: layer).contains(wanted) else {
            throw reference.error(
                "this atlas has no runs of \(layer.address.shortName) with \(wanted.words(in: project)); a layer's "
                    + "figures show what atlas.yml lists under methods, tokens, attention and control, one of them "
                    + "changed at a time")
        }
        return wanted
    }

    private func single<Value>(_ values: [Value], _ key: String, _ reference: FigureReference) throws -> Value? {
        guard values.count <= 1 else {
            throw reference.error("\"\(key)\" takes one value in a layer's figure; `plot=compare` shows all")
        }
        return values.first
    }

    private func measure(_ reference: FigureReference) throws -> Measure {
        try reference.value("measure", Measure.init(word:)) ?? .look
    }

    private var shape: ViTConfiguration { project.model.model.configuration }

    private func neuron(of reference: FigureReference) throws -> NeuronName {
        try reference.subject { text in
            let name = try NeuronName(text, in: shape)
            try name.check(under: .automatic(at: name.address, in: shape), in: shape)
            return name
        }
    }

    /// The token selections without duplicates: several words may mean the same one at an address.
    private func tokens(
        of reference: FigureReference, at address: Address, default usual: TokenSelection?
    ) throws -> [TokenSelection] {
        guard let choices = try reference.values("tokens", TokenChoice.init) else {
            return [usual ?? project.usualTokens(at: address)]
        }
        let selections = try choices.map { choice in
            try reference.reading("tokens") { try choice.selection(at: address, in: shape) }
        }
        return selections.enumerated().filter { selections.firstIndex(of: $1) == $0 }.map(\.element)
    }

    private func methods(of reference: FigureReference) throws -> [Method] {
        if reference.options["method"] != nil, reference.options["methods"] != nil {
            throw reference.error("\"method\" and \"methods\" mean the same; keep one")
        }
        let key = reference.options["methods"] == nil ? "method" : "methods"
        return try reference.values(key, project.method(named:)) ?? [project.methods[0].method]
    }

    private func attention(of reference: FigureReference) throws -> [Attention] {
        guard let modes = try reference.values("attention", Attention.init(word:)) else {
            return [project.attention[0]]
        }
        return modes.map { mode in project.attention.first { $0.word == mode.word } ?? mode }
    }

    /// The trained weights, or the controls that the figure names beside them: `control=none,shuffled`.
    private func models(of reference: FigureReference) throws -> [ModelVersion] {
        let controls: [Control?] =
            try reference.values("control") { word in
                word == "none" ? nil : try Control(word: word, among: ["none"] + Control.words)
            } ?? [nil]
        return controls.map { ModelVersion(digest: project.model.digest, control: $0) }
    }

    private static func list(_ numbers: [Int]) -> String {
        numbers.prefix(12).map(String.init).joined(separator: ", ") + (numbers.count > 12 ? ", …" : "")
    }
}

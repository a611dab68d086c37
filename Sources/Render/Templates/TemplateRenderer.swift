// Fills a checked template in. What Mustache leaves open is as in swift-mustache 2.1.

import Support

/// Writes one page or part.
struct TemplateRenderer {
    /// All templates by name, checked for the page by ``TemplateCheck``, which also bounds the depth.
    let sources: [String: TemplateSource]
    /// Name of the page's template, for messages.
    let root: String
    /// The bytes of the text so far.
    private(set) var output: [UInt8] = []
    private var tags = 0

    init(sources: [String: TemplateSource], root: String) {
        self.sources = sources
        self.root = root
    }

    /// What a tag sees.
    struct Scope {
        /// Values from the outermost context to the innermost.
        var contexts: [TemplateValues]
        /// What fills blocks, by their names.
        var filled: [String: TemplateBody] = [:]
        /// What comes before each line.
        var indentation: [UInt8] = []

        func inside(_ values: TemplateValues) -> Scope {
            var scope = self
            scope.contexts.append(values)
            return scope
        }

        func value(of name: String) -> TemplateValue {
            var parts = name.split(separator: ".").map(String.init)[...]
            guard let first = parts.popFirst(),
                var value = contexts.reversed().lazy.compactMap({ $0[first] }).first
            else { return .nothing }
            while let part = parts.popFirst() {
                guard case .object(let values) = value else { return .nothing }
                value = values[part] ?? .nothing
            }
            return value
        }
    }

    /// Adds the text of a body.
    ///
    /// - Throws: `RenderError` if the page grows beyond ``TemplateLimits``.
    mutating func render(_ body: TemplateBody, _ scope: Scope) throws(RenderError) {
        try render(body.nodes, of: body, scope)
    }

    private mutating func render(
        _ nodes: [TemplateNode], of body: TemplateBody, _ scope: Scope
    ) throws(RenderError) {
        let start = output.count
        for node in nodes {
            guard !scope.indentation.isEmpty, output.count > start, output.last == UInt8(ascii: "\n") else {
                try render(node, of: body, scope)
                continue
            }
            output += scope.indentation
            let indented = output.count
            try render(node, of: body, scope)
            if output.count == indented { output.removeLast(scope.indentation.count) }
        }
    }

    private mutating func render(
        _ node: TemplateNode, of body: TemplateBody, _ scope: Scope
    ) throws(RenderError) {
        switch node {
        case .text(let text):
            output += text
        case .variable(let tag):
            if case .text(let text) = scope.value(of: tag.name) { output += text.utf8 }
            try count(tag, of: body)
        case .section(let tag, let nodes):
            try count(tag, of: body)
            switch scope.value(of: tag.name) {
            case .text, .flag(true): try render(nodes, of: body, scope)
            case .object(let values): try render(nodes, of: body, scope.inside(values))
            case .list(let entries):
                for values in entries {
                    try render(nodes, of: body, scope.inside(values))
                    try count(tag, of: body)
                }
            case .flag(false), .nothing: break
            }
        case .inverted(let tag, let nodes):
            try count(tag, of: body)
            switch scope.value(of: tag.name) {
            case .flag(false), .nothing: try render(nodes, of: body, scope)
            case .list(let entries): if entries.isEmpty { try render(nodes, of: body, scope) }
            case .text, .flag(true), .object: break
            }
        case .block(let tag, let nodes, let indentation):
            try count(tag, of: body)
            var inner = scope
            inner.indentation += indentation
            if let filling = scope.filled[tag.name] {
                try render(filling, inner)
            } else {
                try render(nodes, of: body, inner)
            }
        case .partial(let tag):
            try count(tag, of: body)
            if let included = sources[tag.name] { try render(included.body, scope) }
        case .parent(let tag, let filled):
            try count(tag, of: body)
            var inner = scope
            for (block, filling) in filled where scope.filled[block.name] == nil {
                inner.filled[block.name] = filling
            }
            if let included = sources[tag.name] { try render(included.body, inner) }
        }
    }

    /// Counts a tag, or a list's entry.
    private mutating func count(_ tag: TemplateTag, of body: TemplateBody) throws(RenderError) {
        tags += 1
        guard tags > TemplateLimits.renderedTags || output.count > TemplateLimits.bytes else { return }
        throw RenderError(
            "\(body.file):\(tag.line): up to \(tag), the page of \(root).mustache has \(Format.count(tags)) tags and "
                + "\(Format.bytes(output.count)); at most \(Format.count(TemplateLimits.renderedTags)) tags and "
                + "\(Format.bytes(TemplateLimits.bytes)) are allowed: use fewer lists inside lists")
    }
}

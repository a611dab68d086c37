// Checks templates against the keys of their contexts, and how large they are with all that they include. Unknown keys
// would be rendered as nothing, so they are found here.

import Support

/// Walks a template and everything it includes as ``TemplateRenderer`` does, with the contexts that its tags see.
///
/// What is included is walked once for each place in the stack of contexts, blocks and includes; after that its size is
/// known. So a walk takes as long as the templates are, not as long as the pages that they make.
struct TemplateCheck {
    /// All templates by name.
    let sources: [String: TemplateSource]
    /// The template of the page at hand.
    private var root = ""
    /// How large the page's template is up to the tag at hand, each list counted once.
    private var size = Size()
    /// The tags that were walked for the page. `size` does not have those that fill no block of their layout.
    private var walked = 0
    private var sizes: [Visit: Size] = [:]
    /// Everything that was walked.
    private var seen: Set<ObjectIdentifier> = []
    private var blocks: [String: Set<String>] = [:]

    init(sources: [String: TemplateSource]) {
        self.sources = sources
    }

    private struct Size {
        var tags = 0
        var bytes = 0
    }

    /// What decides how a body is checked.
    private struct Visit: Hashable {
        let body: ObjectIdentifier
        let depth: Int
        let contexts: [String]
        let filled: [String: ObjectIdentifier]
    }

    /// What a tag sees.
    private struct Scope {
        /// From the outermost context to the innermost. An outer context of the same type is left out: its keys are
        /// hidden.
        private(set) var contexts: [TemplateSchema]
        /// What fills blocks, by their names.
        var filled: [String: TemplateBody] = [:]
        /// How many sections, blocks and templates are around the tag.
        private(set) var depth = 0
        /// The bodies around the tag, each with its name.
        private(set) var chain: [(name: String, body: TemplateBody)] = []

        init(_ schema: TemplateSchema) { contexts = [schema] }

        func inside(_ schema: TemplateSchema? = nil) -> Scope {
            var scope = self
            scope.depth += 1
            if let schema { scope.contexts = contexts.filter { $0.name != schema.name } + [schema] }
            return scope
        }

        func inside(_ body: TemplateBody, named name: String) -> Scope {
            var scope = inside()
            scope.chain.append((name, body))
            return scope
        }

        func visit(to body: TemplateBody) -> Visit {
            Visit(
                body: ObjectIdentifier(body), depth: depth, contexts: contexts.map(\.name),
                filled: filled.mapValues { ObjectIdentifier($0) })
        }
    }

    /// Checks the template of a page or a part.
    mutating func check(_ root: any TemplateRoot.Type) throws(RenderError) {
        guard let source = sources[root.template] else {
            throw RenderError("there is no template \(root.template).mustache, which \(root.summary)")
        }
        self.root = root.template
        size = Size()
        walked = 0
        let scope = Scope(root.schema).inside(source.body, named: root.template)
        try check(source.body.nodes, in: source.body.file, scope: scope)
    }

    private mutating func check(_ nodes: [TemplateNode], in file: String, scope: Scope) throws(RenderError) {
        for node in nodes {
            switch node {
            case .text(let text):
                size.bytes += text.count
            case .variable(let tag):
                try count(tag, in: file)
                try checkVariable(tag, in: file, scope: scope)
            case .section(let tag, let inner):
                try count(tag, in: file)
                let schema: TemplateSchema?
                switch try key(tag.name, at: tag, in: file, scope: scope).kind {
                case .object(let type), .list(let type): schema = type.schema
                case .text, .html, .flag: schema = nil
                }
                try checkSection(tag, inner, in: file, scope: scope.inside(schema))
            case .inverted(let tag, let inner):
                try count(tag, in: file)
                _ = try key(tag.name, at: tag, in: file, scope: scope)
                try checkSection(tag, inner, in: file, scope: scope.inside())
            case .block(let tag, let inner, _):
                try count(tag, in: file)
                try checkSection(tag, inner, in: file, scope: scope.inside())
                if let body = scope.filled[tag.name] { try check(body, of: tag, in: file, scope: scope) }
            case .partial(let tag):
                try count(tag, in: file)
                try check(try body(of: tag, in: file), of: tag, in: file, scope: scope)
            case .parent(let tag, let filled):
                try count(tag, in: file)
                let parent = try body(of: tag, in: file)
                var inner = scope
                try checkBlocks(filled.map(\.block), of: tag.name, in: file)
                // As in the renderer, the outermost template that fills a block wins.
                for (block, body) in filled where scope.filled[block.name] == nil {
                    inner.filled[block.name] = body
                }
                try check(parent, of: tag, in: file, scope: inner)
                // A block that an outer template fills too is left out, but checked.
                let counted = size
                for (block, body) in filled where !seen.contains(ObjectIdentifier(body)) {
                    try check(body, of: block, in: file, scope: scope)
                }
                size = counted
            }
        }
    }

    private mutating func checkSection(
        _ tag: TemplateTag, _ nodes: [TemplateNode], in file: String, scope: Scope
    ) throws(RenderError) {
        try TemplateLimits.checkDepth(scope.depth, of: tag, file: file)
        try check(nodes, in: file, scope: scope)
    }

    /// Checks what a tag includes.
    private mutating func check(
        _ body: TemplateBody, of tag: TemplateTag, in file: String, scope: Scope
    ) throws(RenderError) {
        let name = tag.kind == .block ? "\(tag)" : tag.name
        let scope = scope.inside(body, named: name)
        guard !scope.chain.dropLast().contains(where: { $0.body === body }) else {
            throw RenderError(
                "\(file):\(tag.line): \(tag.kind == .block ? name : "\(name).mustache") includes itself "
                    + "(\(scope.chain.map(\.name).joined(separator: " → ")))")
        }
        try TemplateLimits.checkDepth(scope.depth, of: tag, file: file)
        let visit = scope.visit(to: body)
        if let known = sizes[visit] {
            size.tags += known.tags
            size.bytes += known.bytes
        } else {
            let before = size
            seen.insert(ObjectIdentifier(body))
            try check(body.nodes, in: body.file, scope: scope)
            sizes[visit] = Size(tags: size.tags - before.tags, bytes: size.bytes - before.bytes)
        }
        try checkSize(at: tag, in: file)
    }

    private mutating func count(_ tag: TemplateTag, in file: String) throws(RenderError) {
        size.tags += 1
        walked += 1
        try checkSize(at: tag, in: file)
    }

    private func checkSize(at tag: TemplateTag, in file: String) throws(RenderError) {
        guard max(size.tags, walked) > TemplateLimits.includedTags || size.bytes > TemplateLimits.bytes else { return }
        throw RenderError(
            "\(file):\(tag.line): up to \(tag), \(root).mustache and what it includes have \(Format.count(size.tags)) "
                + "tags and \(Format.bytes(size.bytes)) of text; at most \(Format.count(TemplateLimits.includedTags)) "
                + "tags and \(Format.bytes(TemplateLimits.bytes)) are allowed: include less, or less often")
    }

    private func body(of tag: TemplateTag, in file: String) throws(RenderError) -> TemplateBody {
        guard let source = sources[tag.name] else {
            throw RenderError(
                "\(file):\(tag.line): there is no template \(tag.name).mustache"
                    + Suggestion.question(for: tag.name, among: sources.keys.sorted()))
        }
        return source.body
    }

    /// What fills blocks must fill blocks of the layout; the renderer would drop anything else.
    private mutating func checkBlocks(
        _ filled: [TemplateTag], of parent: String, in file: String
    ) throws(RenderError) {
        let blocks =
            blocks[parent] ?? included(by: [parent]).reduce(into: []) { $0.formUnion(sources[$1]?.blocks ?? []) }
        self.blocks[parent] = blocks
        for tag in filled where !blocks.contains(tag.name) {
            throw RenderError(
                "\(file):\(tag.line): \(parent).mustache has no block \(tag.name)"
                    + Suggestion.question(for: tag.name, among: blocks.sorted())
                    + " (its blocks: \(blocks.sorted().joined(separator: ", ")))")
        }
    }

    /// The templates of these names, and all that they include.
    private func included(by names: [String]) -> Set<String> {
        var included: Set<String> = []
        var open = names
        while let name = open.popLast() {
            guard included.insert(name).inserted else { continue }
            open += sources[name]?.included ?? []
        }
        return included
    }

    /// Checks that every template of these names is used; one with a misspelled name is not.
    func checkUse(of names: Set<String>, roots: [any TemplateRoot.Type]) throws(RenderError) {
        let used = included(by: roots.map { $0.template })
        guard let name = names.subtracting(used).min(), let source = sources[name] else { return }
        throw RenderError(
            "\(source.body.file): no page and no other template uses it; rename or remove it"
                + Suggestion.question(for: name, among: Set(sources.keys).subtracting(names).union(used).sorted()))
    }

    private func checkVariable(_ tag: TemplateTag, in file: String, scope: Scope) throws(RenderError) {
        switch (try key(tag.name, at: tag, in: file, scope: scope).kind, tag.kind) {
        case (.text, .escaped), (.html, .raw): break
        case (.text, _):
            throw RenderError(
                "\(file):\(tag.line): \(tag.name) is text, which is always escaped: write {{\(tag.name)}}")
        case (.html, _):
            throw RenderError("\(file):\(tag.line): \(tag.name) is HTML: write {{{\(tag.name)}}}")
        case (.flag, _), (.object, _), (.list, _):
            throw RenderError(
                "\(file):\(tag.line): \(tag.name) is not text: use it as a section, "
                    + "{{#\(tag.name)}}…{{/\(tag.name)}}")
        }
    }

    /// The key that a dotted name refers to: its first part in the innermost context that has it, then part by part.
    private func key(
        _ name: String, at tag: TemplateTag, in file: String, scope: Scope
    ) throws(RenderError) -> TemplateSchema.Key {
        var parts = name.split(separator: ".")[...]
        guard let first = parts.popFirst(), name.first != ".",
            var key = scope.contexts.reversed().lazy.compactMap({ $0[first] }).first
        else {
            let known = scope.contexts.flatMap(\.keys).map(\.name)
            throw RenderError(
                "\(file):\(tag.line): no context here has the key \(name)"
                    + Suggestion.question(for: name, among: known.sorted())
                    + " (contexts: \(scope.contexts.map(\.name).joined(separator: ", ")))")
        }
        while let part = parts.popFirst() {
            guard case .object(let type) = key.kind, let inner = type.schema[part] else {
                throw RenderError(
                    "\(file):\(tag.line): no context here has the key \(name): \(key.name) has no \(part)")
            }
            key = inner
        }
        return key
    }
}

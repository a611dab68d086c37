// Checks templates against the keys of their contexts. The engine renders unknown keys as nothing, so they are found
// here.

import Support

/// Walks a template and everything it includes, with the contexts that its tags see.
struct TemplateCheck {
    /// All templates by name.
    let sources: [String: TemplateSource]

    /// Checks the template of a page or a part.
    func check(_ root: any TemplateRoot.Type) throws(RenderError) {
        guard sources[root.template] != nil else {
            throw RenderError("there is no template \(root.template).mustache, which \(root.summary)")
        }
        try check(root.template, scope: [root.schema], chain: [])
    }

    private func check(_ name: String, scope: [TemplateSchema], chain: [String]) throws(RenderError) {
        guard let source = sources[name] else { return }
        var index = 0
        try check(source, at: &index, until: nil, scope: scope, chain: chain + [name])
    }

    /// Checks tags up to the end of a section (or of the file).
    private func check(
        _ source: TemplateSource, at index: inout Int, until open: TemplateSource.Tag?, scope: [TemplateSchema],
        chain: [String]
    ) throws(RenderError) {
        while index < source.tags.count {
            let tag = source.tags[index]
            let place = "\(source.file):\(tag.line)"
            index += 1
            switch tag.kind {
            case .end:
                guard let open else {
                    throw RenderError("\(place): {{/\(tag.name)}} ends a section that was not started")
                }
                guard tag.name == open.name else {
                    throw RenderError(
                        "\(place): found {{/\(tag.name)}}, expected {{/\(open.name)}} to end the section of line "
                            + "\(open.line)")
                }
                return
            case .escaped, .raw:
                try checkVariable(tag, place: place, scope: scope)
            case .section:
                var inner = scope
                switch try key(tag.name, place: place, scope: scope).kind {
                case .object(let type), .list(let type): inner.append(type.schema)
                case .text, .html, .flag: break
                }
                try check(source, at: &index, until: tag, scope: inner, chain: chain)
            case .inverted:
                _ = try key(tag.name, place: place, scope: scope)
                try check(source, at: &index, until: tag, scope: scope, chain: chain)
            case .block:
                try check(source, at: &index, until: tag, scope: scope, chain: chain)
            case .partial, .parent:
                guard sources[tag.name] != nil else {
                    throw RenderError(
                        "\(place): there is no template \(tag.name).mustache"
                            + Suggestion.question(for: tag.name, among: sources.keys.sorted()))
                }
                guard !chain.contains(tag.name) else {
                    throw RenderError(
                        "\(place): \(tag.name).mustache includes itself (\((chain + [tag.name]).joined(separator: " → ")))"
                    )
                }
                try check(tag.name, scope: scope, chain: chain)
                if tag.kind == .parent {
                    try checkBlocks(source, from: index, of: tag.name)
                    try check(source, at: &index, until: tag, scope: scope, chain: chain)
                }
            }
        }
        if let open {
            throw RenderError(
                "\(source.file):\(open.line): the section \(open.name) does not end with {{/\(open.name)}}")
        }
    }

    /// Between `{{<layout}}` and its end, only blocks of the layout are allowed; the engine would drop anything else.
    private func checkBlocks(_ source: TemplateSource, from start: Int, of parent: String) throws(RenderError) {
        let blocks = blocks(of: parent)
        var depth = 0
        for tag in source.tags[start...] {
            switch tag.kind {
            case .block where depth == 0 && !blocks.contains(tag.name):
                throw RenderError(
                    "\(source.file):\(tag.line): \(parent).mustache has no block \(tag.name)"
                        + Suggestion.question(for: tag.name, among: blocks.sorted())
                        + " (its blocks: \(blocks.sorted().joined(separator: ", ")))")
            case .end:
                if depth == 0 { return }
                depth -= 1
            case .block, .section, .inverted, .parent:
                if depth == 0, tag.kind != .block {
                    throw RenderError("\(source.file):\(tag.line): only {{$block}} is allowed directly inside a layout")
                }
                depth += 1
            case .escaped, .raw, .partial:
                if depth == 0 {
                    throw RenderError("\(source.file):\(tag.line): only {{$block}} is allowed directly inside a layout")
                }
            }
        }
    }

    /// The blocks that a template has, itself or through what it includes.
    private func blocks(of name: String) -> Set<String> {
        (sources[name]?.tags ?? []).reduce(into: []) { blocks, tag in
            switch tag.kind {
            case .block: blocks.insert(tag.name)
            case .partial, .parent: blocks.formUnion(self.blocks(of: tag.name))
            default: break
            }
        }
    }

    /// Checks that every template of these names is used; one with a misspelled name is not.
    func checkUse(of names: Set<String>, roots: [any TemplateRoot.Type]) throws(RenderError) {
        var used: Set<String> = []
        var open = roots.map { $0.template }
        while let name = open.popLast() {
            guard used.insert(name).inserted else { continue }
            open += (sources[name]?.tags ?? []).filter { $0.kind == .partial || $0.kind == .parent }.map(\.name)
        }
        guard let name = names.subtracting(used).min(), let source = sources[name] else { return }
        throw RenderError(
            "\(source.file): no page and no other template uses it; rename or remove it"
                + Suggestion.question(for: name, among: Set(sources.keys).subtracting(names).union(used).sorted()))
    }

    private func checkVariable(
        _ tag: TemplateSource.Tag, place: String, scope: [TemplateSchema]
    ) throws(RenderError) {
        switch (try key(tag.name, place: place, scope: scope).kind, tag.kind) {
        case (.text, .escaped), (.html, .raw): break
        case (.text, _):
            throw RenderError("\(place): \(tag.name) is text, which is always escaped: write {{\(tag.name)}}")
        case (.html, _):
            throw RenderError("\(place): \(tag.name) is HTML: write {{{\(tag.name)}}}")
        case (.flag, _), (.object, _), (.list, _):
            throw RenderError(
                "\(place): \(tag.name) is not text: use it as a section, {{#\(tag.name)}}…{{/\(tag.name)}}")
        }
    }

    /// The key that a dotted name refers to: its first part in the innermost context that has it, then part by part.
    private func key(
        _ name: String, place: String, scope: [TemplateSchema]
    ) throws(RenderError) -> TemplateSchema.Key {
        var parts = name.split(separator: ".")[...]
        guard let first = parts.popFirst(), name.first != ".",
            var key = scope.reversed().lazy.compactMap({ $0[first] }).first
        else {
            let known = scope.flatMap(\.keys).map(\.name)
            throw RenderError(
                "\(place): no context here has the key \(name)" + Suggestion.question(for: name, among: known.sorted())
                    + " (contexts: \(scope.map(\.name).joined(separator: ", ")))")
        }
        while let part = parts.popFirst() {
            guard case .object(let type) = key.kind, let inner = type.schema[part] else {
                throw RenderError("\(place): no context here has the key \(name): \(key.name) has no \(part)")
            }
            key = inner
        }
        return key
    }
}

// Liquid in posts: the tags and variables that nearly every Jekyll post has, replaced before Markdown as Jekyll does.

import Foundation

/// What Liquid in a text may ask of the site.
package struct LiquidSite: Sendable {
    /// Variables by name, such as `site.title` and `page.date`; their values as text.
    package var variables: [String: String]
    /// The site's absolute address without a slash at its end; empty if unknown.
    package var url: String
    /// The path from the site's root that the tag `post_url` gives for a post's name; nil if there is no such post.
    package var post: @Sendable (String) -> String?
    /// The path from the site's root that the tag `link` gives for a file of the project.
    package var link: @Sendable (String) -> String
    /// The text of a file in the folder of includes; nil if there is none.
    package var include: @Sendable (String) -> String?

    package init(
        variables: [String: String] = [:], url: String = "",
        post: @escaping @Sendable (String) -> String? = { _ in nil },
        link: @escaping @Sendable (String) -> String = { $0 },
        include: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.variables = variables
        self.url = url
        self.post = post
        self.link = link
        self.include = include
    }
}

/// Replaces Liquid in a text and keeps the lines' numbers.
///
/// Known: the variables of ``LiquidSite``, `assign`, `capture`, filters of addresses, texts and dates, `raw`, `comment`,
/// `highlight`, `link`, `post_url`, `include` of a figure or of a file that needs nothing else, and plugins' tags for
/// sources and for what is shown of other sites (``LiquidEmbed``). All other tags and
/// variables stay as they are; the passes over the tree warn of those that are not in code.
struct Liquid {
    private let site: LiquidSite
    private var variables: [String: String]
    private var output = LiquidLines()
    /// Includes may include others, and conditions hold others, up to this depth.
    private static let deepest = 8
    private let depth: Int
    private var unknown: [String] = []
    private var warnings: [Markdown.Warning] = []

    /// The lines of a text after Liquid, and what the writer should know; nil if it has none.
    static func read(
        _ text: String, firstLine: Int, site: LiquidSite
    ) -> (lines: [MarkdownSource.Line], warnings: [Markdown.Warning])? {
        guard text.utf8.contains("{{".utf8) || text.utf8.contains("{%".utf8) else { return nil }
        var liquid = Liquid(site: site, variables: site.variables, depth: 0)
        liquid.output = LiquidLines(firstLine: firstLine)
        liquid.run(LiquidToken.tokens(of: text))
        return (liquid.output.lines, liquid.warnings)
    }

    private init(site: LiquidSite, variables: [String: String], depth: Int) {
        self.site = site
        self.variables = variables
        self.depth = depth
    }

    // MARK: - Tokens

    private mutating func run(_ tokens: [LiquidToken]) {
        // Behind the last end of a tag no other is looked for.
        let ends = Dictionary(tokens.indices.filter { tokens[$0].kind == .tag }.map { (tokens[$0].name, $0) }) { $1 }
        var index = 0
        while index < tokens.count {
            let token = tokens[index]
            index += 1
            switch token.kind {
            case .text: output.append(token.source)
            case .output:
                guard let value = value(of: token.content, before: index < tokens.count ? tokens[index].source : "")
                else {
                    leave(token)
                    continue
                }
                output.replace(token.source, with: value)
            case .tag:
                guard ends["end\(token.name)", default: -1] >= index, let end = block(token, tokens, from: index) else {
                    if !single(token, next: index < tokens.count ? tokens[index].source : "") { leave(token) }
                    continue
                }
                index = end
            }
        }
    }

    private mutating func leave(_ token: LiquidToken) {
        unknown.append(token.source)
        output.append(token.source)
    }

    /// Runs a tag that has an end, and returns the index behind it; nil for other tags and without an end.
    private mutating func block(_ token: LiquidToken, _ tokens: [LiquidToken], from start: Int) -> Int? {
        if token.name == "if" || token.name == "unless" { return branch(token, tokens, from: start) }
        guard ["raw", "comment", "highlight", "capture"].contains(token.name),
            let end = tokens[start...].firstIndex(where: { $0.kind == .tag && $0.name == "end\(token.name)" })
        else { return nil }
        let inner = tokens[start..<end]
        let source = inner.map(\.source).joined()
        switch token.name {
        case "raw":
            output.skip(token.source)
            output.append(Self.raw(source), ofSource: source)
            output.skip(tokens[end].source)
        case "comment": output.skip(token.source + source + tokens[end].source)
        case "capture":
            var captured = Liquid(site: site, variables: variables, depth: depth)
            captured.run(Array(inner))
            variables[token.argument] = captured.output.text
            takeWarnings(of: captured)
            output.skip(token.source + source + tokens[end].source)
        default:
            var code = Liquid(site: site, variables: variables, depth: depth)
            code.run(Array(inner))
            takeWarnings(of: code)
            highlight(token, code.output.text, source: token.source + source + tokens[end].source)
        }
        return end + 1
    }

    /// Runs the branch of `if` or `unless` whose condition holds, and returns the index behind its end; nil if a condition
    /// asks for more than variables of the page.
    private mutating func branch(_ token: LiquidToken, _ tokens: [LiquidToken], from start: Int) -> Int? {
        var depth = 0
        var starts: [(condition: Bool?, index: Int)] = [
            (holds(token.argument).map { $0 == (token.name == "if") }, start)
        ]
        for index in start..<tokens.count where tokens[index].kind == .tag {
            switch tokens[index].name {
            case "if", "unless":
                depth += 1
                if depth > Self.deepest { return nil }
            case "endif", "endunless":
                guard depth == 0 else {
                    depth -= 1
                    continue
                }
                guard starts.allSatisfy({ $0.condition != nil }) else { return nil }
                let chosen = starts.firstIndex { $0.condition == true }
                output.skip(token.source)
                for (number, part) in starts.enumerated() {
                    let end = number + 1 < starts.count ? starts[number + 1].index - 1 : index
                    if number == chosen {
                        run(Array(tokens[part.index..<end]))
                    } else {
                        output.skip(tokens[part.index..<end].map(\.source).joined())
                    }
                    output.skip(tokens[end].source)
                }
                return index + 1
            case "elsif" where depth == 0: starts.append((holds(tokens[index].argument), index + 1))
            case "else" where depth == 0: starts.append((true, index + 1))
            default: break
            }
        }
        return nil
    }

    /// Whether a condition on a variable of the page, of an include or of the text holds; nil for all others.
    private func holds(_ condition: String) -> Bool? {
        guard let match = condition.wholeMatch(of: /([A-Za-z_][\w.-]*)\s*(?:(==|!=)\s*(\S.*))?/) else { return nil }
        let name = String(match.1)
        guard name.hasPrefix("page.") || name.hasPrefix("include.") || variables[name] != nil else { return nil }
        let value = variables[name]
        guard let sign = match.2, let written = match.3 else { return value != nil && value != "false" }
        let other =
            written == "nil" || written == "true" || written == "false"
            ? String(written) : operand(String(written), before: "/")
        guard let other else { return nil }
        return (value ?? "nil") == other ? sign == "==" : sign == "!="
    }

    /// Runs a tag without an end; false if it is not known.
    private mutating func single(_ token: LiquidToken, next: String) -> Bool {
        switch token.name {
        case "assign":
            let parts = token.argument.split(separator: "=", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard parts.count == 2, let value = value(of: parts[1], before: "") else { return false }
            variables[parts[0]] = value
            output.skip(token.source)
        case "post_url": output.replace(token.source, with: site.post(unquoted(token.argument)) ?? "/\(token.argument)")
        case "link": output.replace(token.source, with: site.link(unquoted(token.argument)))
        case "include", "include_relative", "include_cached": return include(token, next: next)
        case "cite", "bibliography":
            warnings.append(
                .init(
                    line: output.number,
                    message: "no bibliography is read: {% cite %} shows the key, {% bibliography %} nothing; write the "
                        + "references out", kind: "bibliography"))
            output.replace(token.source, with: token.name == "cite" ? "&#91;\(keys(in: token.argument))&#93;" : "")
        default:
            guard let link = LiquidEmbed.link(token) else { return false }
            output.replace(token.source, with: link)
        }
        return true
    }

    /// The keys of sources, without the tag's options.
    private func keys(in argument: String) -> String {
        argument.split(separator: " ").prefix { !$0.hasPrefix("-") }.joined(separator: ", ")
    }

    private mutating func takeWarnings(of inner: Liquid) {
        warnings += inner.warnings.map { .init(line: output.number, message: $0.message, kind: $0.kind) }
    }

    /// An argument without blanks and quotes around it.
    private func unquoted(_ argument: String) -> String {
        argument.trimmingCharacters(in: CharacterSet(charactersIn: " \t\"'"))
    }

    /// The text between `raw` tags, whose braces are no values.
    private static func raw(_ text: String) -> String {
        text.replacing("{{", with: "\(MarkdownMark.rawBrace){")
            .replacing("{%", with: "\(MarkdownMark.rawBrace)%")
    }

    // MARK: - Code and figures

    /// A fenced block, in the list or quotation of the tag's own line.
    private mutating func highlight(_ token: LiquidToken, _ code: String, source: String) {
        let language = token.argument.split(separator: " ").first.map(String.init) ?? ""
        let ticks = code.split { $0 != "`" }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: max(3, ticks + 1))
        let before = output.lineStart
        let isOwnLine = before.allSatisfy { " \t>".contains($0) }
        let first = code.prefix(while: \.isNewline)
        let body = String(code.dropFirst(first.count).reversed().drop(while: \.isWhitespace).reversed())
        output.append("\(isOwnLine ? "" : "\n\n")\(fence)\(language)", ofSource: "")
        output.append("\n", ofSource: String(first))
        output.append(body)
        output.skip(source, but: first + body)
        output.append("\n\(isOwnLine ? before : "")\(fence)\n", ofSource: "")
    }

    /// Names of includes that show a picture, in al-folio and other themes.
    private static let figures = ["figure", "image", "img", "picture", "fig", "photo"]

    private mutating func include(_ token: LiquidToken, next: String) -> Bool {
        let file = token.argument.split(separator: " ").first.map(String.init) ?? ""
        let stem = (file as NSString).lastPathComponent.split(separator: ".").first?.lowercased() ?? ""
        let attributes = attributes(of: token.argument)
        if Self.figures.contains(stem), let figure = LiquidFigure(attributes) {
            let isOwnLine = output.lineStart.allSatisfy { " \t>".contains($0) } && next.first?.isNewline != false
            let following = next.drop(while: \.isNewline)
            let isInHTML = next.hasPrefix("\n<") || following.drop { $0 == " " }.first == "<"
            // Text right under a block of HTML would be a part of it.
            let needsBlank =
                isOwnLine && !isInHTML && next.hasPrefix("\n") && !next.hasPrefix("\n\n") && !following.isEmpty
            output.replace(token.source, with: figure.html + (needsBlank ? "\n" : ""))
            return true
        }
        guard depth < Self.deepest, !file.contains(".."), let text = site.include(file) else { return false }
        var included = Liquid(site: site, variables: variables, depth: depth + 1)
        for (name, value) in attributes { included.variables["include.\(name)"] = value }
        included.run(LiquidToken.tokens(of: text))
        guard included.unknown.isEmpty else { return false }
        takeWarnings(of: included)
        output.replace(token.source, with: included.output.text.trimmingCharacters(in: .newlines))
        return true
    }

    /// `key="value"`, `key='value'` and `key=variable` of an include.
    private func attributes(of argument: String) -> [String: String] {
        var attributes: [String: String] = [:]
        for match in argument.matches(
            of: /([A-Za-z_][A-Za-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']+))/)
        {
            let quoted = match.2 ?? match.3
            let value = quoted.map { String($0).replacing("\\\"", with: "\"").replacing("\\'", with: "'") }
            let word = match.4.map(String.init) ?? ""
            attributes[String(match.1)] = value ?? self.value(of: word, before: "") ?? word
        }
        return attributes
    }

    // MARK: - Values

    /// The value of an expression with filters; nil if a variable or a filter is not known.
    ///
    /// - Parameter following: the text behind it.
    private func value(of expression: String, before following: String) -> String? {
        let parts = LiquidToken.split(expression, at: "|")
        guard let first = parts.first, var value = operand(first, before: following) else { return nil }
        for part in parts.dropFirst() {
            guard let result = filtered(value, by: part) else { return nil }
            value = result
        }
        return value
    }

    private func operand(_ text: String, before following: String) -> String? {
        if let quote = text.first, quote == "\"" || quote == "'", text.count > 1, text.last == quote {
            return String(text.dropFirst().dropLast())
        }
        if text.wholeMatch(of: /-?\d+(\.\d+)?/) != nil { return text }
        switch text {
        // Addresses within the site are relative to its root: links then work wherever it is.
        case "site.baseurl", "site.github.baseurl": return variables[text] ?? ""
        case "site.url", "site.github.url": return following.first == "/" || following.hasPrefix("{") ? "" : site.url
        default: return variables[text]
        }
    }

    private func filtered(_ value: String, by filter: String) -> String? {
        let parts = filter.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        guard let name = parts.first else { return nil }
        let arguments = parts.count > 1 ? LiquidToken.split(parts[1], at: ",").map { operand($0, before: "/") } : []
        guard !arguments.contains(nil) else { return nil }
        let argument = arguments.first.flatMap(\.self)
        switch name {
        case "relative_url", "absolute_url": return value.hasPrefix("/") || value.contains("://") ? value : "/\(value)"
        case "prepend": return argument.map { $0 + value }
        case "append": return argument.map { value + $0 }
        case "escape", "xml_escape": return HTML.escaped(value)
        case "strip", "markdownify", "strip_html", "normalize_whitespace", "smartify":
            return value.trimmingCharacters(in: .whitespaces)
        case "downcase": return value.lowercased()
        case "upcase": return value.uppercased()
        case "capitalize": return value.prefix(1).uppercased() + value.dropFirst()
        case "remove": return argument.map { value.replacing($0, with: "") }
        case "replace":
            guard arguments.count == 2, let old = arguments[0], let new = arguments[1] else { return nil }
            return value.replacing(old, with: new)
        case "default": return value.isEmpty ? argument : value
        case "date": return argument.flatMap { LiquidDate(value)?.text($0) }
        case "date_to_string": return LiquidDate(value)?.text("%d %b %Y")
        case "date_to_long_string": return LiquidDate(value)?.text("%d %B %Y")
        default: return nil
        }
    }
}

// A text's HTML after libcmark: parsed as browsers parse it, reduced to what is allowed, completed, and written again.

import Foundation

/// The gaps of a text, which several passes add to.
final class MarkdownGaps {
    private(set) var list: [MarkdownGap] = []

    /// Adds a gap, and returns its index.
    func ask(_ gap: MarkdownGap) -> Int {
        list.append(gap)
        return list.count - 1
    }
}

/// What the writer says about a picture's size.
struct PictureSize: Equatable, Sendable {
    var width: String?
    var height: String?
    /// Whether it loads when it comes into view.
    var isLazy: Bool

    /// The attributes, each after a space.
    ///
    /// - Parameter file: what the picture's file says, in pixels.
    func attributes(_ file: (width: Int, height: Int)?) -> String {
        var (width, height) = (width, height)
        if let file, file.width > 0, file.height > 0 {
            switch (width.map { Int($0) }, height.map { Int($0) }) {
            case (nil, nil): (width, height) = (String(file.width), String(file.height))
            // The other side follows from the file's proportions.
            case (.some(let own?), nil):
                height = String(Int((Double(own) * Double(file.height) / Double(file.width)).rounded()))
            case (nil, .some(let own?)):
                width = String(Int((Double(own) * Double(file.width) / Double(file.height)).rounded()))
            default: break
            }
        }
        return [("width", width), ("height", height), ("loading", isLazy ? "lazy" : nil)].map { name, value in
            value.map { " \(name)=\"\(HTML.escaped($0))\"" } ?? ""
        }.joined()
    }
}

/// The passes over the HTML of one text and of its figures' captions.
///
/// What the writer wrote as HTML and what libcmark made of Markdown is one tree here, so a tag that is not closed ends
/// with the text. What the program makes (figures, values, mathematics) is a mark in it, and is put in its place
/// afterwards, when nothing parses the text any more.
struct MarkdownHTML {
    let rawHTML: Bool
    let gaps: MarkdownGaps
    /// The attribute lists of the text.
    var lists: AttributeLists
    let abbreviations: Abbreviations
    /// The line of the file for a line that libcmark saw.
    let fileLine: (Int) -> Int
    private(set) var warnings: [Markdown.Warning] = []
    /// The plain text of headings whose ids are made from it.
    private(set) var headings: [GappedText] = []
    private(set) var ids = HeadingIDs()
    /// The pictures whose size the file says, by the gap of their address.
    private(set) var pictures: [Int: PictureSize] = [:]
    /// The paragraphs that may be the excerpt.
    private(set) var excerpts: [GappedText] = []
    private var reported: Set<String> = []
    private var pictureCount = 0
    private var places = MarkedHTML([])

    init(
        rawHTML: Bool, gaps: MarkdownGaps, lists: AttributeLists, abbreviations: Abbreviations,
        fileLine: @escaping (Int) -> Int
    ) {
        self.rawHTML = rawHTML
        self.gaps = gaps
        self.lists = lists
        self.abbreviations = abbreviations
        self.fileLine = fileLine
    }

    /// A text's HTML, with the marks of its gaps.
    ///
    /// - Parameters:
    ///   - marked: libcmark's HTML, with the passes' marks.
    ///   - isCaption: Whether it is a figure's caption.
    ///   - excerptEnd: Line of the file on which the excerpt ends; nil if it is the first paragraph.
    mutating func passed(_ marked: String, isCaption: Bool = false, excerptEnd: Int? = nil) -> GappedText {
        places = MarkedHTML(Array(marked.utf8))
        var nodes = Gumbo.nodes(of: places.html)
        nodes = unwrapped(nodes)
        nodes = attributed(nodes, parent: nil)
        if !rawHTML {
            let filtered = AllowList.filtered(nodes)
            nodes = filtered.nodes
            report(filtered.leftOut)
        }
        makeTasks(in: nodes)
        abbreviations.mark(in: &nodes)
        identify(nodes)
        if !isCaption { writeContents(in: nodes) }
        for node in nodes { node.forEach { askAddresses(of: $0) } }
        if !isCaption { excerpts = excerpts(of: nodes, end: excerptEnd) }
        return GappedText(HTMLMark.restored(rawHTML ? HTMLNode.html(of: nodes) : Self.settled(nodes)))
    }

    /// The HTML of nodes that parses to the same nodes.
    ///
    /// Some trees that come of careless HTML cannot be written: an `a` in an `a`, or a paragraph in a paragraph. Parsed
    /// again they are other trees, and those are checked again.
    private static func settled(_ nodes: [HTMLNode]) -> String {
        var html = HTMLNode.html(of: nodes)
        for _ in 0..<8 {
            let again = HTMLNode.html(of: AllowList.filtered(Gumbo.nodes(of: Array(html.utf8))).nodes)
            if again == html { return html }
            html = again
        }
        // No text is known that comes here.
        return HTML.escaped(nodes.map(plainText).joined())
    }

    private func line(of node: HTMLNode) -> Int {
        switch places.line(at: node.offset) {
        case (let line, isFile: true): line
        case (let line, isFile: false): fileLine(line)
        }
    }

    private mutating func warn(_ line: Int, _ message: String) {
        warnings.append(.init(line: line, message: message))
    }

    /// One warning for each kind of thing that is left out.
    private mutating func report(_ leftOut: [LeftOut]) {
        for thing in leftOut where reported.insert(thing.what).inserted {
            let place = HTMLNode(.comment(""), offset: thing.offset)
            warn(line(of: place), "\(thing.what) is left out; \(thing.advice)")
        }
    }

    // MARK: Paragraphs that only Markdown made

    /// Removes the paragraphs in elements that hold a line of text, and gives them their names again; see
    /// ``HTMLBlocks`` and ``DefinitionLists``.
    private func unwrapped(_ nodes: [HTMLNode]) -> [HTMLNode] {
        for node in nodes {
            node.children = unwrapped(node.children)
            let markdown = node["markdown"]
            node["markdown"] = nil
            let isDefinition = node.name == "dt" || node.name == "dd"
            guard isDefinition || node.name == markdown || (node.name == "div" && markdown != nil) else { continue }
            let content = node.children.filter { !$0.isBlank }
            if let name = markdown, name.wholeMatch(of: /[a-z][a-z0-9]*/) != nil,
                !["span", "block", "1"].contains(name)
            {
                node.kind = .element(name)
            }
            guard content.count == 1, content[0].name == "p", content[0].attributes.isEmpty else { continue }
            node.children = content[0].children
        }
        return nodes
    }

    // MARK: Attribute lists

    private mutating func attributed(_ nodes: [HTMLNode], parent: HTMLNode?) -> [HTMLNode] {
        var result: [HTMLNode] = []
        var waiting: [AttributeList] = []
        // Whether only a list of attributes stands between this node and the one before it.
        var joins = false
        for node in nodes {
            if let number = MarkedHTML.attributes(node), lists.lists.indices.contains(number) {
                let list = lists.lists[number]
                switch list.place {
                case .parent:
                    if let parent { add(list, to: parent) }
                    // The list had blanks before it.
                    if let text = result.last?.text {
                        result.last?.kind = .text(String(text.reversed().drop { $0 == " " || $0 == "\t" }.reversed()))
                    }
                case .next: waiting.append(list)
                case .before, .previous:
                    let last = list.place == .before ? result.last : result.last { !$0.isBlank }
                    // The text of an item stands in no element of its own.
                    if let target = last?.name == nil && parent?.name == "li" ? parent : last, target.name != nil {
                        add(list, to: target)
                    } else {
                        warn(list.line, "\(list.written) is left out; there is no element before it")
                    }
                    joins = true
                }
                continue
            }
            if node.name != nil {
                node.children = attributed(node.children, parent: node)
                for list in waiting { add(list, to: node) }
                waiting = []
                if joins, let last = result.last(where: { !$0.isBlank }), last.name == node.name,
                    ["ul", "ol"].contains(node.name)
                {
                    last.children += node.children
                    continue
                }
            }
            // The list had a line of its own.
            if node.isBlank, joins, result.last?.isBlank == true { continue }
            if !node.isBlank { joins = false }
            result.append(node)
        }
        for list in waiting { warn(list.line, "\(list.written) is left out; there is no element after it") }
        return result
    }

    private mutating func add(_ list: AttributeList, to node: HTMLNode) {
        let content = node.children.filter { !$0.isBlank }
        // A size belongs to the picture, not to the paragraph that libcmark puts around it.
        let picture = node.name == "p" && content.count == 1 ? Self.picture(in: content[0]) : nil
        for (name, value) in list.attributes {
            if name == "class", node.name == "pre", value.hasPrefix("language-"), let code = content.first {
                code["class"] = value
            } else if name == "class" {
                node["class"] = node["class"].map { $0 + " " + value } ?? value
            } else if let picture, ["width", "height", "alt", "loading", "sizes", "srcset"].contains(name) {
                picture[name] = value
            } else if let picture, let link = content.first, link !== picture, ["target", "rel"].contains(name) {
                link[name] = value
            } else if !rawHTML, name.hasPrefix("on") || ["href", "src"].contains(name) {
                warn(list.line, "\(name) in \(list.written) is left out; an attribute list cannot give it")
            } else {
                node[name] = value
            }
        }
        for word in list.words where word != "toc" {
            warn(list.line, "\(word) in \(list.written) means nothing, and is left out")
        }
        if list.isContents {
            if ["ul", "ol"].contains(node.name) {
                node[Self.contentsMark] = ""
            } else {
                warn(list.line, "\(list.written) follows no list, so it makes no table of contents")
            }
        }
    }

    private static func picture(in node: HTMLNode) -> HTMLNode? {
        if node.name == "img" { return node }
        let content = node.children.filter { !$0.isBlank }
        return node.name == "a" && content.count == 1 && content[0].name == "img" ? content[0] : nil
    }

    // MARK: Task lists

    /// Turns `[ ]` and `[x]` at the start of items into boxes.
    private func makeTasks(in nodes: [HTMLNode]) {
        for node in nodes { node.forEach { if ["ul", "ol"].contains($0.name) { makeTasks(of: $0) } } }
    }

    private func makeTasks(of list: HTMLNode) {
        for item in list.children where item.name == "li" {
            let content = item.children.first { !$0.isBlank }
            let holder = content?.name == "p" ? content : item
            guard let index = holder?.children.firstIndex(where: { !$0.isBlank }), let holder,
                let text = holder.children[index].text,
                let match = text.prefixMatch(of: /\s*\[([ xX])\](?=\s)/)
            else { continue }
            let isDone = match.1 != " "
            let box = HTMLNode.element(
                "input",
                (isDone ? [("checked", "")] : []) + [
                    ("disabled", ""), ("type", "checkbox"), ("aria-label", isDone ? "done" : "to do"),
                ])
            holder.children[index].kind = .text(String(text[match.range.upperBound...]))
            holder.children.insert(box, at: index)
            item["class"] = (item.classes + ["task-list-item"]).joined(separator: " ")
            if !list.classes.contains("task-list") {
                list["class"] = (list.classes + ["task-list"]).joined(separator: " ")
            }
        }
    }

    // MARK: Ids and headings

    private static let headingNames: Set = ["h1", "h2", "h3", "h4", "h5", "h6"]

    private mutating func identify(_ nodes: [HTMLNode]) {
        var elements: [HTMLNode] = []
        for node in nodes { node.forEach { if $0.name != nil { elements.append($0) } } }
        // The program's own first, then the writer's, because links refer to them.
        var own: Set<ObjectIdentifier> = []
        for element in elements {
            guard let id = element["id"], id.unicodeScalars.first == HTMLMark.ownID else { continue }
            element["id"] = ids.unused(String(String.UnicodeScalarView(id.unicodeScalars.dropFirst())))
            own.insert(ObjectIdentifier(element))
        }
        for element in elements where !own.contains(ObjectIdentifier(element)) {
            for key in ["id", "name"] where key == "id" || element.name == "a" {
                guard let id = element[key] else { continue }
                if id.isEmpty {
                    element[key] = nil
                    continue
                }
                // An id and a name that are the same are one place.
                if key == "name", id == element["id"] { continue }
                let unused = ids.unused(id)
                guard unused != id else { continue }
                element[key] = unused
                let kind = Self.headingNames.contains(element.name ?? "") ? "heading" : "element"
                warn(line(of: element), "the id \(id) is taken; the \(kind) gets \(unused)")
            }
        }
        for element in elements where Self.headingNames.contains(element.name ?? "") && element["id"] == nil {
            element["id"] = Self.scalars(MarkdownMark.headingID(headings.count))
            headings.append(GappedText(HTMLMark.restored(Self.plainText(element))))
        }
    }

    /// The text without markup.
    private static func plainText(_ node: HTMLNode) -> String {
        switch node.kind {
        case .text(let text): return text.replacingOccurrences(of: "\n", with: " ")
        case .comment: return ""
        case .element("br"): return " "
        case .element("img"): return node["alt"] ?? ""
        case .element("sup") where node.children.first?["role"] == "doc-noteref": return ""
        case .element: return node.children.map(plainText).joined()
        }
    }

    private func excerpts(of nodes: [HTMLNode], end: Int?) -> [GappedText] {
        var excerpts: [GappedText] = []
        for paragraph in nodes where paragraph.name == "p" {
            if let end, line(of: paragraph) > end, !excerpts.isEmpty { break }
            let text = paragraph.children.map(Self.plainText).joined().trimmingCharacters(in: .whitespacesAndNewlines)
            // A tag of Liquid that stands in the text is no sentence.
            if text.hasPrefix("{%") { continue }
            excerpts.append(GappedText(HTMLMark.restored(text)))
            if end == nil, excerpts[excerpts.count - 1].hasText { break }
        }
        return excerpts
    }

    // MARK: Tables of contents

    /// Marks the list that becomes the table of contents. No attribute of HTML has such a name.
    private static let contentsMark = String(Character(HTMLMark.attributes))

    private mutating func writeContents(in nodes: [HTMLNode]) {
        var places: [HTMLNode] = []
        var headings: [HTMLNode] = []
        for node in nodes {
            node.forEach { node in
                if node[Self.contentsMark] != nil { places.append(node) }
                if Self.headingNames.contains(node.name ?? ""), !node.classes.contains("no_toc") {
                    headings.append(node)
                }
            }
        }
        for place in places {
            place[Self.contentsMark] = nil
            if place["id"] == nil { place["id"] = ids.unused("markdown-toc") }
            place.children = Self.contents(headings[...], list: place.name ?? "ul")
        }
    }

    /// The items for headings; the deeper ones after each are its own list.
    private static func contents(_ headings: ArraySlice<HTMLNode>, list: String) -> [HTMLNode] {
        var items: [HTMLNode] = []
        var rest = headings
        while let heading = rest.first {
            let inner = rest.dropFirst().prefix { ($0.name ?? "") > (heading.name ?? "") }
            let text = HTMLNode(.text(plainText(heading).trimmingCharacters(in: .whitespacesAndNewlines)))
            let link = HTMLNode.element("a", [("href", "#\(heading["id"] ?? "")")], [text])
            let below = inner.isEmpty ? [] : [HTMLNode.element(list, [], contents(inner, list: list))]
            items.append(.element("li", [], [link] + below))
            rest = rest.dropFirst(1 + inner.count)
        }
        return items
    }

    // MARK: Addresses

    /// Leaves gaps for the addresses that the writer wrote as HTML; those of Markdown have theirs.
    private mutating func askAddresses(of node: HTMLNode) {
        guard let name = node.name, !node.isForeign else { return }
        for index in node.attributes.indices where Self.hasMark(node.attributes[index].value) {
            node.attributes[index].value = withoutHTML(node.attributes[index].value)
        }
        for key in ["href", "src", "poster"] {
            guard let address = node[key], !Self.hasMark(address), !address.isEmpty, address.first != "#" else {
                continue
            }
            guard ["a", "img", "source", "video", "audio", "track"].contains(name) else { continue }
            node[key] = ask(address, isImage: name == "img" || key == "poster", line: line(of: node))
        }
        if let srcset = node["srcset"], ["img", "source"].contains(name), !Self.hasMark(srcset) {
            let line = line(of: node)
            node["srcset"] = HTMLAddress.srcset(
                HTMLAddress.candidates(in: srcset).map { (ask($0.address, isImage: true, line: line), $0.descriptor) })
        }
        if name == "img" { sizePicture(node) }
    }

    /// An attribute's value without the gaps that HTML fills, which would end the attribute.
    private func withoutHTML(_ value: String) -> String {
        value.replacing(/\u{10F806}(\d+)\u{10F807}/.matchingSemantics(.unicodeScalar)) { match in
            guard let index = Int(match.1), gaps.list.indices.contains(index) else { return "" }
            switch gaps.list[index] {
            case .formula(let formula): return formula.source
            case .figure: return ""
            case .link, .value: return String(match.0)
            }
        }
    }

    private func ask(_ address: String, isImage: Bool, line: Int) -> String {
        Self.scalars(MarkdownMark.gap(gaps.ask(.link(.init(text: address, isImage: isImage, line: line)))))
    }

    /// Leaves a gap for a picture's width and height, so that the text does not jump when it appears, and lets all
    /// pictures but the first load when they come into view.
    private mutating func sizePicture(_ node: HTMLNode) {
        pictureCount += 1
        guard let source = node["src"], let gap = Self.gap(in: source) else { return }
        let isLazy = pictureCount > 1 && node["loading"] == nil
        pictures[gap] = PictureSize(width: node["width"], height: node["height"], isLazy: isLazy)
        node.attributes.removeAll { ["width", "height"].contains($0.name) }
        let index = node.attributes.firstIndex { $0.name == "src" }.map { $0 + 1 } ?? 0
        node.attributes.insert(.init(name: Self.scalars(MarkdownMark.pictureSize(gap)), value: ""), at: index)
    }

    private static func gap(in text: String) -> Int? {
        let scalars = text.unicodeScalars
        guard scalars.first == HTMLMark.scalar(MarkdownMark.gapStart), scalars.last == HTMLMark.end else { return nil }
        return Int(String(scalars.dropFirst().dropLast()))
    }

    private static func hasMark(_ text: String) -> Bool { text.unicodeScalars.contains(where: HTMLMark.isMark) }

    /// A mark as the parser's text has it.
    private static func scalars(_ mark: String) -> String {
        String(
            String.UnicodeScalarView(
                mark.unicodeScalars.map { $0.value < 0x20 ? HTMLMark.scalar(UInt8($0.value)) : $0 }))
    }
}

/// libcmark's HTML without the marks of lines, and the lines of its places.
struct MarkedHTML {
    /// What the parser reads: marks that stay are private characters.
    private(set) var html: [UInt8] = []
    private var records: [(offset: Int, line: Int, isFile: Bool)] = []

    private static let position = Array(" data-sourcepos=\"".utf8)

    init(_ marked: [UInt8]) {
        html.reserveCapacity(marked.count)
        var index = 0
        var lastTag = 0
        while index < marked.count {
            let byte = marked[index]
            if byte == MarkdownMark.lineStart, let end = marked[index...].firstIndex(of: MarkdownMark.gapEnd) {
                let number = Int(String(decoding: marked[(index + 1)..<end], as: UTF8.self)) ?? 1
                records.append((html.count, number, true))
                index = end + 1
            } else if byte == UInt8(ascii: " "), marked[index...].starts(with: Self.position) {
                let start = index + Self.position.count
                let end = marked[start...].firstIndex(of: UInt8(ascii: "\"")) ?? marked.count - 1
                let line =
                    Int(String(decoding: marked[start...].prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)) ?? 0
                if line > 0 { records.append((lastTag, line, false)) }
                index = end + 1
            } else {
                if byte == UInt8(ascii: "<") { lastTag = html.count }
                switch byte {
                case MarkdownMark.gapStart, MarkdownMark.gapEnd, MarkdownMark.headingStart,
                    MarkdownMark.attributesStart, MarkdownMark.sizeStart, MarkdownMark.ownID:
                    html += HTMLMark.bytes(byte)
                case 9, 10, 12, 13, 0x20...0x7E, 0x80...: html.append(byte)
                // The writer's: libcmark makes characters of `&#1;`.
                default: break
                }
                index += 1
            }
        }
        records.sort { $0.offset < $1.offset }
    }

    /// The line of a place: of the file for HTML that the writer wrote, or else of libcmark's text.
    func line(at offset: Int) -> (line: Int, isFile: Bool) {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return (1, false) }
        let record = records[low - 1]
        // HTML is as it was written, line for line.
        let lines =
            record.isFile ? html[record.offset..<max(record.offset, min(offset, html.count))].count { $0 == 10 } : 0
        return (record.line + lines, record.isFile)
    }

    /// The number of the attribute list that a comment stands for.
    static func attributes(_ node: HTMLNode) -> Int? {
        guard case .comment(let text) = node.kind, text.unicodeScalars.first == HTMLMark.attributes else { return nil }
        return Int(String(text.unicodeScalars.dropFirst().dropLast()))
    }
}

// A text's HTML after libcmark: parsed as browsers parse it, reduced to what is allowed, completed, and written again.

import Foundation

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
    var warnings: [Markdown.Warning] = []
    /// The plain text of headings whose ids are made from it.
    var headings: [GappedText] = []
    var ids = HeadingIDs()
    /// The pictures whose size the file says, by the gap of their address.
    var pictures: [Int: PictureSize] = [:]
    /// The paragraphs that may be the excerpt.
    var excerpts: [GappedText] = []
    private var reported: Set<String> = []
    var pictureCount = 0
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
        for node in nodes { node.forEach(askCode) }
        if !isCaption { excerpts = excerpts(of: nodes, end: excerptEnd) }
        return GappedText(HTMLMark.restored(rawHTML ? HTMLNode.html(of: nodes) : Self.settled(nodes)))
    }

    /// The HTML of nodes that parses to the same nodes.
    ///
    /// Some trees that come of careless HTML cannot be written: an `a` in an `a`, or a paragraph in a paragraph. Parsed
    /// again they are other trees, and those are checked again.
    static func settled(_ nodes: [HTMLNode]) -> String {
        var html = HTMLNode.html(of: nodes)
        for _ in 0..<8 {
            let again = HTMLNode.html(of: AllowList.filtered(Gumbo.nodes(of: Array(html.utf8))).nodes)
            if again == html { return html }
            html = again
        }
        // No text is known that comes here.
        return HTML.escaped(nodes.map(plainText).joined())
    }

    func line(of node: HTMLNode) -> Int {
        switch places.line(at: node.offset) {
        case (let line, isFile: true): line
        case (let line, isFile: false): fileLine(line)
        }
    }

    mutating func warn(_ line: Int, _ message: String) {
        warnings.append(.init(line: line, message: message))
    }

    /// One warning for each kind of thing that is left out.
    mutating func report(_ leftOut: [LeftOut]) {
        for thing in leftOut where reported.insert(thing.what).inserted {
            let place = HTMLNode(.comment(""), offset: thing.offset)
            warn(line(of: place), "\(thing.what) is left out; \(thing.advice)")
        }
    }

    // MARK: Paragraphs that only Markdown made

    /// Removes the paragraphs in elements that hold a line of text, and gives them their names again; see
    /// ``HTMLBlocks`` and ``DefinitionLists``.
    func unwrapped(_ nodes: [HTMLNode]) -> [HTMLNode] {
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
}

// The HTML that texts may have: elements, attributes, addresses and styles. Everything else is left out.

/// What is left out of a text's HTML, with the place in the parsed text.
struct LeftOut: Equatable {
    /// Completes a sentence: "the element <script>". Things of one kind are equal.
    let what: String
    /// What the writer may do.
    let advice: String
    /// In bytes from the start.
    let offset: Int
}

/// The elements and attributes that run nothing and load nothing but pictures, films and framed pages.
enum AllowList {
    /// Leaves everything else out of a tree: what an unknown element contains stays, scripts and controls go whole.
    ///
    /// - Returns: The nodes that remain, and what does not.
    static func filtered(_ nodes: [HTMLNode]) -> (nodes: [HTMLNode], leftOut: [LeftOut]) {
        var leftOut: [LeftOut] = []
        let nodes = filtered(nodes, isPositioned: false, &leftOut)
        return (nodes, leftOut)
    }

    private static func filtered(
        _ nodes: [HTMLNode], isPositioned: Bool, _ leftOut: inout [LeftOut]
    ) -> [HTMLNode] {
        var kept: [HTMLNode] = []
        func append(_ node: HTMLNode) {
            // Texts that were around an element join, as a parser would join them.
            if let text = node.text, let before = kept.last?.text {
                kept[kept.count - 1] = HTMLNode(.text(before + text), offset: kept[kept.count - 1].offset)
            } else {
                kept.append(node)
            }
        }
        for node in nodes {
            switch node.kind {
            case .text(let text):
                node.kind = .text(readable(text))
                append(node)
            // They are the writer's own.
            case .comment: continue
            case .element(let name):
                if node.isForeign || dropped.contains(name) || (name == "input" && !isTaskBox(node)) {
                    leftOut.append(
                        LeftOut(
                            what: "the element <\(name)>",
                            advice: name == "svg" ? "save the drawing as a file, and show it as a picture" : rawAdvice,
                            offset: node.offset))
                    continue
                }
                guard elements.contains(name) else {
                    leftOut.append(
                        LeftOut(
                            what: "the tag <\(name)>", advice: "to show it as text, write it as `<\(name)>`",
                            offset: node.offset))
                    filtered(node.children, isPositioned: isPositioned, &leftOut).forEach(append)
                    continue
                }
                filterAttributes(of: node, name, isPositioned: isPositioned, &leftOut)
                if ["iframe", "img"].contains(name), node["src"] == nil, node["srcset"] == nil { continue }
                if name == "iframe" { node.children = [] }
                let isPositioned = isPositioned || node["style"]?.lowercased().contains("position: relative") == true
                node.children = filtered(node.children, isPositioned: isPositioned, &leftOut)
                append(node)
            }
        }
        return kept
    }

    static let rawAdvice = "only \"rawHTML: true\" in atlas.yml lets it pass"

    /// Without the control characters that HTML forbids.
    private static func readable(_ text: String) -> String {
        func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.generalCategory == .control && !"\t\n\u{C}".unicodeScalars.contains(scalar)
        }
        guard text.unicodeScalars.contains(where: isForbidden) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !isForbidden($0) }))
    }

    private static func isTaskBox(_ node: HTMLNode) -> Bool {
        node["type"]?.lowercased() == "checkbox" && node["disabled"] != nil
    }

    // MARK: Elements

    /// Elements that stay.
    private static let elements: Set = Set(
        """
        a abbr acronym address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup \
        dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i iframe img \
        input ins kbd li mark nav ol p picture pre q rp rt ruby s samp section small source span strike strong sub \
        summary sup table tbody td tfoot th thead time tr track tt u ul var video wbr
        """.split(separator: " ").map(String.init))

    /// Elements that go with all that they contain: it is no text, or makes no sense without them.
    private static let dropped: Set = Set(
        """
        applet base basefont canvas embed frame frameset head keygen link map meta noembed noframes noscript object \
        optgroup option param plaintext script select style template textarea title xmp listing dialog menuitem area
        """.split(separator: " ").map(String.init))

    // MARK: Attributes

    private static let everywhere: Set = [
        "class", "id", "title", "lang", "dir", "style", "align", "role", "hidden", "translate",
    ]

    private static let attributes: [String: Set<String>] = [
        "a": ["href", "target", "rel", "name", "download", "hreflang", "type"],
        "audio": ["src", "controls", "autoplay", "loop", "muted", "preload"],
        "blockquote": ["cite"], "br": ["clear"], "col": ["span", "width", "valign"],
        "colgroup": ["span", "width", "valign"],
        "del": ["cite", "datetime"], "details": ["open"], "div": ["width"], "font": ["color", "face", "size"],
        "hr": ["width", "size", "noshade", "color"],
        "iframe": [
            "src", "width", "height", "allowfullscreen", "frameborder", "loading", "scrolling", "marginheight",
            "marginwidth", "referrerpolicy", "sandbox", "allow",
        ],
        "img": ["src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding", "border"],
        "input": ["type", "disabled", "checked", "aria-label"],
        "ins": ["cite", "datetime"], "li": ["value", "type"], "ol": ["start", "reversed", "type"], "q": ["cite"],
        "source": ["src", "srcset", "sizes", "type", "media", "width", "height"],
        "table": ["border", "cellpadding", "cellspacing", "width", "summary", "bgcolor", "rules", "frame"],
        "tbody": ["valign"], "td": cell, "tfoot": ["valign"], "th": cell, "thead": ["valign"],
        "time": ["datetime"], "tr": ["valign", "bgcolor"], "track": ["src", "kind", "srclang", "label", "default"],
        "ul": ["type"],
        "video": [
            "src", "poster", "controls", "autoplay", "loop", "muted", "preload", "playsinline", "width", "height",
        ],
    ]
    private static let cell: Set = [
        "abbr", "bgcolor", "colspan", "headers", "height", "nowrap", "rowspan", "scope", "valign", "width",
    ]
    /// What a framed page may be allowed: what films' players ask for, and nothing that hears, sees or locates.
    private static let framesFeatures: Set = [
        "accelerometer", "autoplay", "clipboard-write", "encrypted-media", "fullscreen", "gyroscope",
        "picture-in-picture", "web-share",
    ]

    private static func filterAttributes(
        of node: HTMLNode, _ name: String, isPositioned: Bool, _ leftOut: inout [LeftOut]
    ) {
        func leave(_ what: String, _ advice: String = rawAdvice) {
            leftOut.append(LeftOut(what: what, advice: advice, offset: node.offset))
        }
        node.attributes = node.attributes.compactMap { attribute in
            var attribute = attribute
            let isKnown =
                everywhere.contains(attribute.name) || attributes[name]?.contains(attribute.name) == true
                || attribute.name.hasPrefix("aria-")
                || attribute.name.unicodeScalars.first.map(HTMLMark.isMark) == true
            guard isKnown else {
                // What scripts and other themes would read means nothing here.
                let isData = attribute.name.hasPrefix("data-") || attribute.name.hasPrefix("xml")
                if !isData { leave("the attribute \(attribute.name)") }
                return nil
            }
            attribute.value = readable(attribute.value)
            switch attribute.name {
            case "style":
                let (style, refused) = SafeStyle.filtered(attribute.value, isPositioned: isPositioned)
                for property in refused {
                    leave("the style \(property)", "styles may not load, cover or move the page")
                }
                guard !style.isEmpty else { return nil }
                attribute.value = style
            case "href", "src", "poster", "cite":
                let kind: HTMLAddress.Kind =
                    name == "iframe" ? .frame : attribute.name == "href" || attribute.name == "cite" ? .link : .media
                guard let address = HTMLAddress.safe(attribute.value, for: kind) else {
                    leave(
                        "the address \(HTMLAddress.shortened(attribute.value))",
                        kind == .frame ? "a framed page's address begins with https://" : rawAdvice)
                    return nil
                }
                attribute.value = address
            case "srcset":
                let candidates = HTMLAddress.candidates(in: attribute.value)
                let kept = candidates.filter { HTMLAddress.safe($0.address, for: .media) != nil }
                if kept.count < candidates.count { leave("an address in srcset") }
                guard !kept.isEmpty else { return nil }
                attribute.value = HTMLAddress.srcset(kept)
            case "allow":
                attribute.value = attribute.value.split { " ;".contains($0) }
                    .filter { framesFeatures.contains(String($0)) }.joined(separator: "; ")
            default: break
            }
            return attribute
        }
    }
}

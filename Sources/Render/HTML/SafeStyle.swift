// The part of CSS that a style attribute may have: it loads nothing, and stays where the text is.

/// A style attribute's safe declarations.
enum SafeStyle {
    /// The declarations that are harmless, and the names of the others' properties.
    ///
    /// - Parameter isPositioned: whether the element is in one with a relative position, which holds it.
    static func filtered(_ style: String, isPositioned: Bool) -> (style: String, refused: [String]) {
        var kept: [String] = []
        var refused: [String] = []
        for declaration in style.split(separator: ";") {
            let parts = declaration.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let property = trimmed(parts[0]).lowercased()
            guard !property.isEmpty else { continue }
            let value = parts.count > 1 ? trimmed(parts[1]) : ""
            if isSafe(property, value.lowercased(), isPositioned: isPositioned) {
                kept.append("\(property): \(value)")
            } else {
                refused.append(property.filter { $0.isLetter || $0 == "-" })
            }
        }
        return (kept.joined(separator: "; "), refused)
    }

    private static func trimmed(_ text: Substring) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static let properties: Set = Set(
        """
        align-items align-self aspect-ratio background background-color border border-bottom border-collapse \
        border-color border-left border-radius border-right border-spacing border-style border-top border-width \
        box-shadow box-sizing caption-side clear color column-count column-gap columns cursor display flex flex-basis \
        flex-direction flex-flow flex-grow flex-shrink flex-wrap float font font-family font-size font-style \
        font-variant font-weight gap grid-column grid-gap grid-row grid-template-columns grid-template-rows height \
        justify-content justify-items letter-spacing line-height list-style list-style-type margin margin-block \
        margin-bottom margin-inline margin-left margin-right margin-top max-height max-width min-height min-width \
        object-fit opacity order outline overflow overflow-wrap overflow-x overflow-y padding padding-block \
        padding-bottom padding-inline padding-left padding-right padding-top row-gap table-layout text-align \
        text-decoration text-decoration-color text-decoration-line text-indent text-shadow text-transform \
        vertical-align white-space width word-break word-spacing word-wrap zoom
        """.split(separator: " ").map(String.init))
    private static let sides: Set = ["top", "left", "right", "bottom", "inset"]
    private static let functions: Set = [
        "rgb", "rgba", "hsl", "hsla", "calc", "min", "max", "clamp", "repeat", "minmax",
    ]

    private static func isSafe(_ property: String, _ value: String, isPositioned: Bool) -> Bool {
        // No quotes, backslashes or comments: a value is what it seems to be.
        guard value.wholeMatch(of: /[a-z0-9 .,%#()+\-*\/!]+/) != nil, !value.contains("/*"), hasSafeFunctions(value)
        else { return false }
        switch property {
        case "position": return ["static", "relative"].contains(value) || (value == "absolute" && isPositioned)
        case let side where sides.contains(side): return isPositioned && !value.contains("-")
        // Negative margins would pull the text over what is around it.
        case let margin where margin.hasPrefix("margin"): return value.wholeMatch(of: /[^\-(]*/) != nil
        default: return properties.contains(property)
        }
    }

    /// Whether every parenthesis closes, and belongs to a function that only calculates.
    private static func hasSafeFunctions(_ value: String) -> Bool {
        var depth = 0
        var name = ""
        for character in value {
            switch character {
            case "(":
                // An empty name groups a part of a calculation.
                guard functions.contains(name) || (name.isEmpty && depth > 0) else { return false }
                depth += 1
                name = ""
            case ")":
                guard depth > 0 else { return false }
                depth -= 1
                name = ""
            case "a"..."z", "-": name.append(character)
            default: name = ""
            }
        }
        return depth == 0
    }
}

// The pieces of a text with Liquid.

/// Text, `{{ … }}` or `{% … %}`.
struct LiquidToken: Equatable {
    enum Kind: Equatable {
        case text, output, tag
    }

    let kind: Kind
    /// As written.
    let source: String
    /// Between the braces, without blanks around it.
    let content: String

    /// A tag's name.
    var name: String { String(content.prefix { !$0.isWhitespace }) }
    /// What follows a tag's name.
    var argument: String { String(content.dropFirst(name.count).drop(while: \.isWhitespace)) }

    /// The tokens of a text. Braces without an end are text, and between `raw` tags nothing else is a tag.
    static func tokens(of text: String) -> [LiquidToken] {
        var tokens: [LiquidToken] = []
        let bytes = Array(text.utf8)
        var textStart = 0
        var index = 0
        var isRaw = false
        // Behind the last end of a kind no other is looked for.
        var isUnclosed: Set<UInt8> = []
        func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        while index + 3 < bytes.count {
            let second = bytes[index + 1]
            guard bytes[index] == UInt8(ascii: "{"), second == UInt8(ascii: "{") || second == UInt8(ascii: "%"),
                !isUnclosed.contains(second)
            else {
                index += 1
                continue
            }
            let isTag = second == UInt8(ascii: "%")
            let end: [UInt8] = isTag ? Array("%}".utf8) : Array("}}".utf8)
            guard let closing = bytes[(index + 2)...].firstRange(of: end) else {
                isUnclosed.insert(second)
                continue
            }
            var content = string((index + 2)..<closing.lowerBound)[...]
            if content.first == "-" { content = content.dropFirst() }
            if content.last == "-" { content = content.dropLast() }
            let trimmed = content.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
            let token = LiquidToken(
                kind: isTag ? .tag : .output, source: string(index..<closing.upperBound), content: String(trimmed))
            if isRaw, !isTag || token.name != "endraw" {
                index += 2
                continue
            }
            // A value stands on one line.
            if !isTag, token.content.contains(where: \.isNewline) {
                index += 2
                continue
            }
            isRaw = isTag && token.name == "raw"
            if textStart < index { tokens.append(.init(kind: .text, source: string(textStart..<index), content: "")) }
            tokens.append(token)
            index = closing.upperBound
            textStart = index
        }
        if textStart < bytes.count {
            tokens.append(.init(kind: .text, source: string(textStart..<bytes.count), content: ""))
        }
        return tokens
    }

    /// The parts of an expression between separators outside quotes, without blanks around them.
    static func split(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var quote: Character?
        for character in text {
            if quote == nil, character == separator {
                parts.append("")
                continue
            }
            if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            }
            parts[parts.count - 1].append(character)
        }
        return parts.map { String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
    }
}

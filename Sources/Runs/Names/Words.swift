// Reads choices from the words for them.

import ViT

extension RawRepresentable<String> where Self: CaseIterable {
    /// Reads one of the words of a choice.
    package init(word text: String) throws(NameError) { try self.init(word: text, note: "") }

    /// Reads one of the words of a choice. An error lists the words, followed by `note`.
    package init(word text: String, note: String) throws(NameError) {
        guard let choice = Self(rawValue: text) else {
            let words = Self.allCases.map(\.rawValue)
            throw .expected(ConfigurationNode.alternatives(words) + note, found: text, among: words)
        }
        self = choice
    }
}

extension Attention {
    /// Reads the word for an attention mode; `frozen` means frozen to the mean colour.
    package init(word text: String) throws(NameError) {
        guard let mode = Attention(text) else {
            throw .expected(ConfigurationNode.alternatives(Self.words), found: text, among: Self.words)
        }
        self = mode
    }
}

extension Control {
    /// Reads the word for a control.
    ///
    /// - Parameter known: the words that the error lists.
    package init(word text: String, among known: [String] = Self.words) throws(NameError) {
        guard let control = Self.all.first(where: { $0.word == text }) else {
            throw .expected(ConfigurationNode.alternatives(known), found: text, among: known)
        }
        self = control
    }
}

extension Direction {
    /// Reads `+` or `-`; a Unicode minus sign counts as `-`.
    package init(named text: String) throws(NameError) {
        switch text {
        case "+": self = .positive
        case "-", "\u{2212}": self = .negative
        default: throw .expected("\"+\" or \"-\"", found: text)
        }
    }
}

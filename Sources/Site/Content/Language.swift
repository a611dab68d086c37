// Languages of texts and the direction that they are read in.

import Foundation
import Runs

/// Language tags, such as `en`, `pt-BR` and `zh-Hant`.
enum Language {
    /// The language of a site that names none.
    static let standard = "en"

    /// Reads a tag; nil for an empty value.
    static func tag(_ node: ConfigurationNode) throws -> String? {
        guard let text = node.scalar, !text.isEmpty else { return nil }
        // Some themes write `en_US`.
        let tag = text.replacingOccurrences(of: "_", with: "-")
        guard tag.wholeMatch(of: /[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*/) != nil else {
            throw node.mismatch("a language such as en, pt-BR or zh-Hant")
        }
        return tag
    }

    /// Reads a direction.
    static func direction(_ node: ConfigurationNode) throws -> String? {
        guard let text = node.scalar, !text.isEmpty else { return nil }
        guard ["ltr", "rtl", "auto"].contains(text) else { throw node.mismatch("ltr, rtl or auto") }
        return text
    }

    /// The direction of a language's usual script.
    static func direction(of tag: String) -> String {
        let parts = tag.lowercased().split(separator: "-").map(String.init)
        if let script = parts.dropFirst().first(where: { $0.count == 4 }) {
            return ["arab", "hebr", "syrc", "thaa", "nkoo", "adlm"].contains(script) ? "rtl" : "ltr"
        }
        let rightToLeft = [
            "ar", "arc", "ckb", "dv", "fa", "ha-arab", "he", "iw", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi",
        ]
        return rightToLeft.contains(parts.first ?? "") ? "rtl" : "ltr"
    }
}

// The sets of directions of an atlas, as written in atlas.yml.

import Support
import ViT

extension AtlasConfiguration {
    /// A file of directions over a layer's channels. Nil means what the file's own layout says.
    struct DirectionSettings: Sendable, Equatable {
        /// The set's name in addresses.
        var name: Located<String>
        /// The file, or a folder; relative to the configuration's folder.
        var file: Located<String>
        /// The address whose channels they read.
        var base: Located<String>
        /// The matrix's name in the file.
        var weight: String?
        /// The bias's name.
        var bias: String?
        /// The name of what is subtracted from the channels first.
        var centre: String?
        /// What is applied to the values.
        var nonlinearity: DirectionRequest.Nonlinearity?
        /// The thresholds of `jumprelu`: a tensor's name, or one number for all.
        var threshold: DirectionRequest.Threshold?
        /// How many directions of a token are on, for `topk`.
        var k: Int?
        /// A text file with one name per line.
        var labels: Located<String>?
    }
}

extension AtlasConfiguration.DirectionSettings {
    private static let keys = [
        "name", "file", "at", "weight", "bias", "centre", "nonlinearity", "threshold", "k", "labels",
    ]
    /// More bytes than a name in addresses and paths needs.
    private static let longestName = 64

    /// Reads the sets of `directions:`.
    static func all(_ node: ConfigurationNode) throws -> [Self] {
        try node.entries("a mapping with a name, a file and an address").map(Self.init)
    }

    private init(_ node: ConfigurationNode) throws {
        guard node.isMapping else { throw node.mismatch("a mapping with a name, a file and an address") }
        let fields = try node.fields(known: Self.keys)
        func required(_ key: String) throws -> ConfigurationNode {
            guard let field = fields[key] else {
                throw node.error(
                    "the directions have no \"\(key)\"; write for example {name: sae, file: sae.safetensors, at: "
                        + "encoder_layer_9}")
            }
            return field
        }
        let name = try required("name")
        self.name = try name.locatedText()
        guard Self.isName(self.name.value) else {
            throw name.mismatch(
                "a name of at most \(Self.longestName) letters, digits, \"-\", \"_\" and \".\" that begins with a letter"
            )
        }
        file = try required("file").locatedText()
        base = try required("at").locatedText()
        weight = try fields["weight"]?.text()
        bias = try fields["bias"]?.text()
        centre = try fields["centre"]?.text()
        nonlinearity = try fields["nonlinearity"].map { field in
            let words = ConfigurationNode.alternatives(DirectionRequest.Nonlinearity.allCases.map(\.rawValue))
            guard let word = field.scalar.flatMap(DirectionRequest.Nonlinearity.init) else {
                throw field.mismatch(words)
            }
            return word
        }
        threshold = try fields["threshold"].map { field in
            let text = try field.text()
            return Float(text).map { .number($0) } ?? .tensor(text)
        }
        k = try fields["k"]?.integer(in: 1...10_000_000)
        labels = try fields["labels"]?.locatedText()
    }

    private static func isName(_ text: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.count <= longestName
            && text.utf8.allSatisfy { byte in
                isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_".utf8.contains(byte)
            }
    }
}

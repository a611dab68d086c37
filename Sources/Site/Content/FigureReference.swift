// A destination with the scheme neuron:, layer: or photographs:, parsed but not yet checked against a model.

import Foundation
import Runs
import Support

/// The parts of `neuron:encoder_layer_5.mlp.3/17?seeds=0,1`.
struct FigureReference {
    /// The text without its field and braces.
    let destination: String
    /// How messages quote it.
    let written: String
    /// What the destination begins with.
    enum Scheme: String {
        case neuron, layer, photographs
    }

    /// Its scheme.
    let scheme: Scheme
    /// The part between the scheme and the options: an address, and unless it is a layer's a slash and a number.
    let subject: String
    /// The options by their keys.
    let options: [String: String]
    private let keys: [String]
    private let text: SourceText
    private let line: Int

    fileprivate init(_ destination: String, written: String?, text: SourceText, line: Int) throws {
        func failure(_ message: String) -> AtlasError {
            text.error("\(written ?? destination): \(message)", line: line)
        }
        self.destination = destination
        self.written = written ?? destination
        self.text = text
        self.line = line
        let name = destination.prefix { $0 != ":" }
        scheme = Scheme(rawValue: name.lowercased()) ?? .layer
        let parts = destination.dropFirst(name.count + 1).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        subject = String(parts[0]).removingPercentEncoding ?? String(parts[0])
        if scheme == .layer, let slash = subject.lastIndex(of: "/") {
            throw failure("a layer's figure has no neuron; write layer:\(subject[..<slash]) or neuron:\(subject)")
        }
        var options: [String: String] = [:]
        var keys: [String] = []
        for part in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = String(pair[0]).removingPercentEncoding ?? String(pair[0])
            guard pair.count == 2, !pair[1].isEmpty else { throw failure("\"\(key)\" needs a value: \(key)=…") }
            guard options[key] == nil else { throw failure("\"\(key)\" is given twice; keep one") }
            options[key] = String(pair[1]).removingPercentEncoding ?? String(pair[1])
            keys.append(key)
        }
        self.options = options
        self.keys = keys
    }

    /// Whether the scheme is `neuron:`, and not `layer:`.
    ///
    /// - Throws: `AtlasError` for `photographs:`, which only figures have.
    func isNeuron() throws -> Bool {
        guard scheme != .photographs else {
            throw error("photographs: is for images; write neuron:\(subject) here")
        }
        return scheme == .neuron
    }

    /// An error of code `data` at the reference's line.
    func error(_ message: String) -> AtlasError { text.error("\(written): \(message)", line: line) }

    /// Throws for options that are not in `known`.
    func check(keys known: [String]) throws {
        for key in keys where !known.contains(key) {
            throw error(
                "unknown key \"\(key)\"\(Suggestion.question(for: key, among: known)) "
                    + "(known: \(known.joined(separator: ", ")))")
        }
    }

    /// Adds the reference's file and line to errors of `read`, and the option's key if there is one.
    func reading<Value>(_ key: String? = nil, _ read: () throws -> Value) throws -> Value {
        try Runs.reading(at: "\(text.name):\(line): \(written)\(key.map { ": \($0)" } ?? "")", read)
    }

    /// The subject, read by `read`.
    func subject<Value>(_ read: (String) throws -> Value) throws -> Value {
        try reading { try read(subject) }
    }

    /// An option's value, read by `read`; nil if the option is absent.
    func value<Value>(_ key: String, _ read: (String) throws -> Value) throws -> Value? {
        guard let text = options[key] else { return nil }
        return try reading(key) { try read(text) }
    }

    /// The values of a comma-separated option, each read by `read`; nil if the option is absent.
    func values<Value: Equatable>(_ key: String, _ read: (String) throws -> Value) throws -> [Value]? {
        try value(key) { text in
            try text.split(separator: ",", omittingEmptySubsequences: false).reduce(into: []) { values, word in
                let value = try read(String(word))
                guard !values.contains(value) else { throw NameError.repeated("\"\(word)\"") }
                values.append(value)
            }
        }
    }
}

extension FigureReader {
    /// Parses a destination.
    func reference(_ destination: String, written: String? = nil, line: Int) throws -> FigureReference {
        try FigureReference(destination, written: written, text: text, line: line)
    }
}

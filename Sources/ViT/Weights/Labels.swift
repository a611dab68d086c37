// The classes' names: stated by the user, from configuration files, from a file beside the weights, or ImageNet's.

import Foundation

extension CheckpointLoader {
    /// The names of a head's classes; nil if nothing names them.
    ///
    /// Names in a configuration file that cannot be used are left out, and an assumption says so.
    ///
    /// - Throws: `ViTError` if a file of labels cannot be read, or does not have one name per class.
    mutating func labels(_ source: ModelSource, classCount: Int) throws -> [String]? {
        guard classCount > 0 else { return nil }
        if let path = overrides.labelsPath { return try labels(inFile: path, classCount) }
        let hint = hints.first { $0.labels != nil || $0.labelsProblem != nil }
        if let hint, let labels = hint.labels, labelsProblem(hint, classCount) == nil {
            settings.assume("labels", "\(labels.count) names", hint.source)
            return labels
        }
        if let path = source.beside(source.labelsName) { return try labels(inFile: path, classCount) }
        if let hint, let problem = labelsProblem(hint, classCount) {
            settings.assume("labels", "none", "\(hint.source): \(problem)", leavesOut: true)
            return nil
        }
        guard classCount == imageNetLabels.count else { return nil }
        settings.assume(
            "labels", "\(classCount) names", "convention: a head of 1,000 classes is ImageNet-1k's")
        return imageNetLabels
    }

    private mutating func labels(inFile path: String, _ classCount: Int) throws -> [String] {
        let (labels, encoding) = try LabelFile.read(at: path, of: "class", key: "model: {labels: FILE}")
        guard labels.count == classCount else {
            throw ViTError(
                "\(path): names \(labels.count) classes, but the head of \(file.path) has \(classCount). Give a file "
                    + "with one class name per line (model: {labels: FILE} in atlas.yml).")
        }
        settings.assume("labels", "\(labels.count) names", encoding.map { "\(path), read as \($0)" } ?? path)
        return labels
    }

    /// Why a configuration's names cannot be used; nil if they can.
    private func labelsProblem(_ hint: Hints, _ classCount: Int) -> String? {
        guard let labels = hint.labels else { return hint.labelsProblem }
        guard labels.count == classCount else {
            return "it names \(labels.count) classes, but the head of \(file.path) has \(classCount)"
        }
        return labels.enumerated().lazy.compactMap { index, label in
            LabelFile.problem(of: label).map { "the name of class \(index) \($0)" }
        }.first
    }
}

/// Text files with one name per line.
package enum LabelFile {
    /// Reads the names; empty lines at the end are ignored.
    ///
    /// - Parameters:
    ///   - thing: what the names are of, such as `class`.
    ///   - key: how atlas.yml names the file.
    /// - Throws: `ViTError` for a file that cannot be read, and for lines that cannot be names.
    package static func names(at path: String, of thing: String, key: String) throws -> [String] {
        try read(at: path, of: thing, key: key).names
    }

    /// The same, with the encoding if it is not UTF-8.
    static func read(at path: String, of thing: String, key: String) throws -> (names: [String], encoding: String?) {
        let file = try MappedFile(path: path)
        let content = LabelText(Array(file.copy(0..<file.count)))
        var lines = content.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        for (index, line) in lines.enumerated() {
            guard let problem = problem(of: line) else { continue }
            throw ViTError(
                "\(path):\(index + 1): a \(thing) name \(problem). Give a text file with one name per line (\(key) in "
                    + "atlas.yml).")
        }
        return (lines, content.encoding)
    }

    /// Longest name in bytes. Every page repeats the names, and longer texts are not names.
    private static let longest = 1_000

    /// Why a text cannot be a name; nil if it can.
    static func problem(of label: String) -> String? {
        if label.utf8.count > longest {
            return "has \(label.utf8.count) bytes; at most \(longest) are allowed"
        }
        let isControl = label.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\t" }
        return isControl ? "has control characters" : nil
    }
}

// The classes' names: stated by the user, from configuration files, from a file beside the weights, or ImageNet's.

import Foundation

extension CheckpointLoader {
    /// The names of a head's classes; nil if nothing names them.
    ///
    /// - Throws: `ViTError` if there are names, but not one per class.
    mutating func labels(_ source: ModelSource, classCount: Int) throws -> [String]? {
        guard classCount > 0 else { return nil }
        let labels: [String]
        let origin: String
        if let path = overrides.labelsPath {
            (labels, origin) = (try readLabels(at: path), path)
        } else if let hint = hints.first(where: { $0.labels != nil }), let named = hint.labels {
            (labels, origin) = (named, hint.source)
            try check(labels) { "\(origin): class \($0)" }
        } else if let path = source.beside(source.labelsName) {
            (labels, origin) = (try readLabels(at: path), path)
        } else if classCount == imageNetLabels.count {
            (labels, origin) = (imageNetLabels, "convention: a head of 1,000 classes is ImageNet-1k's")
        } else {
            return nil
        }
        guard labels.count == classCount else {
            throw ViTError(
                "\(origin): names \(labels.count) classes, but the head of \(file.path) has \(classCount). Give a file "
                    + "with one class name per line (model: {labels: FILE} in atlas.yml).")
        }
        settings.assume("labels", "\(labels.count) names", origin)
        return labels
    }
}

/// Longest class name in bytes. Every page repeats the names, and longer texts are not names.
private let longestLabel = 1_000

/// Reads one name per line; empty lines at the end are ignored.
///
/// - Throws: `ViTError` for a file that cannot be read, and for lines that cannot be names.
private func readLabels(at path: String) throws -> [String] {
    let file = try MappedFile(path: path)
    let text = String(decoding: file.copy(0..<file.count), as: UTF8.self)
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    try check(lines) { "\(path):\($0 + 1)" }
    return lines
}

/// Refuses what cannot be the name of a class; `place` says where the name is.
///
/// - Throws: `ViTError` for a name that is too long or has control characters.
private func check(_ labels: [String], place: (Int) -> String) throws {
    for (index, label) in labels.enumerated() {
        guard label.utf8.count <= longestLabel else {
            throw ViTError(
                "\(place(index)): a class name has \(label.utf8.count) bytes; at most \(longestLabel) are allowed. "
                    + "Give a text file with one name per line (model: {labels: FILE} in atlas.yml).")
        }
        guard !label.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\t" }) else {
            throw ViTError(
                "\(place(index)): a class name has control characters. Give a text file with one name per line "
                    + "(model: {labels: FILE} in atlas.yml).")
        }
    }
}

// Writes the arrays of a layer: one .npz file, or a CSV file for each.

import Foundation
import Render
import Support

/// The format of an export's arrays.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// All arrays of a layer in one of NumPy's archives.
    case npz
    /// A CSV file for each array, with a header row.
    case csv
}

/// An array as the manifest describes it.
struct ArrayDescription: Encodable, Sendable {
    let name: String
    /// Relative to the manifest.
    let file: String
    /// The lengths of its axes.
    let shape: [Int]
    /// NumPy's name of its type.
    let type: String
    let unit: String
    let meaning: String
}

/// The arrays of one layer, written one after the other.
final class ArrayWriter {
    /// What an array is, apart from its values.
    struct Subject {
        let name: String
        let unit: String
        let meaning: String
    }

    private let folder: String
    private let files: ExportFiles
    private let archive: ZipWriter?
    /// The arrays so far.
    private(set) var arrays: [ArrayDescription] = []

    private static let archiveName = "arrays.npz"

    /// Has `body` write the arrays into `folder` of the export, and returns their descriptions.
    static func write(
        _ format: ExportFormat, to folder: String, of files: ExportFiles, _ body: (ArrayWriter) throws -> Void
    ) throws -> [ArrayDescription] {
        switch format {
        case .csv:
            let writer = ArrayWriter(folder, files, archive: nil)
            try body(writer)
            return writer.arrays
        case .npz:
            var arrays: [ArrayDescription] = []
            try files.write(to: "\(folder)/\(archiveName)") { path in
                let archive = try ZipWriter(path)
                let writer = ArrayWriter(folder, files, archive: archive)
                try body(writer)
                try archive.finish()
                arrays = writer.arrays
            }
            return arrays
        }
    }

    private init(_ folder: String, _ files: ExportFiles, archive: ZipWriter?) {
        self.folder = folder
        self.files = files
        self.archive = archive
    }

    /// Writes a list.
    func write<Element: NPYElement>(_ subject: Subject, values: [Element]) throws {
        try write(subject, shape: [values.count], of: Element.self) { try $0(values) }
    }

    /// Writes an array of one or two axes, whose values `body` passes on in pieces of whole rows.
    func write<Element: NPYElement>(
        _ subject: Subject, shape: [Int], of type: Element.Type,
        _ body: (_ write: ([Element]) throws -> Void) throws -> Void
    ) throws {
        let name = "\(subject.name).\(archive == nil ? "csv" : "npy")"
        if let archive {
            let header = NPYArray.header(of: type, shape: shape)
            try archive.begin(name, size: header.count + shape.reduce(Element.size, *))
            try archive.append(header)
            try body { try archive.append(Element.bytes(of: $0)) }
            try archive.end()
        } else {
            try files.write(to: "\(folder)/\(name)") { path in
                let file = try NewFile(path)
                let columns = shape.count == 1 ? 1 : shape[1]
                let header = shape.count == 1 ? [subject.name] : (0..<columns).map(String.init)
                try file.append(Self.line(header))
                try body { values in
                    for start in stride(from: 0, to: values.count, by: max(columns, 1)) {
                        try file.append(Self.line(values[start..<start + columns].map(\.description)))
                    }
                }
                try file.finish()
            }
        }
        arrays.append(
            ArrayDescription(
                name: subject.name, file: "\(folder)/\(archive == nil ? name : Self.archiveName)", shape: shape,
                type: Element.typeName, unit: subject.unit, meaning: subject.meaning))
    }

    private static func line(_ cells: [String]) -> [UInt8] {
        Array((cells.joined(separator: ",") + CSV.lineEnd).utf8)
    }
}

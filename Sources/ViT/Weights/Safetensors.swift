// The safetensors format (huggingface/safetensors): eight bytes of header length, a JSON header, the tensors' bytes.

import Foundation

/// A safetensors file. Accepts what the format's own library accepts: the tensors tile the data without a gap.
public struct Safetensors: WeightFile {
    /// The path that was opened.
    public var path: String { file.path }
    /// The format's name.
    public var format: String { "safetensors" }
    /// The file itself.
    public var files: [MappedFile] { [file] }
    /// The header's `__metadata__`.
    public let metadata: [String: String]
    /// All tensors by name.
    public let tensors: [String: StoredTensor]

    private let file: MappedFile

    /// Opens and checks the file at `path`.
    ///
    /// - Throws: `ViTError` for a file that cannot be read or breaks the format.
    public init(path: String) throws {
        try self.init(MappedFile(path: path))
    }

    /// Whether the bytes begin like a safetensors file: a header length, then a JSON object.
    static func matches(_ file: MappedFile) -> Bool {
        file.count > 8 && file[8] == UInt8(ascii: "{")
    }

    /// Checks the header of a mapped file.
    ///
    /// - Throws: `ViTError` for a file that breaks the format.
    init(_ file: MappedFile) throws {
        self.file = file
        guard let stated = file.integer(UInt64.self, at: 0) else {
            throw ViTError(
                "\(file.path): \(file.count) bytes are too few for a safetensors file, which begins with an 8-byte "
                    + "header length. Download or copy it again.")
        }
        guard stated <= UInt64(min(file.count - 8, maximumJSONLength)) else {
            throw ViTError(
                "\(file.path): the header length at byte 0 is \(stated) bytes; the file has \(file.count), and a "
                    + "header may have at most \(maximumJSONLength). The file is truncated or damaged; download "
                    + "it again.")
        }
        let headerEnd = 8 + Int(stated)
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: file.copy(8..<headerEnd))
        } catch {
            throw ViTError(
                "\(file.path): the JSON header in bytes 8..<\(headerEnd) cannot be read: \(jsonProblem(error)). "
                    + "The file is damaged; download it again.")
        }
        metadata = header.metadata

        var tensors: [String: StoredTensor] = [:]
        var end = 0
        for (name, entry) in header.entries.sorted(by: Header.Entry.precede) {
            func refuse(_ what: String) -> ViTError {
                ViTError("\(file.path): tensor '\(name)': \(what). The file is damaged; download it again.")
            }
            guard entry.data_offsets.count == 2 else { throw refuse("data_offsets must be two numbers") }
            let (from, to) = (entry.data_offsets[0], entry.data_offsets[1])
            guard from == end else {
                throw refuse(
                    "its data begins at byte \(from) of the data, but the tensor before it ends at \(end); they must "
                        + "neither overlap nor leave gaps")
            }
            guard to >= from, to <= file.count - headerEnd else {
                throw refuse("its data is bytes \(from)..<\(to); the file has \(file.count - headerEnd) bytes of data")
            }
            end = to
            guard let type = ElementType(rawValue: entry.dtype) else { throw refuse("unknown dtype '\(entry.dtype)'") }
            let tensor = try StoredTensor(
                name: name, shape: entry.shape, type: type, in: headerEnd + from..<headerEnd + to, of: file)
            guard tensor.byteCount == to - from else {
                throw refuse(
                    "\(type.rawValue) of shape \(shapeText(entry.shape)) takes \(tensor.byteCount) bytes, "
                        + "but \(to - from) are stored")
            }
            tensors[name] = tensor
        }
        guard end == file.count - headerEnd else {
            throw ViTError(
                "\(file.path): the tensors end at byte \(headerEnd + end), but the file at \(file.count). The file is "
                    + "damaged; download it again.")
        }
        self.tensors = tensors
    }

    /// The JSON header: `__metadata__` and one entry per tensor.
    private struct Header: Decodable {
        struct Entry: Decodable {
            let dtype: String
            let shape: [Int]
            let data_offsets: [Int]

            /// Order in the file; empty tensors come before the one that begins at the same byte.
            static func precede(_ a: (key: String, value: Entry), _ b: (key: String, value: Entry)) -> Bool {
                guard a.value.data_offsets == b.value.data_offsets else {
                    return a.value.data_offsets.lexicographicallyPrecedes(b.value.data_offsets)
                }
                return a.key < b.key
            }
        }

        var metadata: [String: String] = [:]
        var entries: [String: Entry] = [:]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: TextKey.self)
            for key in container.allKeys {
                if key.stringValue == "__metadata__" {
                    // The format's library reads null as no metadata.
                    metadata = try container.decode([String: String]?.self, forKey: key) ?? [:]
                } else {
                    entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
                }
            }
        }
    }
}

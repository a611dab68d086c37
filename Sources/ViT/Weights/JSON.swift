// Reads small JSON files and headers: bounds their length, and reports errors in one line.

import Foundation

/// Longest JSON that is read, in bytes. A header of a thousand blocks needs 2 MB; decoding takes about 25 times the
/// memory, so a damaged length must not raise it.
let maximumJSONLength = 4 << 20

/// Reads a small JSON file.
///
/// - Throws: `ViTError` if it cannot be read, is over 4 MB, or is not what is expected.
func readJSON<Value: Decodable>(_ type: Value.Type, at path: String) throws -> Value {
    let file = try MappedFile(path: path)
    guard file.count <= maximumJSONLength else {
        throw ViTError("\(path): has \(file.count) bytes, which is too long for a configuration file.")
    }
    do {
        return try JSONDecoder().decode(type, from: file.copy(0..<file.count))
    } catch {
        throw ViTError("\(path): cannot be read: \(jsonProblem(error)). Correct it, or download it again.")
    }
}

/// Any text as a JSON object's key.
struct TextKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}

/// What was wrong with JSON, in one line, with the keys that lead to the place.
func jsonProblem(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    let (what, context): (String, DecodingError.Context) =
        switch error {
        case .typeMismatch(let type, let context): ("expected a \(type)", context)
        case .valueNotFound(let type, let context): ("expected a \(type), found null", context)
        case .keyNotFound(let key, let context): ("'\(key.stringValue)' is missing", context)
        case .dataCorrupted(let context): (context.debugDescription.trimmingCharacters(in: ["."]), context)
        @unknown default: ("\(error)", .init(codingPath: [], debugDescription: ""))
        }
    let place = context.codingPath.map(\.stringValue).joined(separator: " → ")
    return place.isEmpty ? what : "at \(place.prefix(200)): \(what)"
}

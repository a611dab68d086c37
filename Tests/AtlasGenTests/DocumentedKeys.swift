// The keys of JSON that the program writes, and those that docs/data.md names.

import Foundation
import Testing

/// Both sides of the comparison of data and documents.
enum DocumentedKeys {
    /// The paths of all keys in a JSON value: `runs[].seed` for the key `seed` of each entry of `runs`.
    static func found(in value: Any, _ prefix: String = "") -> Set<String> {
        if let fields = value as? [String: Any] {
            return fields.reduce(into: []) { keys, field in
                let path = prefix.isEmpty ? field.key : "\(prefix).\(field.key)"
                keys.insert(path)
                // A method's parameters are its own.
                if field.key != "parameters" { keys.formUnion(found(in: field.value, path)) }
            }
        }
        return (value as? [Any])?.reduce(into: []) { $0.formUnion(found(in: $1, prefix + "[]")) } ?? []
    }

    /// The names in the first column of the tables of a section of docs/data.md, those of sections that its rows
    /// refer to put in their place.
    static func documented(_ file: String) throws -> [String] {
        let path = URL(filePath: #filePath).appending(path: "../../../docs/data.md").standardizedFileURL
        let sections = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n## ")
        func names(_ section: String) throws -> [String] {
            let text = try #require(sections.first { $0.hasPrefix("\(section)\n") }, "no section \(section)")
            return try text.split(separator: "\n").flatMap { line -> [String] in
                guard let match = line.firstMatch(of: /^\| `([^`]+)` \|.*?(?:\(#([a-z-]+)\) *\|)?$/) else { return [] }
                let name = String(match.1)
                guard let reference = match.2 else { return [name] }
                let heading = reference.replacing("-", with: " ")
                // Of a list, each entry holds the section's keys.
                let own = name.hasSuffix("[]") ? String(name.dropLast(2)) : name
                return try [own] + names(heading.prefix(1).uppercased() + heading.dropFirst()).map { "\(name).\($0)" }
            }
        }
        return try names(file)
    }
}

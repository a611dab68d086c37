// The table of modules in CONTRIBUTING.md against the package's manifest.

import Foundation
import Testing

@Suite struct ModulesTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    /// What `swift package dump-package` prints of a target, as far as it is read here.
    private struct Manifest: Decodable {
        struct Target: Decodable {
            let name: String
            let type: String
            let dependencies: [[String: [Part?]]]
        }

        /// A part of a dependency: its name, or the conditions under which it counts.
        enum Part: Decodable {
            case name(String)
            case other

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                // Conditions are objects; only names matter here.
                self = (try? container.decode(String.self)).map(Part.name) ?? .other
            }
        }

        let targets: [Target]
    }

    private static func manifest() throws -> Manifest {
        let folder = FileManager.default.temporaryDirectory.appending(path: "atlasgen-modules-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "manifest.json")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // A build folder of its own: the tests' one may be locked.
        process.arguments = [
            "swift", "package", "dump-package", "--package-path", root.path, "--scratch-path", folder.path,
        ]
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return try JSONDecoder().decode(Manifest.self, from: Data(contentsOf: output))
    }

    @Test func theTableOfModulesIsTheManifests() throws {
        var expected: [String: Set<String>] = [:]
        for target in try Self.manifest().targets where target.type == "regular" || target.type == "executable" {
            let names = target.dependencies.compactMap { dependency -> String? in
                if case .name(let name) = dependency.values.first?.first { name } else { nil }
            }
            expected[target.name] = Set(names)
        }
        // C targets import nothing, and the tests' own targets are not in the table.
        for (name, imports) in expected where imports.isEmpty { expected[name] = nil }
        for name in ["TestSupport", "Reference", "CFaultyPlugin"] { expected[name] = nil }

        let text = try String(contentsOf: Self.root.appending(path: "CONTRIBUTING.md"), encoding: .utf8)
        var found: [String: Set<String>] = [:]
        for row in text.matches(of: /\| `(\w+)` \| ([\w, ]+) \|/) {
            found[String(row.1)] = Set(row.2.split(separator: ", ").map(String.init))
        }
        #expect(found == expected)
    }
}

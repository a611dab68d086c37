// The documents and workflows of the repository: what they link to and what they run exists.

import Foundation
import Testing

@testable import AtlasGen

@Suite struct DocumentsTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    /// The documents that people read on the repository's pages, relative to its root.
    private static func documents() throws -> [String] {
        let files = FileManager.default
        let manual = try files.contentsOfDirectory(atPath: root.appending(path: "docs").path).map { "docs/\($0)" }
        let examples = try files.subpathsOfDirectory(atPath: root.appending(path: "examples").path)
            .filter { $0.hasSuffix("README.md") }.map { "examples/\($0)" }
        let top = try files.contentsOfDirectory(atPath: root.path)
        return (top + manual + examples).filter { $0.hasSuffix(".md") }.sorted()
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The lines of a document outside blocks of code, without what is code in them.
    private static func prose(_ text: String) -> [String] {
        var isCode = false
        return text.components(separatedBy: "\n").compactMap { line in
            if line.drop(while: { $0 == " " }).hasPrefix("```") {
                isCode.toggle()
                return nil
            }
            return isCode ? nil : line.replacing(/`[^`]*`/, with: "")
        }
    }

    /// The ids that GitHub gives the headings of a document; of equal ones, the first.
    private static func anchors(_ text: String) -> Set<String> {
        var isCode = false
        var anchors: Set<String> = []
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode, let heading = line.firstMatch(of: /^#+ (.+)$/)?.1 else { continue }
            anchors.insert(
                String(
                    heading.lowercased().replacing(" ", with: "-").filter { character in
                        character.isLetter || character.isNumber || character == "-" || character == "_"
                    }))
        }
        return anchors
    }

    @Test func everyRelativeLinkLeadsSomewhere() throws {
        let documents = try Self.documents()
        #expect(documents.contains("README.md") && documents.contains("docs/README.md"))
        for document in documents {
            let lines = Self.prose(try Self.text(document))
            let links = lines.flatMap { line in
                line.matches(of: /\]\(([^()\s]+)\)/).map(\.1) + line.matches(of: /(?:src|href)="([^"]+)"/).map(\.1)
            }
            for link in links where !link.contains(":") {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let folder = Self.root.appending(path: document).deletingLastPathComponent()
                let target =
                    parts[0].isEmpty
                    ? Self.root.appending(path: document) : folder.appending(path: parts[0]).standardizedFileURL
                #expect(FileManager.default.fileExists(atPath: target.path), "\(document) links to \(link)")
                guard parts.count == 2, target.pathExtension == "md" else { continue }
                let anchors = Self.anchors((try? String(contentsOf: target, encoding: .utf8)) ?? "")
                #expect(anchors.contains(parts[1]), "\(document) links to \(link), a heading that is not there")
            }
        }
    }

    @Test(arguments: ["README.md", ".github/workflows/ci.yml", "examples/github-pages/publish.yml"])
    func everyCommandExists(document: String) throws {
        let text = try Self.text(document)
        let scripts = text.matches(of: /(?:\.ci|scripts)\/[\w.-]+/).map { String($0.output) }
        #expect(!scripts.isEmpty)
        for script in scripts {
            let path = Self.root.appending(path: script).path
            #expect(FileManager.default.fileExists(atPath: path), "\(document) runs \(script)")
        }
        // In YAML and in code, what stands behind the program's name is a command of it.
        let commands = AtlasGenCommand.configuration.subcommands.flatMap {
            [$0._commandName] + $0.configuration.aliases
        }
        for command in text.matches(of: /(?:`|release\/)atlasgen ([a-z]+)/).map({ String($0.1) }) {
            #expect(commands.contains(command), "\(document) runs atlasgen \(command)")
        }
    }
}

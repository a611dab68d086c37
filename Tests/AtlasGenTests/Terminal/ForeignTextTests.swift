// Names from weights, labels, YAML and templates on a terminal: no control characters, and no floods.

import Foundation
import Testing

@testable import AtlasGen
@testable import Support
@testable import TestSupport

@Suite struct ForeignTextTests {
    static let names = [
        "\u{1B}]0;owned\u{7}\u{1B}[31m", "a\rb\u{8}\u{8}c", "\u{202E}gnp.exe\u{202C}", "\u{9B}31mred\u{85}x",
        String(repeating: "x", count: 1_000_000), String(repeating: "word ", count: 200_000),
        String(repeating: "\u{1B}[1m", count: 100_000),
    ]

    /// What may reach a terminal.
    private func isCalm(_ text: String) -> Bool {
        text.utf8.count < 20_000 && text.unicodeScalars.allSatisfy { $0 == "\n" || $0.isHarmless }
    }

    private func quoted(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    /// A safetensors file with one tensor of this name.
    private func checkpoint(_ name: String, type: String) throws -> [UInt8] {
        let entry: [String: Any] = ["dtype": type, "shape": [1], "data_offsets": [0, 4]]
        let header = try JSONSerialization.data(withJSONObject: [name: entry])
        return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + [0, 0, 0, 0]
    }

    @Test(arguments: names.indices) func inErrors(_ index: Int) throws {
        let name = Self.names[index]
        let folder = try TemporaryFolder()
        _ = try folder.write(try checkpoint(name, type: "F99"), to: "tensor.safetensors")
        _ = try folder.write("\(try quoted(name)): 1\n".utf8, to: "key.yml")
        _ = try folder.write("title: T\nlayers: [\(try quoted(name))]\n".utf8, to: "layer.yml")
        _ = try folder.write("title: T\nmethod: {name: \(try quoted(name))}\n".utf8, to: "method.yml")
        let short = String(name.prefix(100))
        for arguments in [
            ["inspect", "tensor.safetensors"], ["build", "--file", "key.yml"], ["build", "--file", "layer.yml"],
            ["build", "--file", "method.yml"], ["build", "--file", short], ["build", "--\(short)"],
            ["inspect", "--layer", short], ["visualise", short], ["probe", short, "--layer", "heads.head"],
        ] {
            let run = try CommandRun(arguments, in: folder)
            #expect([64, 65].contains(run.code) && run.output.isEmpty, "\(arguments[0])")
            #expect(isCalm(run.errors) && !run.errors.isEmpty, "\(arguments[0]) \(run.errors.prefix(1000))")
        }
    }

    @Test(arguments: names.indices) func inTemplates(_ index: Int) throws {
        let project = try TemporaryFolder.project()
        try FileSystem.createFolder("\(project.path)/templates")
        _ = try project.write("{{\(Self.names[index])}}".utf8, to: "templates/404.mustache")
        let run = try CommandRun("build", in: project)
        #expect(
            run.code == 65 && isCalm(run.errors) && run.errors.contains("404.mustache:1"), "\(run.errors.prefix(999))")
    }

    @Test(arguments: names.indices) func inTables(_ index: Int) throws {
        let name = Self.names[index]
        // A label is a line, and line breaks end it.
        let labels = Array(repeating: String(name.filter { !$0.isNewline }), count: 12)
        let project = try TinyProject(labels: labels)
        let picture = CommandRun.fixture("pictures/disc.png")
        for arguments in [
            ["probe", picture, "--layer", "heads.head", "--top", "1"], ["visualise", "heads.head/3"],
            ["inspect", "tiny.safetensors"],
        ] {
            let run = try CommandRun(arguments, in: project.folder)
            // Labels that are too long, or have control characters, are refused.
            #expect(run.code == (index == 2 ? 0 : 65), "\(arguments) \(run.errors.prefix(1000))")
            #expect(isCalm(run.output) && isCalm(run.errors), "\(arguments)")
        }
    }

    @Test func inJSONTheyAreEscapes() throws {
        let text = "\u{1B}\u{7F}\u{9B}\u{202E}\u{2028} é 👍\n"
        let json = try JSONEncoder.commands.text(of: [text])
        #expect(json.unicodeScalars.allSatisfy { $0 == "\n" || $0.isHarmless })
        #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == [text])
    }

    @Test func aBuildsErrorInThePreview() {
        let state = PreviewState()
        state.fail("a\u{1B}b" + String(repeating: "x", count: 1_000_000))
        let message = state.snapshot.message ?? ""
        #expect(isCalm(message) && message.hasPrefix("a\\u{1B}b"))
    }
}

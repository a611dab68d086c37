// Runs the built program, as a user does.

import Foundation

@testable import ViT

/// What a run of `atlasgen` printed, and how it ended.
struct CommandRun {
    /// The standard output.
    let output: String
    /// The standard error stream.
    let errors: String
    /// The exit code.
    let code: Int32

    /// Runs the program with `arguments` in `folder` and waits for its end.
    init(_ arguments: String..., in folder: TemporaryFolder) throws {
        try self.init(arguments, in: folder)
    }

    /// The same, with the arguments as a list.
    ///
    /// - Parameter shell: what bash does with the program and the arguments, `"$0" "$@"`; nil to run it directly.
    init(_ arguments: [String], in folder: TemporaryFolder, shell: String? = nil) throws {
        // Files, for a pipe that nobody empties stops who writes to it.
        let name = UUID().uuidString
        let paths = ["out", "err"].map { "\(folder.path)/../\(name).\($0)" }
        defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
        let handles = try paths.map { path in
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        }
        let process = Process()
        process.executableURL = shell == nil ? Self.program : URL(fileURLWithPath: "/bin/bash")
        process.arguments = (shell.map { ["-c", $0, Self.program.path] } ?? []) + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
        process.waitUntilExit()
        output = String(decoding: try Data(contentsOf: URL(fileURLWithPath: paths[0])), as: UTF8.self)
        errors = String(decoding: try Data(contentsOf: URL(fileURLWithPath: paths[1])), as: UTF8.self)
        code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// The program, which is built beside the tests.
    static let program: URL = {
        let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        let folder = tests?.deletingLastPathComponent() ?? Bundle.main.bundleURL
        return folder.appending(path: "atlasgen")
    }()

    /// The output as JSON.
    func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(output.utf8))
    }
}

extension CommandRun {
    /// A file of another target's fixtures, which are outside this one's bundle.
    static func fixture(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../ViTTests/Fixtures/\(name)")
            .standardizedFileURL.path
    }
}

extension TemporaryFolder {
    /// A project whose atlas is made in a moment: 2 neurons, 2 seeds, 2 steps, no controls.
    static func project(_ more: String = "") throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        _ = try folder.write(
            """
            layers: [encoder_layer_0.mlp.3]
            neurons: [3, 5]
            seeds: 2
            method: {name: atlas, rate: 0.05}
            steps: 2
            control: false
            \(more)
            """.utf8, to: "atlas.yml")
        return folder
    }
}

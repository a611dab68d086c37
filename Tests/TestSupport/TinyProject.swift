// A project so small that the built program makes all of it in a moment, and the program run as users run it.

import Foundation

@testable import Support
@testable import ViT

/// A folder with a random checkpoint, labels and atlas.yml, removed with its owner.
final class TinyProject: Sendable {
    /// What the program did.
    struct Outcome: Sendable {
        /// The exit code; of a program that a signal ended, the signal's number.
        let code: Int32
        /// The standard output.
        let output: String
        /// The standard error stream.
        let messages: String
    }

    /// The lines of atlas.yml below the title, when nothing else is asked for: two layers, three neurons, two seeds, no
    /// controls.
    static let settings = """
        model: {weights: tiny.safetensors}
        layers: [encoder_layer_1.mlp.3, heads.head]
        neurons: [0-2]
        seeds: 2
        steps: 3
        control: false
        """

    /// The model's blocks, channels, hidden channels, patch side and classes.
    private static let (blocks, width, hidden, classes) = (2, 8, 12, 12)

    /// The folder.
    let folder: TemporaryFolder

    /// - Parameters:
    ///   - side: the pictures' side in pixels, a multiple of 2; a patch is half of it.
    ///   - labels: the classes' names, 12 of them; nil for none.
    ///   - weights: the values of a tensor by its name and shape; nil for random ones.
    init(
        title: String = "A tiny atlas", settings: String = settings, side: Int = 16, labels: [String]? = nil,
        weights: (_ name: String, _ shape: [Int]) -> [Float]? = { _, _ in nil }
    ) throws {
        folder = try TemporaryFolder()
        _ = try folder.write(try Self.checkpoint(side: side, weights), to: "tiny.safetensors")
        if let labels { try write(labels.joined(separator: "\n") + "\n", to: "tiny.labels.txt") }
        try configure("title: \(title)\n\(settings)\n")
    }

    /// The path of something in the folder.
    func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    /// Writes a text into the folder, with the folders above it.
    func write(_ text: String, to name: String) throws {
        try FileSystem.createFolder((path(name) as NSString).deletingLastPathComponent)
        _ = try folder.write(Array(text.utf8), to: name)
    }

    /// Replaces atlas.yml.
    func configure(_ text: String) throws { try write(text, to: "atlas.yml") }

    /// Every file below a folder of the project by its path from there, with its bytes.
    func files(in name: String = "site") throws -> [String: Data] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path(name))
        var files: [String: Data] = [:]
        for file in names where !FileSystem.isFolder("\(path(name))/\(file)") {
            files[file] = try Data(contentsOf: URL(fileURLWithPath: "\(path(name))/\(file)"))
        }
        return files
    }

    /// The text of a file of the project.
    func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    /// The runs in the project's store.
    func runCount() throws -> Int {
        guard FileSystem.exists(path(".atlas/runs")) else { return 0 }
        return try FileManager.default.subpathsOfDirectory(atPath: path(".atlas/runs")).count { $0.hasSuffix(".run") }
    }

    // MARK: - The program

    /// Runs `atlasgen build` on the project.
    func build(_ arguments: String...) async throws -> Outcome {
        try await run(["build", "--file", path("atlas.yml")] + arguments)
    }

    /// Runs `atlasgen` in the project's folder.
    ///
    /// - Parameter interruptWhen: asked again and again while it runs; once true, the program gets one Ctrl-C.
    func run(_ arguments: [String], interruptWhen: (@Sendable () throws -> Bool)? = nil) async throws -> Outcome {
        try await onThread { try self.runHere(arguments, interruptWhen) }
    }

    private func runHere(_ arguments: [String], _ interruptWhen: (() throws -> Bool)?) throws -> Outcome {
        // Files and not pipes: a pipe's end could be inherited by a program that another test starts meanwhile.
        let name = UUID().uuidString
        let logs = try TemporaryFolder()
        defer { withExtendedLifetime(logs) {} }
        let (output, messages) = try (logs.write([], to: "\(name).out"), logs.write([], to: "\(name).err"))
        let process = Process()
        process.executableURL = CommandRun.program
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: messages))
        try process.run()
        if let interruptWhen {
            while process.isRunning, try !interruptWhen() { usleep(5000) }
            process.interrupt()
        }
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus, output: try String(contentsOfFile: output, encoding: .utf8),
            messages: try String(contentsOfFile: messages, encoding: .utf8))
    }

    // MARK: - The checkpoint

    /// A safetensors file with torchvision's names; what has no weights gets seeded random ones.
    private static func checkpoint(
        side: Int, _ weights: (_ name: String, _ shape: [Int]) -> [Float]?
    ) throws -> [UInt8] {
        let patch = side / 2
        var shapes: [(name: String, shape: [Int])] = [
            ("class_token", [1, 1, width]), ("conv_proj.weight", [width, 3, patch, patch]),
            ("conv_proj.bias", [width]), ("encoder.pos_embedding", [1, 5, width]),
            ("encoder.ln.weight", [width]), ("encoder.ln.bias", [width]),
            ("heads.head.weight", [classes, width]), ("heads.head.bias", [classes]),
        ]
        for block in 0..<blocks {
            let parts: [(String, [Int])] = [
                ("ln_1.weight", [width]), ("ln_1.bias", [width]), ("ln_2.weight", [width]), ("ln_2.bias", [width]),
                ("self_attention.in_proj_weight", [3 * width, width]), ("self_attention.in_proj_bias", [3 * width]),
                ("self_attention.out_proj.weight", [width, width]), ("self_attention.out_proj.bias", [width]),
                ("mlp.0.weight", [hidden, width]), ("mlp.0.bias", [hidden]),
                ("mlp.3.weight", [width, hidden]), ("mlp.3.bias", [width]),
            ]
            shapes += parts.map { ("encoder.layers.encoder_layer_\(block).\($0.0)", $0.1) }
        }
        var generator = SplitMix64(state: 7)
        var header: [String: Any] = ["__metadata__": ["num_heads": "2", "image_size": "\(side)"]]
        var data: [UInt8] = []
        for (name, shape) in shapes {
            let start = data.count
            let inputs = shape.dropFirst().reduce(1, *)
            let scale = 2 / Float(max(inputs, width)).squareRoot()
            let random = (0..<shape.reduce(1, *)).map { _ in
                scale * (Float(generator.next() >> 40) / Float(1 << 23) - 1)
            }
            for value in weights(name, shape) ?? random {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { data += $0 }
            }
            header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [start, data.count]]
        }
        let text = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
    }
}

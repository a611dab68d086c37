// The same step in PyTorch, in a separate process that is asked for one measurement at a time.

import Foundation
import ViT

/// `pytorch.py`, which answers each line that it receives with one line.
final class PyTorch {
    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()

    /// Starts the script with `python`, which must have torch and torchvision.
    init(python: String, root: URL) throws {
        process.executableURL = URL(filePath: python)
        process.arguments = [root.appending(path: "Benchmarks/pytorch.py").path]
        process.standardInput = questions
        process.standardOutput = answers
        try process.run()
    }

    deinit {
        // Ends the script; if the pipe is closed already, it has ended.
        try? questions.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Chooses what is measured next.
    func prepare(model: String, address: Address, batch: Int) throws {
        _ = try ask("prepare \(model) \(address) \(batch)")
    }

    /// Images per second: of processor time with one thread, of wall time with several.
    func imagesPerSecond(threads: Int) throws -> Double {
        let answer = try ask("measure \(threads)")
        guard let value = Double(answer) else {
            throw BenchmarkError("pytorch.py answered “\(answer)”; expected a number.")
        }
        return value
    }

    private func ask(_ question: String) throws -> String {
        try questions.fileHandleForWriting.write(contentsOf: Data((question + "\n").utf8))
        var line: [UInt8] = []
        while let byte = try answers.fileHandleForReading.read(upToCount: 1)?.first {
            if byte == 10 { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        throw BenchmarkError("pytorch.py ended before it answered “\(question)”.")
    }
}

/// An error message for the terminal.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

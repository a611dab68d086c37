// The exit codes of the program, as its help lists them.

import ArgumentParser
import Support

/// The codes that a script can rely on.
enum ExitCodes {
    /// Every code, from the least, with what it means.
    static let all: [(code: Int32, meaning: String)] =
        [(0, "success"), (ExitCode.failure.rawValue, "an error of another kind; the message says which")]
        + AtlasError.Code.allCases.map { ($0.rawValue, meaning($0)) }
        + [(InterruptMonitor.exitCode, "stopped with Ctrl-C; finished runs are stored")]

    /// The codes and meanings, a line each.
    static var table: String {
        all.map { code, meaning in
            let number = "\(code)"
            return String(repeating: " ", count: max(0, 3 - number.count)) + "\(number)  \(meaning)"
        }.joined(separator: "\n")
    }

    private static func meaning(_ code: AtlasError.Code) -> String {
        switch code {
        case .usage: "the command line is wrong"
        case .data: "a file that you gave is wrong or missing, or runs are missing"
        case .cannotCreate: "an output cannot be created, or another build is running"
        case .io: "reading or writing failed: the disk, the network, a port"
        }
    }
}

// Runs that another version of the program made.

import Foundation

@testable import Runs
@testable import Support

extension Store {
    /// Makes a run one of a method that this program does not know; its file stays whole.
    func makeUnreadable(_ key: RecipeKey) throws {
        let file = URL(fileURLWithPath: path(of: key))
        var bytes = Array(try Data(contentsOf: file))
        let end = try RunFile.preambleLength(from: bytes) - Digest.byteCount
        let header = String(decoding: bytes[RunFile.prefixLength..<end], as: UTF8.self)
        bytes.replaceSubrange(RunFile.prefixLength..<end, with: header.replacing("\"atlas\"", with: "\"novas\"").utf8)
        bytes.replaceSubrange(end..<(end + Digest.byteCount), with: Digest.sha256(bytes[..<end]))
        try Data(bytes).write(to: file)
    }
}

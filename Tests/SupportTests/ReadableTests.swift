// Texts of others in messages: what a terminal would obey is visible, and what is too long is cut.

import Foundation
import Testing

@testable import Support

@Suite struct ReadableTests {
    @Test(arguments: [
        ("plain text, naïve 日本語 👩‍👩‍👧 \"quoted\"\nand a second line", nil),
        ("\u{1B}[2J\u{1B}]0;title\u{7}", "\\u{1B}[2J\\u{1B}]0;title\\u{07}"),
        ("a\rb\r\nc\u{8}\td\u{0}", "a\\rb\\r\nc\\u{08}\\td\\0"),
        ("\u{9B}31m\u{7F}\u{85}", "\\u{009B}31m\\u{7F}\\u{0085}"),
        ("\u{202E}gnp.exe\u{202C}\u{2066}\u{200F}\u{61C}", "\\u{202E}gnp.exe\\u{202C}\\u{2066}\\u{200F}\\u{061C}"),
        ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"), ("", nil),
    ]) func controlCharactersAreVisible(text: String, shown: String?) {
        #expect(text.readable == shown ?? text)
        #expect(text.readableLine == (shown ?? text).replacing("\n", with: "\\n"))
    }

    @Test func aLongWordKeepsItsEnds() {
        let path = "/" + String(repeating: "folder/", count: 50) + "file.md"
        #expect("\(path): not found".readable == "\(path): not found")
        let name = "begin" + String(repeating: "x", count: 1_000_000) + "end"
        let shown = "tensor \(name) of f.pth: wrong".readable
        #expect(shown.count < 400 && shown.hasPrefix("tensor beginxxx") && shown.hasSuffix("xend of f.pth: wrong"))
        #expect(shown.contains("x…x"))
    }

    @Test func aLongMessageKeepsItsEnds() {
        let words = "start " + String(repeating: "word ", count: 100_000) + "end"
        #expect(words.readable.utf8.count < 8200)
        #expect(words.readable.hasPrefix("start word") && words.readable.hasSuffix("word end"))
        let left = try? /… \((\d+) characters left out\) …/.firstMatch(in: words.readable).flatMap { Int($0.1) }
        // What is there, without the note, and what is not are the whole.
        let note = "… (\(left ?? 0) characters left out) …"
        #expect(words.readable.count - note.count + (left ?? 0) == words.count)
        let lines = (1...1000).map { "line \($0)" }.joined(separator: "\n")
        #expect(lines.readable.split(separator: "\n").count <= 101 && lines.readable.hasSuffix("\nline 1000"))
        let some = (1...100).map { "line \($0)" }.joined(separator: "\n")
        #expect(some.readable == some)
    }

    /// Sixteen times the text takes about sixteen times as long; in quadratic time it would take 256 times.
    @Test(arguments: ["a", " ", "\n", "a ", "é", "\u{301}", "\u{1B}", "\u{202E} ", "\u{3000}", "a\u{9B}\r\n"])
    func theTimeIsLinear(part: String) {
        func seconds(_ bytes: Int) -> Double {
            let text = String(repeating: part, count: bytes / part.utf8.count)
            // Other work on the machine can only slow down.
            return (0..<3).map { _ in Self.processorSeconds { #expect(text.readable.utf8.count < 20_000) } }.min() ?? 0
        }
        let (short, long) = (seconds(100_000), seconds(1_600_000))
        #expect(long < 64 * short, "\(short) s, \(long) s")
    }

    /// The time that this thread computes, without the time that it waits for its turn.
    private static func processorSeconds(_ body: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
        }
        let start = now()
        body()
        return now() - start
    }
}

// Paths inside the site, from names that a writer chose, never outside the output folder.

import Foundation

/// Paths relative to the site's root, with `/` between their names.
package enum OutputPath {
    /// The longest name that file systems and archives accept, in bytes.
    static let longestName = 255

    /// The path without `.`, `..` and empty names; empty for the root. Nil if the path leaves the root or a name is not
    /// valid.
    package static func normalised(_ path: String) -> String? {
        var names: [Substring] = []
        for name in path.split(separator: "/", omittingEmptySubsequences: true) {
            switch name {
            case ".": continue
            case "..":
                guard !names.isEmpty else { return nil }
                names.removeLast()
            default:
                guard isName(name) else { return nil }
                names.append(name)
            }
        }
        return names.joined(separator: "/")
    }

    /// Whether a text can be a file's name: not empty, `.` or `..`, without slashes, backslashes and control
    /// characters, and not too long.
    static func isName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= longestName
            && !name.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.properties.generalCategory == .control }
    }

    /// The folder of a path; empty at the root.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    /// `path` inside `folder`, not yet normalised.
    package static func joined(_ folder: String, _ path: String) -> String {
        folder.isEmpty ? path : "\(folder)/\(path)"
    }

    /// The path for a link: percent-encoded, except the slashes.
    package static func encoded(_ path: String) -> String {
        var text = ""
        for byte in path.utf8 {
            if isPlain(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }

    /// The unreserved characters of RFC 3986 and others that it allows in paths, without `'` and `&`, which attributes
    /// would have to escape, and `:`, which would end a scheme.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~/!$()*+,;=@".utf8.contains(byte)
        }
    }

    /// A page's address: a folder's page has the folder's, with a slash at its end.
    static func address(_ path: String) -> String {
        path == SitePaths.index || path.hasSuffix("/\(SitePaths.index)")
            ? String(path.dropLast(SitePaths.index.count)) : path
    }

    /// The link from one page of the site to another.
    static func link(from page: String, to target: String) -> String {
        SitePaths.root(from: page) + encoded(target)
    }
}

// Which commit the program was made from, as far as the files around it say. Neither a build nor git is needed.

import Foundation
import Support

/// The commit that the program was made from.
package enum SourceCommit: Equatable, CustomStringConvertible {
    /// A package's commit, from its file `commit`. It ends in `-dirty` if files had been changed.
    case packaged(String)
    /// The commit that the checkout around the program is at now; the program may be older, or of changed files.
    case checkout(String)
    /// Nothing says.
    case unknown

    /// The commit, in words.
    package var description: String {
        switch self {
        case .packaged(let commit): "commit \(commit)"
        case .checkout(let commit): "commit \(commit), at which the checkout around the program is now"
        case .unknown: "commit unknown"
        }
    }

    /// The commit of this program.
    package static var current: SourceCommit {
        // A program whose folder is missing still has a version.
        guard let root = try? Installation.root() else { return .unknown }
        return of(root)
    }

    /// The commit of the program whose models and templates are in `root`.
    static func of(_ root: String) -> SourceCommit {
        if let commit = line("\(root)/commit"), isCommit(commit) { return .packaged(commit) }
        if let commit = head(of: root), isCommit(commit) { return .checkout(commit) }
        return .unknown
    }

    /// What `HEAD` is at. It names a commit or a branch, and the branch's commit is in a file of its own or in a line of
    /// `packed-refs`. The `.git` of a worktree is a file that names its folder, which names the one with the branches.
    private static func head(of root: String) -> String? {
        var folder = "\(root)/.git"
        if let link = line(folder), link.hasPrefix("gitdir: ") {
            folder = path(String(link.dropFirst("gitdir: ".count)), in: root)
        }
        guard let head = line("\(folder)/HEAD") else { return nil }
        guard head.hasPrefix("ref: ") else { return head }
        let branch = head.dropFirst("ref: ".count)
        let branches = line("\(folder)/commondir").map { path($0, in: folder) } ?? folder
        if let commit = line("\(branches)/\(branch)") { return commit }
        return lines("\(branches)/packed-refs").first { $0.hasSuffix(" \(branch)") }?.split(separator: " ").first
            .map(String.init)
    }

    /// Whether text is a SHA-1 or SHA-256 in hexadecimal digits, with `-dirty` or without.
    private static func isCommit(_ text: String) -> Bool {
        let digits = text.hasSuffix("-dirty") ? text.dropLast("-dirty".count) : text[...]
        return [40, 64].contains(digits.utf8.count) && digits.allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    private static func path(_ path: String, in folder: String) -> String {
        path.hasPrefix("/") ? path : "\(folder)/\(path)"
    }

    /// A file's first line; nil if it is empty or cannot be read.
    private static func line(_ path: String) -> String? { lines(path).first }

    /// A file's lines; none if it cannot be read, because the commit is then unknown.
    private static func lines(_ path: String) -> [String] {
        guard let bytes = try? FileSystem.read(path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
}

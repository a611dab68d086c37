// Follows a path link by link.

import Foundation

extension FileSystem {
    /// More links than this on the way to a file lead in a circle; Linux gives up at this number too.
    private static let linkLimit = 40

    /// Whether a path lies in a folder: what it names, or a link on the way there.
    ///
    /// If the folder disappears, so does everything that lies in it in this sense. The path's parts need not exist.
    package static func lies(_ path: String, in folder: String) -> Bool {
        guard let folder = identity(of: folder) else { return false }
        let start = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
        // What is still to be followed, the next name last, and the folders that led here, from the root.
        var names = parts(of: start)
        var trail = [(path: "", isFolder: identity(of: "/") == folder)]
        var links = 0
        while let name = names.popLast() {
            if name == ".." {
                if trail.count > 1 { trail.removeLast() }
                continue
            }
            let here = "\(trail[trail.count - 1].path)/\(name)"
            if let target = target(ofLink: here), links < linkLimit {
                if trail.contains(where: \.isFolder) { return true }
                links += 1
                if target.hasPrefix("/") { trail.removeSubrange(1...) }
                names += parts(of: target)
            } else {
                trail.append((here, identity(of: here) == folder))
            }
        }
        return trail.contains(where: \.isFolder)
    }

    /// A path's names, the last first, without empty ones and `.`.
    private static func parts(of path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." }.reversed()
    }

    /// Where a symbolic link leads, as it is written; nil if the path is no link.
    package static func target(ofLink path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }

    /// The links among a folder's files and subfolders, and among those that such links lead to.
    package static func links(below folder: String) -> [String] {
        var seen: Set<Identity> = []
        func visit(_ folder: String) -> [String] {
            // A folder that cannot be listed has nothing that can be read.
            guard let identity = identity(of: folder), seen.insert(identity).inserted,
                let names = try? names(in: folder)
            else { return [] }
            return names.flatMap { name -> [String] in
                let path = "\(folder)/\(name)"
                return (isLink(path) ? [path] : []) + (isFolder(path) ? visit(path) : [])
            }
        }
        return visit(folder)
    }
}

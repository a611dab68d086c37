// Owners of the site's paths, so that no file overwrites another.

/// The paths of the site, its owner's files, posts and the files beside texts.
struct PathTable: Sendable {
    /// Why a path cannot be taken; completes a sentence that names the path.
    struct Conflict: Error {
        let description: String
    }

    /// Owners of files, by path.
    private var files: [String: String] = [:]
    /// Owners of something in a folder, by the folder's path.
    private var folders: [String: String] = [:]

    /// The site as an owner in messages.
    private static let site = "the site itself"

    /// - Parameter lists: paths of the lists of posts.
    init(lists: [String]) {
        for path in SitePaths.reserved + lists { give(path, to: Self.site) }
    }

    /// Gives a path to an owner.
    ///
    /// - Parameter page: path of the page that the file is for; files beside commentary are in the page's folder.
    /// - Parameter isStatic: whether the owner put the file into the site himself; it may then be hidden, or `CNAME`.
    mutating func take(
        _ path: String, for owner: String, beside page: String? = nil, isStatic: Bool = false
    ) throws(Conflict) {
        if let reserved = isStatic ? Self.reservedStatic(path) : Self.reserved(path, beside: page) { throw reserved }
        if let other = files[path] { throw Conflict(description: "\(path) belongs to \(other)") }
        if let other = folders[path] { throw Conflict(description: "\(path) is a folder that \(other) needs") }
        var folder = OutputPath.folder(of: path)
        while !folder.isEmpty {
            if let other = files[folder] { throw Conflict(description: "\(folder) belongs to \(other)") }
            folder = OutputPath.folder(of: folder)
        }
        give(path, to: owner)
    }

    private mutating func give(_ path: String, to owner: String) {
        files[path] = owner
        var folder = OutputPath.folder(of: path)
        while !folder.isEmpty, folders[folder] == nil {
            folders[folder] = owner
            folder = OutputPath.folder(of: folder)
        }
    }

    /// The conflict of a path that no static file can have.
    private static func reservedStatic(_ path: String) -> Conflict? {
        let first = path.split(separator: "/").first.map(String.init) ?? ""
        if first == ".atlasgen" || first.hasPrefix(".git") {
            return Conflict(description: "\(first) belongs to the folder's owner")
        }
        return SitePaths.ownFolders.contains(first.lowercased())
            ? Conflict(description: "the folder \(first) belongs to \(site)") : nil
    }

    /// The conflict of a path that no text can ever have. Cases are ignored, as some file systems do.
    private static func reserved(_ path: String, beside page: String?) -> Conflict? {
        let names = path.split(separator: "/")
        guard let first = names.first else { return nil }
        if let name = names.first(where: { $0.hasPrefix(".") }) ?? (first.lowercased() == "cname" ? first : nil) {
            return Conflict(description: "\(name) belongs to the folder's owner, as hidden files and CNAME do")
        }
        guard SitePaths.ownFolders.contains(first.lowercased()) else { return nil }
        guard let page, let folder = SitePaths.commentaryFolder(of: page), path.hasPrefix("\(folder)/") else {
            return Conflict(description: "the folder \(first) belongs to \(site)")
        }
        let name = names[folder.split(separator: "/").count]
        let isTaken = SitePaths.isNeuronFolder(folder) ? SitePaths.isNeuronFile(name) : SitePaths.isLayerEntry(name)
        return isTaken ? Conflict(description: "\(folder)/\(name) belongs to \(site)") : nil
    }
}

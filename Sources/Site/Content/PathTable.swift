// Who has which path of the site, so that nothing is written over something else.

/// The paths that the site, its owner, posts and the files beside texts have.
struct PathTable: Sendable {
    /// Why a path cannot be had, for a sentence that names the path before.
    struct Conflict: Error {
        let description: String
    }

    /// Who has a file, by its path.
    private var files: [String: String] = [:]
    /// Who has something in a folder, by its path.
    private var folders: [String: String] = [:]

    /// How messages name the site where the site itself has a path.
    private static let site = "the site itself"

    /// - Parameter lists: paths of the lists of posts.
    init(lists: [String]) {
        for path in SitePaths.reserved + lists { give(path, to: Self.site) }
    }

    /// Gives a path to an owner.
    ///
    /// - Parameter page: path of the page that the file is for; beside commentary a file stands in the page's folder.
    mutating func take(_ path: String, for owner: String, beside page: String? = nil) throws(Conflict) {
        if let reserved = Self.reserved(path, beside: page) { throw reserved }
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

    /// What no text can have, whatever else the site holds. Some file systems do not tell letters' cases apart.
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

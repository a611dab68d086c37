// The folder of the finished site: built aside, swapped in when whole, and never someone else's.

import Foundation
import Support

/// A site's folder and the staging folder beside it.
package struct OutputFolder: Sendable {
    /// The finished site.
    package let path: String
    /// Where the next one is built: on the same file system, so that the swap is one rename.
    package let staging: String
    /// The old site's name for the moment between two renames, where the system cannot exchange two names.
    private var aside: String { "\(staging)-old" }

    /// The file that says whose the folder is.
    static let marker = ".atlasgen"
    private static let markerText = "This folder is made by atlasgen, which replaces it as a whole.\n"
    /// What belongs to the folder's owner rather than to the site: kept from one site to the next.
    private static let kept = [".git", ".gitattributes", ".gitignore", ".nojekyll", "CNAME"]
    /// Folders of a project that are not for a site.
    private static let projectFolders = [".atlas", "content", "_posts", "templates"]

    /// - Parameters:
    ///   - path: the site's folder; of a link, the folder that it leads to is the site's.
    ///   - project: the project's folder.
    /// - Throws: `AtlasError` of code `cannotCreate` where the folder holds something that atlasgen did not make, where
    ///   it is the project's own, and where no other folder can take its place.
    package init(_ path: String, in project: String) throws {
        let path = FileSystem.isLink(path) ? FileSystem.resolved(path) : FileSystem.normalised(path)
        self.path = path
        let parent = FileSystem.parent(of: path)
        let name = (path as NSString).lastPathComponent
        staging = (parent.isEmpty ? "" : "\(parent)/") + ".\(name).atlasgen-staging"
        let whole = FileSystem.resolved(path)
        for folder in Self.projectFolders {
            let own = FileSystem.resolved("\(project)/\(folder)")
            guard whole != own, !whole.hasPrefix(own + "/"), !own.hasPrefix(whole + "/") else {
                throw AtlasError(
                    .cannotCreate,
                    "\(path) was not changed: the project keeps \(folder) there. Choose an empty or new folder for the site "
                        + "with --output.")
            }
        }
        guard let kind = try FileSystem.kind(of: path) else { return }
        guard kind == .folder else {
            throw AtlasError(
                .cannotCreate, "\(path) is a file, not a folder. Choose another folder for the site with --output.")
        }
        guard try FileSystem.device(of: path) == FileSystem.device(of: parent.isEmpty ? "." : parent) else {
            throw AtlasError(
                .cannotCreate,
                "\(path) is a mount point. A new site is built beside the old one and must be on the same file system. "
                    + "Choose a folder inside \(path) with --output.")
        }
        let names = try FileSystem.names(in: path)
        if names.contains(Self.marker) { return }
        if let stranger = names.first(where: { !Self.kept.contains($0) }) {
            throw AtlasError(
                .cannotCreate,
                "\(path) was not changed: it contains files that atlasgen did not make, such as \(stranger). Choose an "
                    + "empty or new folder for the site with --output, or move those files away.")
        }
    }

    /// An empty staging folder; what an interrupted build left in it is removed.
    package func prepare() throws {
        try recover()
        try discard()
        try FileSystem.createFolder(staging, durably: false)
        try FileSystem.writeFile(Array(Self.markerText.utf8), to: "\(staging)/\(Self.marker)")
    }

    /// Puts the staged site in the place of the old one, which is then removed.
    ///
    /// The new one is on the disk before it gets its name, so that a power cut leaves one or the other.
    package func swapIn() throws {
        // What the owner has must not be lost to something of the same name in the new site.
        for name in Self.kept where FileSystem.exists("\(staging)/\(name)") {
            try FileManager.default.removeItem(atPath: "\(staging)/\(name)")
        }
        try FileSystem.synchronizeFileSystem(of: staging)
        if FileSystem.exists(path) {
            try FileSystem.exchange(staging, path, aside: aside)
        } else {
            try FileSystem.move(staging, to: path)
        }
        try FileSystem.synchronizeFolder(FileSystem.parent(of: path))
        // The new site stands; what cannot be removed of the old one now, the next build removes, or tells of.
        try? discard()
    }

    /// Removes what a build that did not end well has staged.
    package func cleanUp() {
        // The build's own error is the one to tell; what cannot be removed now, the next build removes.
        try? discard()
    }

    /// Ends a swap that was interrupted between two renames.
    private func recover() throws {
        guard FileSystem.exists(aside) else { return }
        if FileSystem.exists(path) {
            // The new site is in its place: what is aside is the old one.
            try discard()
            try FileSystem.move(aside, to: staging)
        } else {
            try FileSystem.move(aside, to: path)
        }
    }

    /// Removes the staging folder, after what belongs to the owner has gone back to the site.
    private func discard() throws {
        guard FileSystem.exists(staging) else { return }
        for name in Self.kept where FileSystem.exists("\(staging)/\(name)") && FileSystem.isFolder(path) {
            guard !FileSystem.exists("\(path)/\(name)") else {
                throw AtlasError(
                    .cannotCreate,
                    "\(staging)/\(name), left from the previous site, and \(path)/\(name) both exist. Remove the one that "
                        + "you do not need and build again.")
            }
            try FileSystem.move("\(staging)/\(name)", to: "\(path)/\(name)")
        }
        do {
            try FileManager.default.removeItem(atPath: staging)
        } catch {
            // What is in a read-only folder cannot be removed before the folder can be written.
            FileSystem.makeWritable(staging)
            do {
                try FileManager.default.removeItem(atPath: staging)
            } catch {
                throw AtlasError(
                    .cannotCreate,
                    "\(staging) is left from an earlier build and cannot be removed: \(error.localizedDescription) "
                        + "Remove it by hand and build again.")
            }
        }
    }
}

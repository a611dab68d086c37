// The folder of the finished site. A site is built beside it and swapped in when complete; other folders are refused.

import Foundation
import Support

/// A site's folder and the staging folder beside it.
package struct OutputFolder: Sendable {
    /// The finished site.
    package let path: String
    /// Where the next site is built: on the same file system, so that the swap is one rename.
    package let staging: String
    /// The old site's name between two renames, on systems that cannot exchange two names.
    private var aside: String { "\(staging)-old" }

    /// The file that marks a folder as made by atlasgen.
    static let marker = ".atlasgen"
    private static let markerText = "This folder is made by atlasgen, which replaces it as a whole.\n"
    /// Files of the folder's owner, kept from one site to the next.
    private static let kept = [".git", ".gitattributes", ".gitignore", ".nojekyll", "CNAME"]
    /// Folders of a project that a site must not replace.
    private static let projectFolders = [".atlas", "content", "_posts", "templates"]

    /// - Parameters:
    ///   - path: the site's folder, or a link to it.
    ///   - project: the project's folder.
    /// - Throws: `AtlasError` of code `cannotCreate` if the path is a file, a mount point or a folder of the project,
    ///   or if the folder contains something that atlasgen did not make.
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
                    "\(path) was not changed: the project keeps \(folder) there. Choose an empty or new folder for the "
                        + "site with --output.")
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

    /// Makes an empty staging folder, and removes what an interrupted build left there.
    package func prepare() throws {
        try recover()
        try discard()
        try FileSystem.createFolder(staging, durably: false)
        try FileSystem.writeFile(Array(Self.markerText.utf8), to: "\(staging)/\(Self.marker)")
    }

    /// Replaces the old site with the staged one and removes the old one.
    ///
    /// The new site is synchronised to disk before it gets its name, so that a power cut leaves one site or the other.
    package func swapIn() throws {
        // The owner's files must not be replaced by files of the new site.
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
        // The new site is in place. If the old one cannot be removed now, the next build removes it or reports it.
        try? discard()
    }

    /// Removes what a failed build has staged.
    package func cleanUp() {
        // The build's own error is the one to report. What cannot be removed now, the next build removes.
        try? discard()
    }

    /// Ends a swap that was interrupted between two renames.
    private func recover() throws {
        guard FileSystem.exists(aside) else { return }
        if FileSystem.exists(path) {
            // The new site is in place, so the folder aside is the old one.
            try discard()
            try FileSystem.move(aside, to: staging)
        } else {
            try FileSystem.move(aside, to: path)
        }
    }

    /// Removes the staging folder after moving the owner's files back to the site.
    private func discard() throws {
        guard FileSystem.exists(staging) else { return }
        for name in Self.kept where FileSystem.exists("\(staging)/\(name)") && FileSystem.isFolder(path) {
            guard !FileSystem.exists("\(path)/\(name)") else {
                throw AtlasError(
                    .cannotCreate,
                    "\(staging)/\(name), left from the previous site, and \(path)/\(name) both exist. Remove the one "
                        + "that you do not need and build again.")
            }
            try FileSystem.move("\(staging)/\(name)", to: "\(path)/\(name)")
        }
        do {
            try FileManager.default.removeItem(atPath: staging)
        } catch {
            // Files in a read-only folder can be removed only after the folder is made writable.
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

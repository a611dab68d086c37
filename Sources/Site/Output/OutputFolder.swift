// The folder of the finished site. Folders that hold anything else are refused.

import Foundation
import Runs
import Support

/// A site's folder.
package struct OutputFolder: Sendable {
    /// The folder's path.
    package let path: String
    /// The project's folder.
    private let project: String
    /// What the build reads; nothing of it may lie in the site's folder.
    private let inputs: [ProjectInput]

    /// The file that marks a folder as made by atlasgen.
    static let marker = ".atlasgen"
    /// The text in it, for whoever opens it.
    static let markerText = "This folder is made by atlasgen, which replaces it as a whole.\n"
    /// Files of the folder's owner, kept from one site to the next.
    static let kept = [".git", ".gitattributes", ".gitignore", ".nojekyll", "CNAME"]
    /// Folders of a project that a site must not replace.
    private static let projectFolders = [".atlas", "content", "_posts", "templates"]

    /// The folder that holds the site's folder.
    var parent: String {
        let parent = FileSystem.parent(of: path)
        return parent.isEmpty ? "." : parent
    }

    /// The folder's name.
    var name: String { (path as NSString).lastPathComponent }

    /// - Parameters:
    ///   - path: the site's folder, or a link to it.
    ///   - project: the project's folder.
    ///   - inputs: what the build reads.
    /// - Throws: as ``check()``.
    package init(_ path: String, in project: String, reading inputs: [ProjectInput]) throws {
        self.path = FileSystem.isLink(path) ? FileSystem.resolved(path) : FileSystem.normalised(path)
        self.project = project
        self.inputs = inputs
        try check()
    }

    /// Checks that the folder may be replaced.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` if the path is a file, a mount point, a folder of the project, or
    ///   in another site; or if the folder contains something that the build reads or that atlasgen did not make.
    func check() throws {
        try checkProjectFolders()
        try checkOtherSites()
        guard let kind = try FileSystem.kind(of: path) else { return }
        guard kind == .folder else {
            throw AtlasError(
                .cannotCreate, "\(path) is a file, not a folder. Choose another folder for the site with --output.")
        }
        guard FileSystem.identity(of: path)?.device == FileSystem.identity(of: parent)?.device else {
            throw AtlasError(
                .cannotCreate,
                "\(path) is a mount point. A new site is built beside the old one and must be on the same file system. "
                    + "Choose a folder inside \(path) with --output.")
        }
        try checkInputs()
        if Self.isMarked(path) { return }
        if let stranger = try FileSystem.names(in: path).first(where: { !Self.kept.contains($0) }) {
            throw AtlasError(
                .cannotCreate,
                "\(path) was not changed: it contains files that atlasgen did not make, such as \(stranger). Choose an "
                    + "empty or new folder for the site with --output, or move those files away.")
        }
    }

    private func checkProjectFolders() throws {
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
    }

    /// A site in another site would be removed by the other one's next build.
    private func checkOtherSites() throws {
        var folder = FileSystem.parent(of: FileSystem.resolved(path))
        while !folder.isEmpty {
            guard !Self.isMarked(folder) else {
                throw AtlasError(
                    .cannotCreate,
                    "\(path) was not changed: it would be a part of the site \(folder), which each of its builds replaces "
                        + "as a whole. Choose a folder outside that site with --output.")
            }
            if folder == "/" { return }
            folder = FileSystem.parent(of: folder)
        }
    }

    private func checkInputs() throws {
        for input in inputs {
            guard let file = input.paths.first(where: { FileSystem.lies($0, in: path) }) else { continue }
            throw AtlasError(
                .cannotCreate,
                "\(path) was not changed: the project reads \(FileSystem.normalised(file)) (\(input.name)), which is "
                    + "there or reached by a link there. A build would remove it. Move it out of \(path), or choose "
                    + "another folder for the site with --output.")
        }
    }

    /// Whether a folder has the marker of a site. A folder of the marker's name is another program's.
    static func isMarked(_ folder: String) -> Bool { FileSystem.version(of: "\(folder)/\(marker)") != nil }
}

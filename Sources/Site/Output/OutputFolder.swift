// The folder of the finished site, or of an export. Folders that hold anything else are refused.

import Foundation
import Runs
import Support

/// A folder that the program replaces as a whole: a site's, or an export's.
package struct OutputFolder: Sendable {
    /// What such a folder holds. One kind never replaces another.
    package enum Kind: String, CaseIterable, Sendable {
        case site, export

        /// The file that marks a folder as made by atlasgen.
        var marker: String {
            switch self {
            case .site: ".atlasgen"
            case .export: ".atlasgen-export"
            }
        }

        /// How the user chooses another folder, for messages.
        var choice: String {
            switch self {
            case .site: "for the site with --output"
            case .export: "for the export"
            }
        }
    }

    /// The folder's path.
    package let path: String
    /// What it holds.
    let kind: Kind
    /// The project's folder.
    private let project: String
    /// What the build reads; nothing of it may lie in the site's folder.
    private let inputs: [ProjectInput]

    /// The text in the marker, for whoever opens it.
    static let markerText = "This folder is made by atlasgen, which replaces it as a whole.\n"
    /// Files of the folder's owner, kept from one site to the next.
    static let kept = [".git", ".gitattributes", ".gitignore", ".nojekyll", "CNAME"]
    /// Those of them that a site may bring along.
    static let replaced = [".nojekyll", "CNAME"]
    /// Folders of a project that a site must not replace.
    private static let projectFolders = [".atlas", "content", "_posts", "static", "templates"]

    /// The folder that holds the site's folder.
    var parent: String {
        let parent = FileSystem.parent(of: path)
        return parent.isEmpty ? "." : parent
    }

    /// The folder's name.
    var name: String { (path as NSString).lastPathComponent }

    /// - Parameters:
    ///   - path: the folder, or a link to it.
    ///   - kind: what it will hold.
    ///   - project: the project's folder.
    ///   - inputs: what the build reads.
    /// - Throws: as ``check()``.
    package init(_ path: String, of kind: Kind = .site, in project: String, reading inputs: [ProjectInput]) throws {
        self.kind = kind
        self.path = FileSystem.isLink(path) ? FileSystem.resolved(path) : FileSystem.normalised(path)
        self.project = project
        self.inputs = inputs
        try check()
    }

    /// Checks that the folder may be replaced.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` if the path is a file, a mount point, a folder of the project, or
    ///   in another such folder; or if the folder contains something that the build reads or that is not of its kind.
    func check() throws {
        try checkProjectFolders()
        try checkParents()
        guard let found = try FileSystem.kind(of: path) else { return }
        guard found == .folder else {
            throw AtlasError(
                .cannotCreate, "\(path) is a file, not a folder. Choose another folder \(kind.choice).")
        }
        guard FileSystem.identity(of: path)?.device == FileSystem.identity(of: parent)?.device else {
            throw AtlasError(
                .cannotCreate,
                "\(path) is a mount point. A new \(kind) is made beside the old one and must be on the same file system. "
                    + "Choose a folder inside \(path) \(kind.choice).")
        }
        try checkInputs()
        if isMarked(path) { return }
        if let stranger = try FileSystem.names(in: path).first(where: { !Self.kept.contains($0) }) {
            throw AtlasError(
                .cannotCreate,
                "\(path) was not changed: it is not an earlier \(kind), and contains files that atlasgen did not make for "
                    + "one, such as \(stranger). Choose an empty or new folder \(kind.choice), or move those files "
                    + "away.")
        }
    }

    private func checkProjectFolders() throws {
        let whole = FileSystem.resolved(path)
        for folder in Self.projectFolders {
            let own = FileSystem.resolved("\(project)/\(folder)")
            guard whole != own, !whole.hasPrefix(own + "/"), !own.hasPrefix(whole + "/") else {
                throw AtlasError(
                    .cannotCreate,
                    "\(path) was not changed: the project keeps \(folder) there. Choose an empty or new folder "
                        + "\(kind.choice).")
            }
        }
    }

    /// A site in another site, for example, would be removed by the other one's next build.
    private func checkParents() throws {
        var folder = FileSystem.parent(of: FileSystem.resolved(path))
        while !folder.isEmpty {
            if let outer = Kind.allCases.first(where: { Self.isMarked(folder, as: $0) }) {
                throw AtlasError(
                    .cannotCreate,
                    "\(path) was not changed: it would be a part of the \(outer) \(folder), which atlasgen replaces as a "
                        + "whole. Choose a folder outside of it \(kind.choice).")
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
                    + "there or reached by a link there. A new \(kind) would remove it. Move it out of \(path), or choose "
                    + "another folder \(kind.choice).")
        }
    }

    /// The files of the folder, by their paths in it, that a new site lacks and that are not its owner's.
    package func files(thatLack files: SiteFiles) throws -> [String] {
        guard try FileSystem.kind(of: path) == .folder else { return [] }
        var missing: [String] = []
        func visit(_ folder: String) throws {
            for name in try FileSystem.names(in: folder.isEmpty ? path : "\(path)/\(folder)").sorted() {
                let file = OutputPath.joined(folder, name)
                if folder.isEmpty, Self.kept.contains(name) || name == kind.marker { continue }
                if FileSystem.isFolder("\(path)/\(file)"), !FileSystem.isLink("\(path)/\(file)") {
                    try visit(file)
                } else if !files.has(file) {
                    missing.append(file)
                }
            }
        }
        try visit("")
        return missing
    }

    /// Whether a folder has this one's marker.
    func isMarked(_ folder: String) -> Bool { Self.isMarked(folder, as: kind) }

    /// Whether a folder has the marker of a kind. A folder of the marker's name is another program's.
    private static func isMarked(_ folder: String, as kind: Kind) -> Bool {
        FileSystem.version(of: "\(folder)/\(kind.marker)") != nil
    }
}

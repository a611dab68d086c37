// Files that the site needs and no text links to: `content/static/` and `static/`, copied as they are.

import Foundation
import Runs
import Support

/// The static files of a project.
struct StaticFiles: Sendable {
    /// The files, with their paths in the site.
    let assets: [ContentAsset]

    /// The folders, relative to the project's.
    static let folders = ["content/static", "static"]
    /// Folders are not read below this depth, because a link can make a folder contain itself.
    private static let deepest = 16

    /// Finds the files.
    ///
    /// - Throws: `AtlasError` if a folder cannot be listed or a name cannot be published.
    init(of project: Project) throws {
        var assets: [ContentAsset] = []
        for folder in Self.folders {
            let root = project.path(folder)
            guard try FileSystem.kind(of: root) == .folder else { continue }
            try Self.visit(root, "", 0, &assets)
        }
        self.assets = assets.sorted { $0.path < $1.path }
    }

    private static func visit(_ folder: String, _ path: String, _ depth: Int, _ assets: inout [ContentAsset]) throws {
        guard depth < deepest else { return }
        for name in try FileSystem.names(in: folder).sorted() where name != ".DS_Store" && !name.hasSuffix("~") {
            let (file, place) = ("\(folder)/\(name)", OutputPath.joined(path, name))
            guard OutputPath.isName(name) else {
                throw AtlasError(.data, "\(file): the name cannot be part of an address; rename the file")
            }
            switch try FileSystem.kind(of: file) {
            case .folder: try visit(file, place, depth + 1, &assets)
            case nil: throw AtlasError(.data, "\(file): a link to a file that does not exist; remove it")
            default: assets.append(ContentAsset(file: file, path: place))
            }
        }
    }

    /// Takes the files' paths.
    ///
    /// - Throws: `AtlasError` if one belongs to the site or to its owner's version control.
    func take(in paths: inout PathTable) throws {
        for asset in assets {
            do throws(PathTable.Conflict) {
                try paths.take(asset.path, for: asset.file, isStatic: true)
            } catch {
                throw AtlasError(
                    .data,
                    "\(asset.file) would be copied to \(asset.path), but \(error.description); rename or remove it")
            }
        }
    }
}

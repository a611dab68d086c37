// Layers of the site before, taken over where nothing that they show has changed.

import Foundation
import Render
import Runs
import Support
import ViT

/// What the last build made of each layer, kept in `.atlas/layers/`.
///
/// A layer is taken over by second names for its files, and only where every file is as that build left it. Without
/// what is kept here, which may be lost at any time, a layer is made again.
package struct KeptLayers: Sendable {
    private let store: Store
    private let site: String

    /// - Parameter site: the folder of the finished site.
    package init(store: Store, site: String) {
        self.store = store
        self.site = site
    }

    /// A layer's folder, without what texts have put there: their assets, and neurons that only they show.
    struct Folder: Sendable {
        let address: Address
        let neurons: [Int]
        /// Paths that belong to texts, relative to the site's root.
        let excluded: Set<String>
    }

    /// A layer in the new site.
    package struct Layer: Sendable {
        /// What other pages show of it.
        let result: LayerPages.Result
        let folder: Folder
        /// Digest of what it was made from; nil where it was taken over.
        let newInputs: String?
    }

    /// What a layer was made from and what came of it.
    private struct Entry: Codable {
        /// Digest of everything that the layer's files depend on.
        let inputs: String
        /// Digest of the files' names, sizes and dates.
        let files: String
        let result: LayerPages.Result
    }

    /// Takes a layer over into a new site.
    ///
    /// - Returns: nil where it has to be made: nothing of the new site's folder is then there.
    func takeOver(_ folder: Folder, inputs: String, into files: SiteFiles) throws -> LayerPages.Result? {
        guard let bytes = try store.sealed(Self.path(folder.address)),
            // Of a program that kept other fields.
            let entry = try? JSONDecoder().decode(Entry.self, from: Data(bytes)),
            entry.inputs == inputs, let found = try listing(of: folder), Self.digest(of: found) == entry.files
        else { return nil }
        for (index, file) in found.enumerated() {
            do {
                try files.link("\(site)/\(file.path)", bytes: file.version.bytes, to: file.path)
            } catch  where index == 0 {
                // A file system that gives no second names. Nothing was taken over yet.
                return nil
            }
        }
        return entry.result
    }

    /// Keeps what was made of a layer, after its files have got their place in the finished site.
    package func keep(_ layer: Layer) throws {
        guard let inputs = layer.newInputs, let found = try listing(of: layer.folder) else { return }
        let entry = Entry(inputs: inputs, files: Self.digest(of: found), result: layer.result)
        try store.saveSealed(Array(try JSONEncoder().encode(entry)), as: Self.path(layer.folder.address))
    }

    private static func path(_ address: Address) -> String { "layers/\(address.shortName).json" }

    // MARK: - The files

    private struct File {
        /// Relative to the site's root.
        let path: String
        let version: FileSystem.Version
    }

    /// The layer's files in the finished site; nil where something else than files is among them.
    private func listing(of folder: Folder) throws -> [File]? {
        let root = SitePaths.layerFolder(folder.address)
        var paths = try FileSystem.names(in: "\(site)/\(root)").map { "\(root)/\($0)" }
            .filter { !FileSystem.isFolder("\(site)/\($0)") }
        for neuron in folder.neurons {
            let folder = SitePaths.neuronFolder(folder.address, neuron)
            paths += try FileSystem.names(in: "\(site)/\(folder)").map { "\(folder)/\($0)" }
        }
        var files: [File] = []
        for path in paths where !folder.excluded.contains(path) {
            guard let version = FileSystem.version(of: "\(site)/\(path)") else { return nil }
            files.append(File(path: path, version: version))
        }
        return files
    }

    private static func digest(of files: [File]) -> String {
        Digest.hexadecimal(Array(files.map { "\($0.path)\n\($0.version)\n" }.joined().utf8))
    }
}

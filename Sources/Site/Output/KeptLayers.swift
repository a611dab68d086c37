// Layers of the previous site, taken over if nothing that they show has changed.

import Foundation
import Runs
import Support
import ViT

/// The last build's result for each layer, kept in `.atlas/layers/`.
///
/// A layer is taken over by hard links to its files, and only if every file is as that build left it. These entries may
/// be deleted at any time; a layer without one is made again.
package struct KeptLayers: Sendable {
    private let store: Store
    private let site: String

    /// - Parameter site: the folder of the finished site.
    package init(store: Store, site: String) {
        self.store = store
        self.site = site
    }

    /// A layer's folder, without what texts add to it: their assets, and neurons that only they show.
    struct Folder: Sendable {
        let address: Address
        let neurons: [Int]
        /// Paths that belong to texts, relative to the site's root.
        let excluded: Set<String>
    }

    /// A layer in the new site.
    package struct Layer: Sendable {
        /// What other pages show of the layer.
        let result: LayerPages.Result
        let folder: Folder
        /// Digest of the layer's inputs; nil if it was taken over.
        let newInputs: String?
    }

    /// A layer's inputs and result.
    private struct Entry: Codable {
        /// Digest of everything that the layer's files depend on.
        let inputs: String
        /// Digest of the files' names, sizes and dates.
        let files: String
        let result: LayerPages.Result
    }

    /// Takes a layer over into a new site.
    ///
    /// - Returns: nil if the layer has to be made; then no file was written.
    func takeOver(_ folder: Folder, inputs: String, into files: SiteFiles) throws -> LayerPages.Result? {
        guard let bytes = try store.sealed(Self.path(folder.address)),
            // Another version of the program may have saved other fields.
            let entry = try? JSONDecoder().decode(Entry.self, from: Data(bytes)),
            entry.inputs == inputs, let found = try listing(of: folder), Self.digest(of: found) == entry.files
        else { return nil }
        for (index, file) in found.enumerated() {
            do {
                try files.link("\(site)/\(file.path)", bytes: file.version.bytes, to: file.path)
            } catch  where index == 0 {
                // The file system has no hard links. Nothing was taken over yet.
                return nil
            }
        }
        return entry.result
    }

    /// Saves a layer's entry, once its files are in the finished site.
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

    /// The layer's files in the finished site; nil if anything among them is not a file.
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

// A set of directions as a project uses it: the matrix, its labels, and the digest that identifies it in recipes.

import Support
import ViT

/// Directions that were read from a file.
package struct LoadedDirections: Sendable {
    /// The set, as addresses and recipes name it.
    package let set: DirectionSet
    /// The file, as the configuration names it.
    package let path: String
    /// SHA-256 of the file; of several files, of the list of their digests.
    package let fileDigest: String
    /// What was read.
    package let file: DirectionFile
    /// How near a random direction comes to its nearest channel; see `DirectionMatrix.chanceCosine`.
    package let chanceCosine: Double
    /// A name for each direction; nil if there are none.
    package let labels: [String]?

    /// Reads a file of directions for a model.
    ///
    /// - Throws: `AtlasError` of code `data`, with the place in the configuration.
    init(_ settings: AtlasConfiguration.DirectionSettings, folder: String, model: ViT) throws {
        let base = try reading(at: "\(settings.base.place): directions") {
            try Address(named: settings.base.value, in: model.configuration)
        }
        guard base.directionSet == nil else {
            throw settings.base.place.error(
                "directions: \(base) has directions itself; name an address of the model's own channels")
        }
        func path(_ relative: String) -> String { relative.hasPrefix("/") ? relative : "\(folder)/\(relative)" }
        self.path = settings.file.value
        do {
            file = try DirectionFile.load(
                DirectionRequest(
                    path: path(settings.file.value), weight: settings.weight, bias: settings.bias,
                    centre: settings.centre, nonlinearity: settings.nonlinearity, threshold: settings.threshold,
                    k: settings.k),
                width: base.width(in: model.configuration), layer: base.description)
            let digests = try file.weightFiles.map(Digest.hexadecimal(ofFile:))
            fileDigest =
                digests.count == 1 ? digests[0] : Digest.hexadecimal(Array(digests.joined(separator: "\n").utf8))
        } catch let error as ViTError {
            throw settings.file.place.error("directions: \(error)")
        }
        let set = DirectionSet(
            name: settings.name.value, base: base, count: file.matrix.count, nonlinearity: file.matrix.nonlinearity,
            digest: Digest.hexadecimal(
                Array("atlasgen directions 1\nfile: \(fileDigest)\n\(file.reading)".utf8)))
        guard !model.configuration.directions.contains(where: { $0.base == base && $0.name == set.name }) else {
            throw settings.name.place.error(
                "directions: \(Address.directions(set)) is there twice; give one another name")
        }
        self.set = set
        chanceCosine = DirectionMatrix.chanceCosine(width: file.matrix.width)
        let count = set.count
        labels = try settings.labels.map { labels in
            do {
                return try Self.labels(path(labels.value), count: count)
            } catch let error as ViTError {
                throw labels.place.error("directions: \(error)")
            }
        }
        labelsPath = settings.labels.map { path($0.value) }
    }

    /// The file of the labels.
    private let labelsPath: String?

    /// All files that were read.
    package var paths: [String] { file.files + (labelsPath.map { [$0] } ?? []) }

    private static func labels(_ path: String, count: Int) throws -> [String] {
        let labels = try LabelFile.names(at: path, of: "direction", key: "directions: {labels: FILE}")
        guard labels.count == count else {
            throw ViTError(
                "\(path): names \(labels.count) directions, but there are \(count). Give a file with one name per line."
            )
        }
        return labels
    }
}

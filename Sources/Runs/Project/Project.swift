// A project: the folder with atlas.yml, read, checked against its model, and planned.

import Foundation
import Render
import Support
import ViT

/// Everything that a build reads before it makes or writes anything.
package struct Project: Sendable {
    /// The configuration's path.
    let file: String
    /// The folder that holds the configuration; all its paths are relative to it.
    package let folder: String
    /// The configuration as written.
    package let configuration: AtlasConfiguration
    /// The model, with the project's directions.
    package let model: LoadedModel
    /// The chosen layers, checked against the model.
    package let layers: [AtlasLayer]
    /// The methods with their overrides and names; the first fills the grids.
    package let methods: [NamedMethod]
    /// The attention modes; the first fills the grids.
    package let attention: [Attention]
    /// Reference pictures of frozen attention by their digest: (3, height, width) in 0…1.
    package let references: [String: FloatBuffer]

    /// Reads the project whose configuration is `file`. Writes nothing.
    ///
    /// - Parameter stated: what the command line says about the checkpoint; it overrides the configuration.
    /// - Throws: `AtlasError`, `ViTError` or `RenderError` if the configuration or one of its files is invalid.
    package init(file: String, stated: CheckpointOverrides = .init()) throws {
        self.file = file
        let folder = FileSystem.parent(of: file)
        self.folder = folder.isEmpty ? "." : folder
        configuration = try AtlasConfiguration.read(file: file)
        var model = try Self.loadModel(configuration.model, folder: self.folder, stated: stated)
        for settings in configuration.directions {
            model.add(try LoadedDirections(settings, folder: self.folder, model: model.model))
        }
        self.model = model
        layers = try configuration.layers(of: model.model.configuration)
        methods = try configuration.resolvedMethods()
        var references: [String: FloatBuffer] = [:]
        let settings = configuration.attention
        let (place, preparation) = (self.folder, model.checkpoint.preparation)
        attention = try settings.map { setting in
            guard let path = setting.reference else { return setting.mode }
            let reference = try Self.reference(path, folder: place, preparation)
            references[reference.digest] = reference.image
            return .frozen(reference: reference.digest)
        }
        self.references = references
    }

    /// What is said about the user's own files at a build's start: see `LoadedModel.assumed`, and how directions were
    /// read.
    package var assumed: [String] {
        (configuration.model.weights == nil ? [] : model.assumed) + model.directions.flatMap(\.file.notes)
    }

    /// Opens what computes: the command line's choice, otherwise the configuration's.
    ///
    /// - Parameter makesRuns: whether it makes runs. The configuration's precision is theirs; pictures are read in single
    ///   precision.
    package func device(
        _ stated: DeviceChoice? = nil, makesRuns: Bool = true, store: Store? = nil
    ) throws -> any Device {
        try (stated ?? device).open(precision: makesRuns ? configuration.precision : .float32, store: store)
    }

    /// The configuration's choice; a plugin's path is relative to the project's folder.
    package var device: DeviceChoice {
        if case .plugin(let file) = configuration.device { .plugin(path(file)) } else { configuration.device }
    }

    /// The path of a file that the configuration names.
    package func path(_ relative: String) -> String { Self.path(relative, in: folder) }

    private static func path(_ relative: String, in folder: String) -> String {
        relative.hasPrefix("/") ? relative : "\(folder)/\(relative)"
    }

    /// The plan of the layers, without the figures of posts.
    package var plan: Plan { Plan(layers, seeds: configuration.seeds, conditions: conditions) }

    // MARK: - Reading

    private static func loadModel(
        _ settings: AtlasConfiguration.ModelSettings, folder: String, stated: CheckpointOverrides
    ) throws -> LoadedModel {
        let overrides = CheckpointOverrides(
            headCount: stated.headCount ?? settings.heads?.value,
            activation: stated.activation ?? settings.activation?.value, mean: stated.mean ?? settings.mean?.value,
            standardDeviation: stated.standardDeviation ?? settings.standardDeviation?.value,
            imageSize: stated.imageSize
                ?? settings.imageSize.map { ImageSize(height: $0.value.height, width: $0.value.width) },
            layerNormEpsilon: stated.layerNormEpsilon ?? settings.epsilon?.value,
            stateDict: stated.stateDict ?? settings.stateDict?.value,
            labelsPath: settings.labels.map { path($0.value, in: folder) })
        let weights = try settings.weights.map { path($0.value, in: folder) } ?? Installation.embeddedModel()
        do {
            return try LoadedModel(path: weights, overrides: overrides)
        } catch let error as ViTError {
            let place = settings.cause(of: error, weights: weights, overrides) ?? settings.weights?.place
            throw place?.error("model: \(error)") ?? error
        }
    }

    /// A reference picture as the model's image, and the SHA-256 of its pixels.
    private static func reference(
        _ file: Located<String>, folder: String, _ preparation: PicturePreparation
    ) throws -> (image: FloatBuffer, digest: String) {
        let picture: Picture
        do {
            picture = try Picture.read(path(file.value, in: folder), for: preparation).prepared(preparation)
        } catch {
            throw file.place.error("attention: \(error)")
        }
        return (picture.planes, Digest.hexadecimal(picture.pixels))
    }
}

extension AtlasConfiguration.ModelSettings {
    /// The place of the setting that causes `error`: without it, the checkpoint is read or gives another error. Nil if
    /// no setting does.
    fileprivate func cause(of error: ViTError, weights: String, _ overrides: CheckpointOverrides) -> Place? {
        let settings: [(Place?, (inout CheckpointOverrides) -> Void)] = [
            (labels?.place, { $0.labelsPath = nil }), (heads?.place, { $0.headCount = nil }),
            (activation?.place, { $0.activation = nil }),
            (imageSize?.place, { $0.imageSize = nil }), (mean?.place, { $0.mean = nil }),
            (standardDeviation?.place, { $0.standardDeviation = nil }),
            (epsilon?.place, { $0.layerNormEpsilon = nil }), (stateDict?.place, { $0.stateDict = nil }),
        ]
        for (place, remove) in settings {
            guard let place else { continue }
            var others = overrides
            remove(&others)
            do {
                _ = try Checkpoint.load(path: weights, overrides: others)
                return place
            } catch let other as ViTError {
                if other != error { return place }
            } catch {
                continue
            }
        }
        return nil
    }
}

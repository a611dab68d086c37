// What the scores of a layer are measured against: the reference pictures, as the measures see them.

import Foundation
import Render
import Runs
import Support
import ViT

/// The reference of one condition's runs at one address.
package struct ScoreReference: Sendable, Equatable {
    /// For descriptors, from the reference pictures at the model's picture size.
    package let look: Normalisation
    /// For embeddings, by the judge or by the model that the runs were made with.
    package let meaning: Normalisation
    /// The means and spreads of the layer's channels over the condition's tokens, in the model that the runs were made
    /// with.
    package let channels: ChannelScale
}

/// Computes references by forward passes on a device, and keeps them in `.atlas/references/`.
///
/// Unchecked Sendable: what is known is read and written only under the lock.
package final class ScoreReferences: @unchecked Sendable {
    private let store: Store
    private let judge: Judge?
    private let models: RecipeModels
    private let device: SharedDevice
    private let lock = NSLock()
    private var known: [String: any Sendable] = [:]

    /// - Parameters:
    ///   - judge: the model that gives the embeddings; nil for the model that runs were made with.
    ///   - device: computes what the store lacks.
    package init(store: Store, judge: Judge?, models: RecipeModels, on device: SharedDevice) {
        self.device = device
        self.store = store
        self.judge = judge
        self.models = models
    }

    /// The reference of a recipe's condition and address.
    package func reference(of recipe: Recipe) throws -> ScoreReference {
        let model = try models.source.model(recipe.model)
        let (width, height) = (model.configuration.imageWidth, model.configuration.imageHeight)
        return ScoreReference(
            look: try stored("look \(LookDescriptor.version) \(width) \(height)") {
                let descriptors = DescriptorPool()
                let rows = concurrently(ReferencePictures.count) { index in
                    descriptors.describe(ReferencePictures.picture(index, width: width, height: height))
                }
                return Normalisation(of: rows, parts: LookDescriptor.parts)
            },
            meaning: try meaning(of: recipe.model, in: model), channels: try channels(for: recipe, in: model))
    }

    private func meaning(of version: ModelVersion, in model: ViT) throws -> Normalisation {
        if let judge {
            let (width, height) = (model.configuration.imageWidth, model.configuration.imageHeight)
            return try stored("meaning judge \(judge.digest) \(width) \(height)") {
                Normalisation(
                    of: try judge.embeddings(of: ReferencePictures.count) {
                        ReferencePictures.picture($0, width: width, height: height)
                    })
            }
        }
        return try stored("meaning \(Self.text(version))") {
            Normalisation(
                of: try PictureEmbedder(model: model, device: device).embeddings(of: ReferencePictures.count) {
                    Self.image($0, for: model)
                })
        }
    }

    private func channels(for recipe: Recipe, in model: ViT) throws -> ChannelScale {
        // A token is not one of the channels, so none of them is ranked.
        if case .token = recipe.target { return ChannelScale([]) }
        let (address, tokens) = (recipe.address, recipe.variant.tokens)
        return try stored("channels \(Self.text(recipe.model)) \(address.identity) \(tokens)") {
            let device = try device()
            return ChannelScale(
                try device.readings(of: ReferencePictures.count) {
                    Self.image($0, for: model)
                } makeReader: {
                    try device.makeReader(model: model, address: address, tokens: tokens, capacity: $0)
                } read: { reader, pictures, _ in
                    try reader.activations(of: pictures)
                })
        }
    }

    /// A reference picture as the model sees it.
    private static func image(_ index: Int, for model: ViT) -> FloatBuffer {
        ReferencePictures.picture(
            index, width: model.configuration.imageWidth, height: model.configuration.imageHeight
        ).planes
    }

    private static func text(_ version: ModelVersion) -> String {
        "\(version.digest) \(version.control.map { "\($0.word) \($0.seed)" } ?? "trained")"
    }

    /// A value that depends on the reference pictures and on what `key` names: known, stored, or computed now.
    private func stored<Value: Codable & Sendable>(_ key: String, _ compute: () throws -> Value) throws -> Value {
        if let value = lock.withLock({ known[key] as? Value }) { return value }
        let text = "reference \(ReferencePictures.version) \(ReferencePictures.count) \(key)"
        let name = "references/\(Digest.hexadecimal(Array(text.utf8))).json"
        let value: Value
        if let bytes = try store.sealed(name), let found = try? JSONDecoder().decode(Value.self, from: Data(bytes)) {
            value = found
        } else {
            value = try compute()
            try store.saveSealed(Array(JSONEncoder().encode(value)), as: name)
        }
        lock.withLock { known[key] = value }
        return value
    }
}

// A second model that measures how alike pictures are, so that the visualised model does not judge itself.

import Render
import Runs
import Support
import ViT

/// A model that embeds pictures. Pictures of any size are prepared as its library does.
package struct Judge: Sendable {
    /// SHA-256 of the weights, of the configuration that they are used with, and of how pictures are prepared.
    package let digest: String
    /// SHA-256 of the weights.
    package let weights: String
    /// The model's name, for pages.
    package let name: String
    private let embedder: PictureEmbedder
    private let preparation: PicturePreparation

    /// - Parameter device: computes the embeddings.
    package init(_ model: LoadedModel, on device: SharedDevice) {
        preparation = model.checkpoint.preparation
        digest = Digest.hexadecimal(Array("\(model.digest) \(preparation.words)".utf8))
        weights = model.weightsDigest
        name = model.name
        embedder = PictureEmbedder(model: model.model, device: device)
    }

    /// The embeddings of `count` pictures that the judge's head would read, in order: (width of the judge).
    ///
    /// - Parameter picture: makes a picture of any size; called from several threads.
    /// - Throws: `RenderError` if a picture is too long and narrow to be resized.
    func embeddings(of count: Int, _ picture: @Sendable (Int) throws -> Picture) throws -> [[Float]] {
        try embedder.embeddings(of: count) { try picture($0).prepared(preparation).planes }
    }
}

extension Project {
    /// The model of the judge; nil to use the visualised model's own embedding.
    package func judgeModel() throws -> LoadedModel? {
        guard let file = configuration.judge else { return nil }
        do {
            return try LoadedModel(path: path(file.value))
        } catch let error as ViTError {
            throw file.place.error("judge: \(error)")
        }
    }
}

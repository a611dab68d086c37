// A second model that measures how alike pictures are, so that the visualised model does not judge itself.

import Foundation
import Render
import Runs
import Support
import ViT

/// A model that embeds pictures. Pictures of any size are prepared as its library does.
///
/// Unchecked Sendable: each reader is used by one thread at a time, and the list of idle ones only under the lock.
package final class Judge: @unchecked Sendable {
    /// SHA-256 of the weights, of the configuration that they are used with, and of how pictures are prepared.
    package let digest: String
    /// SHA-256 of the weights.
    package let weights: String
    /// The model's name, for pages.
    package let name: String
    /// The files that it was read from.
    package let paths: [String]
    private let model: ViT
    private let preparation: PicturePreparation
    private let lock = NSLock()
    private var idle: [any PictureReader] = []

    init(_ model: LoadedModel) {
        preparation = model.checkpoint.preparation
        digest = Digest.hexadecimal(Array("\(model.digest) \(preparation.words)".utf8))
        weights = model.weightsDigest
        name = model.name
        paths = model.paths
        self.model = model.model
    }

    /// The embedding of `picture` that the judge's head would read: (width of the judge). Several threads may call it
    /// at once.
    ///
    /// - Throws: `RenderError` if the picture is too long and narrow to be resized.
    func embedding(of picture: Picture) throws -> [Float] {
        let planes = try picture.prepared(preparation).planes
        let tokens = TokenSelection.automatic(at: .encoderNorm, in: model.configuration)
        let reader =
            try lock.withLock { idle.popLast() }
            ?? LocalDevice.device.makeReader(model: model, address: .encoderNorm, tokens: tokens, capacity: 1)
        defer { lock.withLock { idle.append(reader) } }
        return try reader.read([planes])[0].embedding
    }
}

extension Project {
    /// The model that measures how alike pictures are; nil to use the visualised model's own embedding.
    package func judge() throws -> Judge? {
        guard let file = configuration.judge else { return nil }
        do {
            return Judge(try LoadedModel(path: path(file.value)))
        } catch let error as ViTError {
            throw file.place.error("judge: \(error)")
        }
    }
}

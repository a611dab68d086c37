// Embeds pictures by a model, on the device of the command.

import Runs
import ViT

/// The embeddings of pictures that a model's head would read.
struct PictureEmbedder: Sendable {
    let model: ViT
    let device: SharedDevice

    /// The embedding of each of `count` pictures, in order: (width of the model).
    ///
    /// - Parameter prepare: makes a picture of the model's size, (3, height, width); called from several threads.
    func embeddings(of count: Int, _ prepare: @Sendable (Int) throws -> FloatBuffer) throws -> [[Float]] {
        let device = try device()
        let tokens = TokenSelection.automatic(at: .encoderNorm, in: model.configuration)
        return try device.readings(of: count, prepare: prepare) {
            try device.makeReader(model: model, address: .encoderNorm, tokens: tokens, capacity: $0)
        } read: { reader, pictures, _ in
            try reader.read(pictures).map(\.embedding)
        }
    }
}

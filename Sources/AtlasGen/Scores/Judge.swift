// A second model that says how alike pictures are, so that the visualised model does not judge itself.

import Foundation
import Render
import ViT

/// A model that embeds pictures; any size, scaled to its own.
///
/// Unchecked Sendable: each read-out is used by one thread at a time, and the list of the idle ones under the lock.
final class Judge: @unchecked Sendable {
    /// SHA-256 of the weights and of the configuration that they are used with.
    let digest: String
    /// SHA-256 of the weights.
    let weights: String
    /// The model's name, for pages.
    let name: String
    private let model: ViT
    private let lock = NSLock()
    private var idle: [Readout] = []

    init(_ model: LoadedModel) {
        digest = model.digest
        weights = model.weightsDigest
        name = model.name
        self.model = model.model
    }

    /// What the judge's head would read of `picture`: (width of the judge). Threads that ask at once are served at once.
    func embedding(of picture: Picture) -> [Float] {
        let readout = lock.withLock { idle.popLast() } ?? Readout(model: model, address: .encoderNorm)
        defer { lock.withLock { idle.append(readout) } }
        let configuration = model.configuration
        let planes = picture.planes(height: configuration.imageHeight, width: configuration.imageWidth)
        let tokens = TokenSelection.automatic(at: .encoderNorm, in: configuration)
        return readout.read(image: planes, tokens: tokens).embedding
    }
}

extension Picture {
    /// The picture as a model reads it: (3, height, width) in 0…1.
    var planes: FloatBuffer { planes(height: height, width: width) }

    /// The same at another size, by bilinear interpolation between pixel centres.
    func planes(height newHeight: Int, width newWidth: Int) -> FloatBuffer {
        let buffer = FloatBuffer(count: 3 * newHeight * newWidth)
        func source(_ index: Int, of newCount: Int, from count: Int) -> (first: Int, second: Int, share: Float) {
            let position = (Float(index) + 0.5) * Float(count) / Float(newCount) - 0.5
            let first = Int(max(0, min(Float(count - 1), position)))
            return (first, min(count - 1, first + 1), max(0, min(1, position - Float(first))))
        }
        for y in 0..<newHeight {
            let (top, bottom, down) = source(y, of: newHeight, from: height)
            for x in 0..<newWidth {
                let (left, right, across) = source(x, of: newWidth, from: width)
                for channel in 0..<3 {
                    func value(_ y: Int, _ x: Int) -> Float { Float(pixels[3 * (y * width + x) + channel]) / 255 }
                    let upper = value(top, left) * (1 - across) + value(top, right) * across
                    let lower = value(bottom, left) * (1 - across) + value(bottom, right) * across
                    buffer.pointer[(channel * newHeight + y) * newWidth + x] = upper * (1 - down) + lower * down
                }
            }
        }
        return buffer
    }
}

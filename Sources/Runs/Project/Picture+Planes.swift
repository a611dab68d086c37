// A picture as a model reads it.

import Render
import ViT

extension Picture {
    /// The picture as a model reads it: (3, height, width) in 0…1.
    package var planes: FloatBuffer { planes(height: height, width: width) }

    /// The picture at another size, by bilinear interpolation between pixel centres: (3, newHeight, newWidth) in 0…1.
    package func planes(height newHeight: Int, width newWidth: Int) -> FloatBuffer {
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

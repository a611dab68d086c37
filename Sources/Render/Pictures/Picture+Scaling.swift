// Making pictures smaller (area average in linear light) and larger (whole pixels).

import Foundation

extension Picture {
    /// A smaller picture of this width; the height keeps the proportions (at least 1 row).
    ///
    /// Each new pixel is the average of the area that it covers, taken in linear light, so that fine black and white
    /// patterns become the grey that the eye sees. A picture that is already as narrow is returned as it is.
    ///
    /// - Precondition: `width` is positive.
    public func thumbnail(width newWidth: Int) -> Picture {
        precondition(newWidth > 0, "a thumbnail needs at least one column")
        guard newWidth < width else { return self }
        let newHeight = max(1, Int((Double(height) * Double(newWidth) / Double(width)).rounded()))
        let columns = Picture.coverage(of: width, by: newWidth)
        let rows = Picture.coverage(of: height, by: newHeight)

        // Columns first, for every old row; then rows.
        var narrow = [Float](repeating: 0, count: height * newWidth * 3)
        for y in 0..<height {
            for x in 0..<newWidth {
                for (source, weight) in columns[x] {
                    let from = (y * width + source) * 3
                    let to = (y * newWidth + x) * 3
                    for channel in 0..<3 {
                        narrow[to + channel] += weight * Picture.linear[Int(pixels[from + channel])]
                    }
                }
            }
        }
        var result = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
        var sum = [Float](repeating: 0, count: newWidth * 3)
        for y in 0..<newHeight {
            for i in sum.indices { sum[i] = 0 }
            for (source, weight) in rows[y] {
                for i in sum.indices { sum[i] += weight * narrow[source * newWidth * 3 + i] }
            }
            for i in sum.indices { result[y * newWidth * 3 + i] = Picture.encoded(sum[i]) }
        }
        return Picture(width: newWidth, height: newHeight, pixels: result)
    }

    /// A picture in which each pixel is a square of `factor` × `factor` pixels.
    ///
    /// - Precondition: `factor` is positive and the result has at most ``largestPixelCount`` pixels.
    public func scaled(by factor: Int) -> Picture {
        precondition(factor > 0, "a picture is enlarged by a whole number from 1")
        guard factor > 1 else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(pixels.count * factor * factor)
        for y in 0..<height {
            var row: [UInt8] = []
            row.reserveCapacity(width * factor * 3)
            for x in 0..<width {
                let pixel = pixels[((y * width + x) * 3)..<((y * width + x) * 3 + 3)]
                for _ in 0..<factor { row += pixel }
            }
            for _ in 0..<factor { result += row }
        }
        return Picture(width: width * factor, height: height * factor, pixels: result)
    }

    /// Which old pixels each new pixel covers, and what part of the new pixel each of them fills (the parts sum to 1).
    private static func coverage(of count: Int, by newCount: Int) -> [[(Int, Float)]] {
        (0..<newCount).map { index in
            // In units of 1 / newCount of an old pixel, so that the bounds are whole numbers.
            let start = index * count
            let end = start + count
            return ((start / newCount)...((end - 1) / newCount)).map { source in
                let covered = min(end, (source + 1) * newCount) - max(start, source * newCount)
                return (source, Float(covered) / Float(count))
            }
        }
    }

    /// sRGB to linear light (IEC 61966-2-1), for the 256 values.
    private static let linear: [Float] = (0...255).map { value in
        let x = Double(value) / 255
        return Float(x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4))
    }

    /// Linear light to the nearest of the 256 sRGB values.
    private static func encoded(_ light: Float) -> UInt8 {
        let x = Double(min(1, max(0, light)))
        let encoded = x <= 0.0031308 ? x * 12.92 : 1.055 * pow(x, 1 / 2.4) - 0.055
        return UInt8((encoded * 255).rounded())
    }
}

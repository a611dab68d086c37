// Resizing as Pillow does: the same arithmetic as in its Resample.c and Geometry.c, so that the pixels are equal.

import Foundation

/// A filter of Pillow's `Image.resize`.
public enum ResamplingFilter: Sendable {
    case nearest, box, bilinear, hamming, bicubic, lanczos

    /// Half the filter's width, in pixels of the smaller picture.
    fileprivate var support: Double {
        switch self {
        case .nearest: 0
        case .box: 0.5
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The weight at a distance from the centre.
    fileprivate func weight(_ x: Double) -> Double {
        func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
        let distance = abs(x)
        switch self {
        case .nearest: return 1
        case .box: return x > -0.5 && x <= 0.5 ? 1 : 0
        case .bilinear: return distance < 1 ? 1 - distance : 0
        case .hamming:
            if distance == 0 { return 1 }
            let angle = distance * .pi
            // Pillow's constants are single precision.
            return distance < 1 ? sin(angle) / angle * (Double(Float(0.54)) + Double(Float(0.46)) * cos(angle)) : 0
        case .bicubic:
            let a = -0.5
            if distance < 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
            return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * a : 0
        case .lanczos: return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
        }
    }
}

extension Picture {
    /// The part in `rows` and `columns` of the picture resized to `newWidth` × `newHeight` pixels, as Pillow's
    /// `Image.resize` makes it; the rest is not computed, so that the whole may be of any size.
    ///
    /// Filters are as wide as the area that a new pixel covers, which averages over it. Between the two
    /// passes pixels have 8 bits. Which comes first decides last bits: columns, or rows if more than twice as many rows
    /// vanish as columns. (Measured on Pillow 13.0.0; earlier versions always begin with the columns.)
    ///
    /// - Throws: `RenderError` if the picture is so long and narrow that it has no room, whole or between the passes.
    /// - Precondition: the ranges are not empty and lie in the resized picture.
    public func resized(
        width newWidth: Int, height newHeight: Int, filter: ResamplingFilter, rows: Range<Int>, columns: Range<Int>
    ) throws(RenderError) -> Picture {
        precondition(
            !rows.isEmpty && !columns.isEmpty && rows.lowerBound >= 0 && columns.lowerBound >= 0
                && rows.upperBound <= newHeight && columns.upperBound <= newWidth, "the part lies in the picture")
        let tooLong = RenderError(
            "a picture of \(width) × \(height) pixels is too long and narrow to be resized to \(newWidth) × \(newHeight) "
                + "pixels. Crop it.")
        guard max(newWidth, newHeight) <= Picture.largestPixelCount else { throw tooLong }
        if filter == .nearest {
            return nearest(
                rows: Self.nearest(of: height, in: newHeight, rows),
                columns: Self.nearest(of: width, in: newWidth, columns))
        }
        let down = Self.contributions(of: height, in: newHeight, rows, filter)
        let first = down[0].start
        let needed = first..<(down[down.count - 1].start + down[down.count - 1].weights.count)
        let across = Self.contributions(of: width, in: newWidth, columns, filter)
        if height > newHeight, height - newHeight > 2 * (width - newWidth) {
            guard Picture.canHold(width: width, height: rows.count) else { throw tooLong }
            return resampledDown(down, from: 0).resampledAcross(across, rows: 0..<rows.count)
        }
        guard Picture.canHold(width: columns.count, height: needed.count) else { throw tooLong }
        return resampledAcross(across, rows: needed).resampledDown(down, from: first)
    }

    /// The pixels that one new pixel mixes.
    private struct Contribution {
        let start: Int
        /// In units of 2⁻²².
        let weights: [Int32]
    }

    /// The binary digits of a weight after the point (Pillow's `PRECISION_BITS`).
    private static let precision = 22

    private static func contributions(
        of count: Int, in newCount: Int, _ part: Range<Int>, _ filter: ResamplingFilter
    ) -> [Contribution] {
        // Pillow leaves out a pass that changes nothing.
        if count == newCount { return part.map { Contribution(start: $0, weights: [1 << precision]) } }
        let scale = Double(count) / Double(newCount)
        let filterScale = max(scale, 1)
        let support = filter.support * filterScale
        return part.map { index in
            let centre = (Double(index) + 0.5) * scale
            let start = max(Int(centre - support + 0.5), 0)
            let end = min(Int(centre + support + 0.5), count)
            let step = 1 / filterScale
            let weights = (start..<end).map { filter.weight((Double($0) - centre + 0.5) * step) }
            var sum = 0.0
            for weight in weights { sum += weight }
            return Contribution(
                start: start,
                weights: weights.map { weight in
                    let share = (sum == 0 ? weight : weight / sum) * Double(1 << precision)
                    return Int32(share < 0 ? share - 0.5 : share + 0.5)
                })
        }
    }

    private func resampledAcross(_ columns: [Contribution], rows: Range<Int>) -> Picture {
        var result = [UInt8](repeating: 0, count: rows.count * columns.count * 3)
        pixels.withUnsafeBufferPointer { source in
            var next = 0
            for row in rows {
                for column in columns {
                    var (red, green, blue) = (Self.half, Self.half, Self.half)
                    var place = 3 * (row * width + column.start)
                    for weight in column.weights {
                        red += Int(weight) * Int(source[place])
                        green += Int(weight) * Int(source[place + 1])
                        blue += Int(weight) * Int(source[place + 2])
                        place += 3
                    }
                    result[next] = Self.clipped(red)
                    result[next + 1] = Self.clipped(green)
                    result[next + 2] = Self.clipped(blue)
                    next += 3
                }
            }
        }
        return Picture(width: columns.count, height: rows.count, pixels: result)
    }

    /// - Parameter first: the row of the contributions' picture at which this picture begins.
    private func resampledDown(_ rows: [Contribution], from first: Int) -> Picture {
        let stride = 3 * width
        var result: [UInt8] = []
        result.reserveCapacity(rows.count * stride)
        pixels.withUnsafeBufferPointer { source in
            for row in rows {
                for index in 0..<stride {
                    var sum = Self.half
                    var place = (row.start - first) * stride + index
                    for weight in row.weights {
                        sum += Int(weight) * Int(source[place])
                        place += stride
                    }
                    result.append(Self.clipped(sum))
                }
            }
        }
        return Picture(width: width, height: rows.count, pixels: result)
    }

    /// Half of the last digit of a result, to round it.
    private static let half = 1 << (precision - 1)

    private static func clipped(_ sum: Int) -> UInt8 { UInt8(clamping: sum >> precision) }

    /// The old pixel of each new one. Pillow adds up the steps, which decides ties.
    private static func nearest(of count: Int, in newCount: Int, _ part: Range<Int>) -> [Int] {
        let step = Double(count) / Double(newCount)
        var position = step * 0.5
        for _ in 0..<part.lowerBound { position += step }
        return part.map { _ in
            defer { position += step }
            return min(Int(position), count - 1)
        }
    }

    private func nearest(rows: [Int], columns: [Int]) -> Picture {
        let result = rows.flatMap { row in
            columns.flatMap { column in pixels[(3 * (row * width + column))..<(3 * (row * width + column) + 3)] }
        }
        return Picture(width: columns.count, height: rows.count, pixels: result)
    }
}

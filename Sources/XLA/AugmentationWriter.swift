// From canvases to the images that the model sees at a step, as `Augmentation` computes it on the CPU.

import Foundation
import StableHLO
import ViT

/// Writes a method's framing, colour jitter and noise for B runs of `copies` copies.
struct AugmentationWriter {
    private let method: Method
    private let canvas: PictureSize
    private let output: PictureSize
    private let sampler: any Sampler

    init(_ augmentation: Augmentation, _ method: Method, output: PictureSize) throws {
        self.method = method
        self.output = output
        canvas = method.canvasSize(output: output)
        sampler =
            switch method.framing {
            case .affine(let affine):
                try WarpWriter(
                    affine, factor: method.canvasScale, edge: augmentation.edge, canvas: canvas, output: output)
            case .roll, .crop: SeparableWriter(isPeriodic: augmentation.edge == .wrap, canvas: canvas, output: output)
            }
    }

    /// The images, (B·copies, 3, height, width), of canvases, (B, 3, ·, ·).
    ///
    /// - Parameters:
    ///   - views: those of one step.
    ///   - noise: (B·copies, 3, height, width); nil if there is none.
    func images(_ canvases: Value, views: ViewInputs, noise: Value?) -> Value {
        var images = sampler.sample(canvases, copies: method.copies, views: views)
        if let colours = views.colours {
            let shape = [images.shape[0], 3, 1, 1]
            images = images * colours.scale.reshaped(shape) + colours.shift.reshaped(shape)
        }
        return noise.map { images + $0 } ?? images
    }
}

/// Bilinear resampling of canvases by views' maps.
protocol Sampler {
    /// (B, 3, canvas) and B·copies maps give (B·copies, 3, output).
    func sample(_ canvases: Value, copies: Int, views: ViewInputs) -> Value
}

/// A coefficient of each map: (N, 6) becomes (N, 1, 1).
private func coefficient(_ table: Value, _ index: Int) -> Value {
    table.sliced(index..<index + 1, along: 1).reshaped([table.shape[0], 1, 1])
}

/// A position in 32.32 fixed point: the whole pixel before it, of `int32`, and the fraction.
private func taps(_ position: Value) -> (pixel: Value, fraction: Value) {
    let bits = position.shiftedRight(8).and(position.module.constant(0xFF_FFFF, position.type))
    return (
        position.shiftedRight(32).converted(to: .int32),
        bits.converted(to: .float32) * Float(0x1p-24)
    )
}

/// Maps without rotation (rolls and crops): one small matrix for the rows and one for the columns.
struct SeparableWriter: Sampler {
    /// Whether the canvas repeats; outside of it is 0 otherwise.
    let isPeriodic: Bool
    let canvas: PictureSize
    let output: PictureSize

    func sample(_ canvases: Value, copies: Int, views: ViewInputs) -> Value {
        let runs = canvases.shape[0]
        let columns = weights(views.maps, scale: 0, start: 2, output.width, canvas.width)
            .reshaped([runs, copies, output.width, canvas.width])
        let rows = weights(views.maps, scale: 4, start: 5, output.height, canvas.height)
            .reshaped([runs, copies, output.height, canvas.height])
        // (B, copies, rows, 3, columns of the canvas), and then its columns.
        let halfway = rows.dot(canvases, over: ([3], [2]), batch: ([0], [0]))
        let whole = halfway.dot(columns, over: ([4], [3]), batch: ([0, 1], [0, 1]))
        return whole.transposed([0, 1, 3, 2, 4]).reshaped([runs * copies, 3, output.height, output.width])
    }

    /// The weight of each source pixel for each output pixel along one axis: (N, outputs, sources).
    private func weights(_ maps: Value, scale: Int, start: Int, _ outputs: Int, _ sources: Int) -> Value {
        let module = maps.module
        let images = maps.shape[0]
        let place = module.iota([images, outputs, 1], along: 1, .int64)
        let position = coefficient(maps, scale) * place + coefficient(maps, start)
        let (pixel, fraction) = taps(position)
        let source = module.iota([images, outputs, sources], along: 2)
        func weight(_ pixel: Value, _ weight: Value) -> Value {
            let place = isPeriodic ? wrapped(pixel, sources) : pixel
            return source.isEqual(to: place).choose(weight.broadcast(to: source.shape), 0)
        }
        let next = pixel + module.constant(1, pixel.type)
        return weight(pixel, 1 - fraction) + weight(next, fraction)
    }

    private func wrapped(_ pixel: Value, _ count: Int) -> Value {
        let remainder = pixel.remainder(count)
        let zero = pixel.module.constant(0, pixel.type)
        return remainder.isLess(than: zero).choose(remainder + pixel.module.constant(count, pixel.type), remainder)
    }
}

/// Maps with rotation: four reads for each output pixel, and for the gradient a few for each source pixel. Nothing is
/// scattered, so that sums have one order.
///
/// The canvas is continued beyond its edges first, as far as any view reads.
struct WarpWriter: Sampler {
    private let edge: Edge
    private let canvas: PictureSize
    private let output: PictureSize
    /// Pixels by which the canvas is continued on each side.
    private let margin: Int
    /// Output pixels around a source pixel's inverse image that may read it, along each axis.
    private let reach: Double

    /// The most pixels along an axis that the gradient of a source pixel is gathered from.
    private static let mostCandidates = 12
    /// The widest margin, in sides of the canvas.
    private static let widestMargin = 2

    init(_ affine: Method.Affine, factor: Int, edge: Edge, canvas: PictureSize, output: PictureSize) throws {
        self.edge = edge
        self.canvas = canvas
        self.output = output
        let angle = min(affine.rotation, 90) * .pi / 180
        let sine = sin(angle)
        // A position is c + R(−angle)·(o − c − second)/scale − first; see `AffineMap.similarity`.
        func overshoot(_ along: Int, _ across: Int) -> Double {
            let (a, b) = (Double(along - 1) / 2, Double(across - 1) / 2)
            let second = affine.secondJitter
            let farthest =
                (a + second * Double(along) + (b + second * Double(across)) * sine) / affine.smallestScale
            return farthest + affine.jitter * Double(along) - a
        }
        let most = max(overshoot(output.width, output.height), overshoot(output.height, output.width))
        margin = Int((most * Double(factor)).rounded(.up)) + factor + 1
        let steepest = min(angle, .pi / 4)
        let turn = cos(steepest) + sin(steepest)
        reach = affine.largestScale * turn / Double(factor) + 1e-3
        guard margin <= Self.widestMargin * max(canvas.height, canvas.width) else {
            throw ViTError(
                "The method's movements read far outside the picture: smallestScale is \(affine.smallestScale). Devices "
                    + "other than the CPU do not support this. Raise smallestScale, or use the device cpu.")
        }
        guard candidates <= Self.mostCandidates else {
            throw ViTError(
                "The method enlarges pictures up to \(affine.largestScale) times. Devices other than the CPU support "
                    + "at most \(Double(Self.mostCandidates) / 2 / turn * Double(factor)) times. Set largestScale, or "
                    + "use the device cpu.")
        }
    }

    /// Output pixels along each axis that may read one source pixel.
    private var candidates: Int { Int((2 * reach).rounded(.up)) }

    private var padded: PictureSize {
        PictureSize(height: canvas.height + 2 * margin, width: canvas.width + 2 * margin)
    }

    func sample(_ canvases: Value, copies: Int, views: ViewInputs) -> Value {
        let (runs, images) = (canvases.shape[0], canvases.shape[0] * copies)
        let continued = continued(canvases)
        let warped = continued.module.withGradient(of: [continued]) {
            read(pixels(continued), copies: copies, views)
        } pullback: { _, dy in
            let gradient = spread(pixels(dy), views)
            let perRun = gradient.reshaped([runs, copies, padded.count, 3]).sum(over: [1])
            return [perRun.transposed([0, 2, 1]).reshaped(continued.shape)]
        }
        precondition(warped.shape == [images, 3, output.height, output.width])
        return warped
    }

    /// (·, 3, height, width) as (·, pixels, 3).
    private func pixels(_ x: Value) -> Value {
        x.reshaped([x.shape[0], 3, x.shape[2] * x.shape[3]]).transposed([0, 2, 1])
    }

    // MARK: - Edges

    /// The canvas with its margin: each axis by a matrix that copies pixels, which any edge can be written as.
    private func continued(_ canvases: Value) -> Value {
        let module = canvases.module
        let rows = module.constant(copies(canvas.height), shape: [padded.height, canvas.height])
        let columns = module.constant(copies(canvas.width), shape: [padded.width, canvas.width])
        let wide = canvases.dot(columns, over: ([3], [1]))
        // (B, 3, height, padded width) over the height gives (B, 3, padded width, padded height).
        let picture = wide.dot(rows, over: ([2], [1])).transposed([0, 1, 3, 2])
        guard case .constant(let value, let border) = edge, value != 0, border > 0 else { return picture }
        var frame = [Float](repeating: 0, count: padded.count)
        for y in 0..<padded.height {
            for x in 0..<padded.width {
                let (row, column) = (y - margin, x - margin)
                let isInside = (0..<canvas.height).contains(row) && (0..<canvas.width).contains(column)
                let isNear =
                    (-border..<canvas.height + border).contains(row)
                    && (-border..<canvas.width + border).contains(column)
                if isNear && !isInside { frame[y * padded.width + x] = value }
            }
        }
        return picture + module.constant(frame, shape: [padded.height, padded.width])
    }

    /// The pixel that each padded pixel copies, as a matrix: (count + 2·margin, count).
    private func copies(_ count: Int) -> [Float] {
        var matrix = [Float](repeating: 0, count: (count + 2 * margin) * count)
        for place in 0..<count + 2 * margin {
            if let source = edge.index(place - margin, count) { matrix[place * count + source] = 1 }
        }
        return matrix
    }

    // MARK: - Forward

    /// Four taps for each output pixel: (B, padded pixels, 3) becomes (B·copies, 3, output).
    private func read(_ source: Value, copies: Int, _ views: ViewInputs) -> Value {
        let module = source.module
        let (runs, images) = (source.shape[0], views.maps.shape[0])
        let shape = [images, output.height, output.width]
        let (x, y) = positions(
            views.maps, column: module.iota(shape, along: 2, .int64), row: module.iota(shape, along: 1, .int64))
        let ((left, right), (top, bottom)) = (taps(x), taps(y))
        func tap(_ dx: Int, _ dy: Int) -> Value {
            let column = clamped(left + module.constant(margin + dx, left.type), padded.width)
            let row = clamped(top + module.constant(margin + dy, top.type), padded.height)
            let index = row * module.constant(padded.width, row.type) + column
            return source.entries(at: index.reshaped([runs, copies * output.count]))
                .reshaped([images] + shape.dropFirst() + [3])
        }
        func weight(_ value: Value) -> Value { value.reshaped(shape + [1]) }
        let upper = tap(0, 0) * weight(1 - right) + tap(1, 0) * weight(right)
        let lower = tap(0, 1) * weight(1 - right) + tap(1, 1) * weight(right)
        return (upper * weight(1 - bottom) + lower * weight(bottom)).transposed([0, 3, 1, 2])
    }

    /// Where the map puts output pixels: 32.32 fixed point.
    private func positions(_ maps: Value, column: Value, row: Value) -> (x: Value, y: Value) {
        (
            coefficient(maps, 0) * column + coefficient(maps, 1) * row + coefficient(maps, 2),
            coefficient(maps, 3) * column + coefficient(maps, 4) * row + coefficient(maps, 5)
        )
    }

    /// The nearest index that exists. The margin holds every tap, so that this only guards against reading elsewhere.
    private func clamped(_ index: Value, _ count: Int) -> Value {
        let zero = index.module.constant(0, index.type)
        let last = index.module.constant(count - 1, index.type)
        return index.isLess(than: zero).choose(zero, last.isLess(than: index).choose(last, index))
    }

    // MARK: - Backward

    /// The adjoint of `read` for each image: (N, output pixels, 3) becomes (N, padded pixels, 3).
    ///
    /// The output pixels that read a source pixel lie around its inverse image; each one's weights are computed again,
    /// from the same fixed-point position.
    private func spread(_ gradient: Value, _ views: ViewInputs) -> Value {
        let module = gradient.module
        let images = gradient.shape[0]
        let shape = [images, padded.height, padded.width]
        let one = module.constant(1, TensorType([], .int32))
        let minusMargin = module.constant(-margin, TensorType([], .int32))
        let column = module.iota(shape, along: 2) + minusMargin
        let row = module.iota(shape, along: 1) + minusMargin
        func inverse(_ index: Int) -> Value { coefficient(views.inverses, index) }
        let (x, y) = (column.converted(to: .float32) - inverse(4), row.converted(to: .float32) - inverse(5))
        func first(_ a: Int, _ b: Int) -> Value {
            ((inverse(a) * x + inverse(b) * y) - Float(reach)).floor().converted(to: .int32) + one
        }
        let (firstColumn, firstRow) = (first(0, 1), first(2, 3))
        /// The weight of a source pixel along one axis, from the position that an output pixel reads.
        func weight(_ position: Value, _ source: Value) -> Value {
            let (pixel, fraction) = taps(position)
            let zero = module.constant(0, fraction.type)
            return pixel.isEqual(to: source).choose(
                1 - fraction, (pixel + one).isEqual(to: source).choose(fraction, zero))
        }
        var total = module.constant(0, TensorType([images, padded.count, 3]))
        for dy in 0..<candidates {
            for dx in 0..<candidates {
                let column2 = firstColumn + module.constant(dx, one.type)
                let row2 = firstRow + module.constant(dy, one.type)
                let (u, v) = (clamped(column2, output.width), clamped(row2, output.height))
                let exists = u.isEqual(to: column2).and(v.isEqual(to: row2))
                let (px, py) = positions(
                    views.maps, column: u.converted(to: .int64), row: v.converted(to: .int64))
                let both = weight(px, column) * weight(py, row)
                let share = exists.choose(both, 0).reshaped([images, padded.count, 1])
                let index = (v * module.constant(output.width, v.type) + u).reshaped([images, padded.count])
                total = total + gradient.entries(at: index) * share
            }
        }
        return total
    }
}

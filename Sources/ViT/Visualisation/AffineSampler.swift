// Bilinear resampling of a canvas by an affine map, and its exact adjoint. Every geometric transform uses it.

/// What lies outside the source picture.
package enum Edge: Equatable, Sendable {
    /// `value` for `margin` pixels around it, then 0: a constant padding, followed by transforms that fill with zeros.
    case constant(value: Float, margin: Int)
    /// The picture mirrored endlessly at its outermost pixels, which are not repeated (torch's "reflect").
    case reflect
    /// The picture repeated endlessly.
    case wrap
}

/// Resamples canvases of one size to planar pictures of another. Holds no memory.
struct AffineSampler {
    /// Size of the source canvas.
    let source: PictureSize
    /// Size of the result.
    let output: PictureSize
    /// What lies outside the source.
    let edge: Edge

    /// y[o] = Σ over the four taps around map(o) of weight·source. Overwrites y: (3, output).
    func forward(_ canvas: UnsafePointer<Pixel>, map: AffineMap, y: UnsafeMutablePointer<Float>) {
        let green = output.count, blue = 2 &* output.count
        let width = source.width
        for row in 0..<output.height {
            var sx = map.x0 &+ map.xy &* Int64(row)
            var sy = map.y0 &+ map.yy &* Int64(row)
            let y = y + row &* output.width
            for column in 0..<output.width {
                let taps = Taps(sx, sy)
                let value: Pixel
                if taps.isInside(source) {
                    let p = canvas + (taps.y &* width &+ taps.x)
                    let top = p[0] * taps.left + p[1] * taps.right
                    let bottom = p[width] * taps.left + p[width &+ 1] * taps.right
                    value = top * taps.top + bottom * taps.bottom
                } else {
                    let (x, y) = (taps.x, taps.y)
                    let top = pixel(canvas, x, y) * taps.left + pixel(canvas, x &+ 1, y) * taps.right
                    let bottom = pixel(canvas, x, y &+ 1) * taps.left + pixel(canvas, x &+ 1, y &+ 1) * taps.right
                    value = top * taps.top + bottom * taps.bottom
                }
                y[column] = value.x
                y[green &+ column] = value.y
                y[blue &+ column] = value.z
                sx &+= map.xx
                sy &+= map.yx
            }
        }
    }

    /// The backward pass of y = A·source: dSource += scale·Aᵀ·dy. dy: (3, output). Accumulates into dCanvas: (source).
    func backward(
        dy: UnsafePointer<Float>, map: AffineMap, scale: Float, dCanvas: UnsafeMutablePointer<Pixel>
    ) {
        let green = output.count, blue = 2 &* output.count
        let width = source.width
        for row in 0..<output.height {
            var sx = map.x0 &+ map.xy &* Int64(row)
            var sy = map.y0 &+ map.yy &* Int64(row)
            let dy = dy + row &* output.width
            for column in 0..<output.width {
                let taps = Taps(sx, sy)
                let d = Pixel(dy[column], dy[green &+ column], dy[blue &+ column], 0) * scale
                let top = d * taps.top
                let bottom = d * taps.bottom
                if taps.isInside(source) {
                    let p = dCanvas + (taps.y &* width &+ taps.x)
                    p[0] += top * taps.left
                    p[1] += top * taps.right
                    p[width] += bottom * taps.left
                    p[width &+ 1] += bottom * taps.right
                } else {
                    add(top * taps.left, to: dCanvas, taps.x, taps.y)
                    add(top * taps.right, to: dCanvas, taps.x &+ 1, taps.y)
                    add(bottom * taps.left, to: dCanvas, taps.x, taps.y &+ 1)
                    add(bottom * taps.right, to: dCanvas, taps.x &+ 1, taps.y &+ 1)
                }
                sx &+= map.xx
                sy &+= map.yx
            }
        }
    }

    /// The source's value at any whole position, also outside it.
    private func pixel(_ canvas: UnsafePointer<Pixel>, _ x: Int, _ y: Int) -> Pixel {
        if let index = index(x, y) { return canvas[index] }
        guard case .constant(let value, let margin) = edge,
            x >= -margin && x < source.width &+ margin && y >= -margin && y < source.height &+ margin
        else { return Pixel() }
        return Pixel(value, value, value, 0)
    }

    private func add(_ value: Pixel, to canvas: UnsafeMutablePointer<Pixel>, _ x: Int, _ y: Int) {
        if let index = index(x, y) { canvas[index] += value }
    }

    /// The index of the source pixel at a whole position; nil outside a source with a constant edge.
    private func index(_ x: Int, _ y: Int) -> Int? {
        guard let column = edge.index(x, source.width), let row = edge.index(y, source.height) else { return nil }
        return row &* source.width &+ column
    }
}

extension Edge {
    /// The place in 0 ..< count that any whole place along an axis stands for; nil outside a constant edge.
    package func index(_ place: Int, _ count: Int) -> Int? {
        switch self {
        case .constant: return place >= 0 && place < count ? place : nil
        case .wrap:
            let remainder = place % count
            return remainder < 0 ? remainder &+ count : remainder
        case .reflect:
            guard count > 1 else { return 0 }
            let period = 2 &* count &- 2
            let remainder = place % period
            let inside = remainder < 0 ? remainder &+ period : remainder
            return inside < count ? inside : period &- inside
        }
    }
}

/// The four pixels around a position in 32.32 fixed point, and their weights.
private struct Taps {
    /// The upper left pixel.
    let x: Int, y: Int
    let left: Float, right: Float, top: Float, bottom: Float

    @inline(__always)
    init(_ sx: Int64, _ sy: Int64) {
        x = Int(sx &>> 32)
        y = Int(sy &>> 32)
        // 24 bits of the fraction: exact in float32, and so is one minus it.
        right = Float(Int32(truncatingIfNeeded: (sx &>> 8) & 0xFF_FFFF)) * 0x1p-24
        bottom = Float(Int32(truncatingIfNeeded: (sy &>> 8) & 0xFF_FFFF)) * 0x1p-24
        left = 1 - right
        top = 1 - bottom
    }

    @inline(__always)
    func isInside(_ size: PictureSize) -> Bool {
        x >= 0 && x < size.width &- 1 && y >= 0 && y < size.height &- 1
    }
}

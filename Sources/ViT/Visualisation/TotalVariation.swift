// Total variation as Ghiasi et al. 2022 compute it: the norms of four maps of differences between neighbours.

/// TV(x) = the sum over the four neighbour directions of the mean over channels of ‖difference map‖₂.
///
/// "Total Variation" of Ghiasi et al. 2022, "What do Vision Transformers Learn?", section 3, as in their code
/// (`TotalVariation`, p = 2): right, down, and both diagonals. The caller takes the mean over the batch.
enum TotalVariation {
    /// TV of one picture. x: (3, height, width).
    static func value(_ x: UnsafePointer<Float>, size: PictureSize) -> Float {
        var total: Float = 0
        forEachDifference(size) { difference in
            for channel in 0..<3 { total += difference.norm(x + channel &* size.count) }
        }
        return total / 3
    }

    /// dx −= weight·dTV/dx, because the objective is the activation minus the variation. Accumulates into dx.
    ///
    /// A map of zeros has no gradient and adds nothing, as in torch.
    static func subtractGradient(
        _ x: UnsafePointer<Float>, weight: Float, dx: UnsafeMutablePointer<Float>, size: PictureSize
    ) {
        forEachDifference(size) { difference in
            for channel in 0..<3 {
                let first = channel &* size.count
                difference.subtractGradient(x + first, weight: weight / 3, dx: dx + first)
            }
        }
    }

    @inline(__always)
    private static func forEachDifference(_ size: PictureSize, _ body: (Difference) -> Void) {
        body(Difference(dy: 0, dx: 1, size: size))
        body(Difference(dy: 1, dx: 0, size: size))
        body(Difference(dy: 1, dx: 1, size: size))
        body(Difference(dy: 1, dx: -1, size: size))
    }
}

/// The map x[r + dy, c + dx] − x[r, c] over all pixels for which both exist.
private struct Difference {
    private let width: Int, rows: Int, first: Int, columns: Int, offset: Int

    @inline(__always)
    init(dy: Int, dx: Int, size: PictureSize) {
        width = size.width
        rows = size.height - dy
        first = dx < 0 ? -dx : 0
        columns = size.width - abs(dx)
        offset = dy * size.width + dx
    }

    func norm(_ x: UnsafePointer<Float>) -> Float {
        var squares = Lanes(repeating: 0)
        var rest: Float = 0
        for row in 0..<rows {
            let a = x + (row &* width &+ first)
            let b = a + offset
            var i = 0
            while i &+ 8 <= columns {
                let d = Lanes(at: b + i) - Lanes(at: a + i)
                squares += d * d
                i &+= 8
            }
            while i < columns {
                rest += (b[i] - a[i]) * (b[i] - a[i])
                i &+= 1
            }
        }
        return (squares.sum() + rest).squareRoot()
    }

    func subtractGradient(_ x: UnsafePointer<Float>, weight: Float, dx: UnsafeMutablePointer<Float>) {
        let length = norm(x)
        guard length > 0 else { return }
        let scale = weight / length
        for row in 0..<rows {
            let a = x + (row &* width &+ first)
            let b = a + offset
            let da = dx + (row &* width &+ first)
            let db = da + offset
            // `da` and `db` may overlap (for the right neighbour): each is stored before the other is read.
            var i = 0
            while i &+ 8 <= columns {
                let d = (Lanes(at: b + i) - Lanes(at: a + i)) * scale
                (Lanes(at: da + i) + d).store(at: da + i)
                (Lanes(at: db + i) - d).store(at: db + i)
                i &+= 8
            }
            while i < columns {
                let d = (b[i] - a[i]) * scale
                da[i] += d
                db[i] -= d
                i &+= 1
            }
        }
    }
}

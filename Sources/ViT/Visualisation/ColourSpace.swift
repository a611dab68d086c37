// From decorrelated, unbounded channels to RGB in 0…1: Lucid's colour matrix and a sigmoid.

/// rgb = sigmoid(M·z), where M is the identity or the square root of natural images' colour covariance.
///
/// The matrix is Lucid's `color_correlation_normalized` (lucid/optvis/param/color.py; Olah, Mordvintsev & Schubert
/// 2017, "Feature Visualization"), whose columns are divided by the largest of their norms.
package struct ColourSpace {
    /// Column k of M: what one unit of channel k adds to red, green and blue.
    package let columns: (Pixel, Pixel, Pixel)

    /// Lucid's colour space, or plain RGB.
    package init(decorrelated: Bool) {
        guard decorrelated else {
            columns = (Pixel(1, 0, 0, 0), Pixel(0, 1, 0, 0), Pixel(0, 0, 1, 0))
            return
        }
        let first = Pixel(0.26, 0.27, 0.27, 0)
        let norm = (first * first).sum().squareRoot()
        columns = (first / norm, Pixel(0.09, 0, -0.09, 0) / norm, Pixel(0.02, -0.05, 0.03, 0) / norm)
    }

    /// canvas = sigmoid(M·z). z: (3, plane). Overwrites canvas: (size).
    func forward(z: UnsafePointer<Float>, canvas: UnsafeMutablePointer<Pixel>, size: PictureSize) {
        let (a, b, c) = columns
        var i = 0
        while i < size.count {
            let z0 = Lanes(at: z + i)
            let z1 = Lanes(at: z + size.plane + i)
            let z2 = Lanes(at: z + 2 &* size.plane + i)
            let red = sigmoid(z0 * a.x + z1 * b.x + z2 * c.x)
            let green = sigmoid(z0 * a.y + z1 * b.y + z2 * c.y)
            let blue = sigmoid(z0 * a.z + z1 * b.z + z2 * c.z)
            for lane in 0..<min(8, size.count &- i) {
                canvas[i &+ lane] = Pixel(red[lane], green[lane], blue[lane], 0)
            }
            i &+= 8
        }
    }

    /// The backward pass of rgb = sigmoid(M·z): dz = Mᵀ·(dRGB·rgb·(1 − rgb)). Overwrites dz: (3, plane).
    func backward(
        canvas: UnsafePointer<Pixel>, dCanvas: UnsafePointer<Pixel>, dz: UnsafeMutablePointer<Float>, size: PictureSize
    ) {
        let (a, b, c) = columns
        for i in 0..<size.count {
            let rgb = canvas[i]
            let d = dCanvas[i] * rgb * (1 - rgb)
            dz[i] = d.x * a.x + d.y * a.y + d.z * a.z
            dz[size.plane &+ i] = d.x * b.x + d.y * b.y + d.z * b.z
            dz[2 &* size.plane &+ i] = d.x * c.x + d.y * c.y + d.z * c.z
        }
    }
}

/// 1 / (1 + e^(−x)).
@inline(__always)
private func sigmoid(_ x: Lanes) -> Lanes {
    1 / (exponential(-x) + 1)
}

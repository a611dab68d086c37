// Where each pixel of a transformed picture comes from.

import Foundation

/// An affine map from an output pixel (x, y) to a source position: (xx·x + xy·y + x0, yx·x + yy·y + y0).
///
/// Pixel centres are whole numbers. Positions are in 32.32 fixed point: adding a step is exact, the integer part is a
/// tap's index and the fraction a weight, so that the forward and the backward pass use exactly the same weights.
public struct AffineMap: Equatable, Sendable {
    /// The coefficients of x, in units of 2⁻³² pixels.
    public var xx: Int64, xy: Int64, x0: Int64
    /// The coefficients of y, in units of 2⁻³² pixels.
    public var yx: Int64, yy: Int64, y0: Int64

    /// The map with these coefficients, each below 2³⁰ in magnitude.
    init(xx: Double, xy: Double, x0: Double, yx: Double, yy: Double, y0: Double) {
        self.xx = Self.fixed(xx)
        self.xy = Self.fixed(xy)
        self.x0 = Self.fixed(x0)
        self.yx = Self.fixed(yx)
        self.yy = Self.fixed(yy)
        self.y0 = Self.fixed(y0)
    }

    private static func fixed(_ value: Double) -> Int64 { Int64((value * 0x1p32).rounded()) }

    /// The identity map.
    static let identity = AffineMap(xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0)

    /// The source shifted by `first`, scaled and rotated about its centre, then shifted by `second`.
    ///
    /// Shifts are in pixels, towards larger x and y. `scale` > 1 enlarges. `angle` is in radians, from x towards y. The
    /// output has the source's size. One resample replaces four: output position o comes from
    /// c + R(−angle)·(o − c − second)/scale − first, where c is the centre.
    static func similarity(
        first: SIMD2<Double>, scale: Double, angle: Double, second: SIMD2<Double>, size: PictureSize
    ) -> AffineMap {
        let centre = SIMD2(Double(size.width - 1), Double(size.height - 1)) / 2
        let (c, s) = (cos(angle) / scale, sin(angle) / scale)
        let start = centre + second
        return AffineMap(
            xx: c, xy: s, x0: centre.x - c * start.x - s * start.y - first.x,
            yx: -s, yy: c, y0: centre.y + s * start.x - c * start.y - first.y)
    }

    /// The source rolled by whole pixels (`torch.roll`), to be sampled with `Edge.wrap`.
    static func roll(x: Int, y: Int) -> AffineMap {
        AffineMap(xx: 1, xy: 0, x0: -Double(x), yx: 0, yy: 1, y0: -Double(y))
    }

    /// This map with source positions on a canvas that is `factor` times as large. At twice the size, each position
    /// lies between four pixels, and a bilinear tap is their mean.
    func onCanvas(factor: Int) -> AffineMap {
        let f = Int64(factor)
        // Pixel i covers canvas pixels f·i … f·i + f − 1; their centre is f·i + (f − 1)/2.
        let middle = (f - 1) &<< 31
        var map = self
        map.xx *= f
        map.xy *= f
        map.yx *= f
        map.yy *= f
        map.x0 = x0 * f + middle
        map.y0 = y0 * f + middle
        return map
    }

    /// A square crop with this side and centre, both relative to the canvas. The output's corner pixels come from its
    /// corner pixels, as in TensorFlow's `crop_and_resize`.
    static func crop(centre: SIMD2<Double>, side: Double, canvas: PictureSize, output: PictureSize) -> AffineMap {
        let extent = SIMD2(Double(canvas.width - 1), Double(canvas.height - 1))
        let start = (centre - side / 2) * extent
        let step = SIMD2(
            side * extent.x / Double(max(output.width - 1, 1)), side * extent.y / Double(max(output.height - 1, 1)))
        return AffineMap(xx: step.x, xy: 0, x0: start.x, yx: 0, yy: step.y, y0: start.y)
    }
}

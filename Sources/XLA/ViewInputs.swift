// The random transforms of a slice of steps, as arrays that a module reads.

import StableHLO
import ViT

/// The arrays of views: what the host draws, in the order of the module's inputs.
struct ViewInputs {
    /// (S, N, 6) of `int64`: the coefficients of each view's map (`AffineMap`).
    let maps: Value
    /// (S, N, 6): the inverse of each map as floats, xx, xy, yx, yy, and the point that the map moves the origin to.
    let inverses: Value
    /// (S, N, 3) each: y = x·scale + shift per channel; nil for a method that leaves colours alone.
    let colours: (scale: Value, shift: Value)?

    /// Declares the inputs for `steps` steps of `images` images.
    init(_ program: Program, _ augmentation: Augmentation, steps: Int, images: Int) {
        maps = program.input([steps, images, 6], .int64)
        inverses = program.input([steps, images, 6])
        colours =
            augmentation.changesColour
            ? (program.input([steps, images, 3]), program.input([steps, images, 3])) : nil
    }

    private init(maps: Value, inverses: Value, colours: (Value, Value)?) {
        self.maps = maps
        self.inverses = inverses
        self.colours = colours
    }

    /// The views of one step: each array without its first dimension.
    func step(_ index: Value) -> ViewInputs {
        ViewInputs(
            maps: maps.element(at: index), inverses: inverses.element(at: index),
            colours: colours.map { ($0.scale.element(at: index), $0.shift.element(at: index)) })
    }
}

extension AffineMap {
    /// The coefficients in the order of `ViewInputs.maps`.
    var coefficients: [Int64] { [xx, xy, x0, yx, yy, y0] }

    /// The inverse in the order of `ViewInputs.inverses`, in pixels.
    var inverse: [Float] {
        func pixels(_ value: Int64) -> Double { Double(value) * 0x1p-32 }
        let (a, b, c, d) = (pixels(xx), pixels(xy), pixels(yx), pixels(yy))
        let determinant = a * d - b * c
        return [d / determinant, -b / determinant, -c / determinant, a / determinant, pixels(x0), pixels(y0)]
            .map(Float.init)
    }
}

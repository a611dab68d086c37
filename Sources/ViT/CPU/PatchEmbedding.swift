// Normalisation and patches: a convolution whose stride equals its kernel size is a matrix product over flattened
// patches.

/// The geometry of an image's patches.
struct PatchShape {
    /// Patches along the height and the width.
    let rows: Int, columns: Int
    /// Side of a patch in pixels.
    let size: Int
    /// Image size in pixels.
    var height: Int { rows * size }
    var width: Int { columns * size }
    /// Number of values of a flattened patch, in the order channel, row, column.
    var values: Int { 3 * size * size }
}

/// p = (x − mean)/σ, cut into patches.
///
/// image: (3, height, width) in 0…1. mean, 1/σ: (3). Overwrites patches: (rows·columns, 3·size·size).
func patchesForward(
    image: UnsafePointer<Float>, mean: [Float], inverseDeviation: [Float], patches: UnsafeMutablePointer<Float>,
    shape: PatchShape
) {
    for channel in 0..<3 {
        let mu = mean[channel]
        let r = inverseDeviation[channel]
        for y in 0..<shape.height {
            let source = image + (channel &* shape.height &+ y) &* shape.width
            let (patchRow, inner) = y.quotientAndRemainder(dividingBy: shape.size)
            let first = patchRow &* shape.columns &* shape.values
            var target = patches + first + (channel &* shape.size &+ inner) &* shape.size
            for column in 0..<shape.columns {
                let source = source + column &* shape.size
                for x in 0..<shape.size { target[x] = (source[x] - mu) * r }
                target += shape.values
            }
        }
    }
}

/// The backward pass of p = (x − mean)/σ: dx = dp/σ, at the pixel's position in the image.
///
/// dPatches: (rows·columns, 3·size·size). Overwrites dImage: (3, height, width).
func patchesBackward(
    dPatches: UnsafePointer<Float>, inverseDeviation: [Float], dImage: UnsafeMutablePointer<Float>, shape: PatchShape
) {
    for channel in 0..<3 {
        let r = inverseDeviation[channel]
        for y in 0..<shape.height {
            let target = dImage + (channel &* shape.height &+ y) &* shape.width
            let (patchRow, inner) = y.quotientAndRemainder(dividingBy: shape.size)
            let first = patchRow &* shape.columns &* shape.values
            var source = dPatches + first + (channel &* shape.size &+ inner) &* shape.size
            for column in 0..<shape.columns {
                let target = target + column &* shape.size
                for x in 0..<shape.size { target[x] = source[x] * r }
                source += shape.values
            }
        }
    }
}

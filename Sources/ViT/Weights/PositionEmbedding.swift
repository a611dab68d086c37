// Resizes position embeddings for another image size, like torchvision's `interpolate_embeddings`.

/// Resamples a grid of embeddings, (sourceRows·sourceColumns, C), to (rows·columns, C).
///
/// Bicubic with `align_corners=True` (torchvision.models.vision_transformer.interpolate_embeddings): corners map onto
/// corners, the kernel is Keys' with a = −0.75, and positions beyond the edge repeat it. Overwrites `destination`.
func interpolatePositions(
    _ source: UnsafePointer<Float>, rows sourceRows: Int, columns sourceColumns: Int, channels: Int,
    into destination: UnsafeMutablePointer<Float>, rows: Int, columns: Int
) {
    let vertical = (0..<rows).map { bicubicTaps($0, of: rows, from: sourceRows) }
    let horizontal = (0..<columns).map { bicubicTaps($0, of: columns, from: sourceColumns) }
    for row in 0..<rows {
        for column in 0..<columns {
            let target = destination + (row * columns + column) * channels
            target.update(repeating: 0, count: channels)
            for (sourceRow, rowWeight) in vertical[row] {
                for (sourceColumn, columnWeight) in horizontal[column] {
                    let weight = rowWeight * columnWeight
                    let values = source + (sourceRow * sourceColumns + sourceColumn) * channels
                    for channel in 0..<channels { target[channel] += weight * values[channel] }
                }
            }
        }
    }
}

/// The four source positions and weights that make target position `index` of `count`.
private func bicubicTaps(_ index: Int, of count: Int, from sourceCount: Int) -> [(position: Int, weight: Float)] {
    let scale = count > 1 ? Float(sourceCount - 1) / Float(count - 1) : 0
    let place = Float(index) * scale
    let whole = place.rounded(.down)
    return (-1...2).map { tap in
        let position = min(max(Int(whole) + tap, 0), sourceCount - 1)
        return (position, keysKernel(abs(place - whole - Float(tap))))
    }
}

/// Keys' cubic convolution kernel (IEEE Trans. ASSP 29, 1981, eq. 4) with PyTorch's a = −0.75.
private func keysKernel(_ distance: Float) -> Float {
    let a: Float = -0.75
    let d = distance
    return switch d {
    case ...1: ((a + 2) * d - (a + 3)) * d * d + 1
    case ..<2: ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    default: 0
    }
}

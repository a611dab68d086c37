// Resizes position embeddings for another image size, as the library of a family does it.

/// How a library resizes a grid of position embeddings.
public enum PositionInterpolation: String, Sendable, Codable {
    /// Bicubic with a = −0.75 and `align_corners=True`: corners map onto corners
    /// (torchvision.models.vision_transformer.interpolate_embeddings).
    case alignedCorners
    /// Bicubic with a = −0.75 and `align_corners=False`: pixels have an extent (Hugging Face).
    case bicubic
    /// The same with the scale of a target that is 0.1 patches larger, "to avoid floating point error" (Meta's DINOv2).
    case offsetBicubic
    /// Bicubic with `antialias=True`: a = −0.5, over an area that grows with the scale (timm, OpenCLIP, DINOv2 with
    /// registers).
    case antialiasedBicubic

    /// The rule, as `inspect` shows it.
    var description: String {
        switch self {
        case .alignedCorners: "bicubic, as torchvision's interpolate_embeddings"
        case .bicubic: "bicubic, as Hugging Face's interpolate_pos_encoding"
        case .offsetBicubic: "bicubic with an offset of 0.1, as Meta's DINOv2"
        case .antialiasedBicubic: "bicubic with antialiasing, as timm's resample_abs_pos_embed"
        }
    }

    /// The source positions and weights that make target position `index` of `count`. They sum to 1 up to rounding.
    func taps(_ index: Int, of count: Int, from sourceCount: Int) -> [(position: Int, weight: Float)] {
        switch self {
        case .alignedCorners:
            let scale = count > 1 ? Float(sourceCount - 1) / Float(count - 1) : 0
            return Self.fourTaps(around: Float(index) * scale, from: sourceCount)
        case .bicubic, .offsetBicubic:
            let scale = Float(sourceCount) / (Float(count) + (self == .offsetBicubic ? 0.1 : 0))
            return Self.fourTaps(around: (Float(index) + 0.5) * scale - 0.5, from: sourceCount)
        case .antialiasedBicubic:
            let scale = Float(sourceCount) / Float(count)
            let reach = max(scale, 1)
            let centre = (Float(index) + 0.5) * scale
            let first = max(Int(centre - 2 * reach + 0.5), 0)
            let last = min(Int(centre + 2 * reach + 0.5), sourceCount)
            let weights = (first..<last).map {
                keysKernel(abs((Float($0) - centre + 0.5) / reach), sharpness: -0.5)
            }
            let sum = weights.reduce(0, +)
            return zip(first..<last, weights).map { ($0, $1 / sum) }
        }
    }

    /// Four positions around a place; those beyond the edge repeat it.
    private static func fourTaps(around place: Float, from sourceCount: Int) -> [(position: Int, weight: Float)] {
        let whole = place.rounded(.down)
        return (-1...2).map { tap in
            let position = min(max(Int(whole) + tap, 0), sourceCount - 1)
            return (position, keysKernel(abs(place - whole - Float(tap)), sharpness: -0.75))
        }
    }
}

/// Resamples a grid of embeddings, (sourceRows·sourceColumns, C), to (rows·columns, C). Overwrites `destination`.
func interpolatePositions(
    _ source: UnsafePointer<Float>, rows sourceRows: Int, columns sourceColumns: Int, channels: Int,
    into destination: UnsafeMutablePointer<Float>, rows: Int, columns: Int, by interpolation: PositionInterpolation
) {
    let vertical = (0..<rows).map { interpolation.taps($0, of: rows, from: sourceRows) }
    let horizontal = (0..<columns).map { interpolation.taps($0, of: columns, from: sourceColumns) }
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

/// Keys' cubic convolution kernel (IEEE Trans. ASSP 29, 1981, eq. 4) with a = `sharpness`.
private func keysKernel(_ distance: Float, sharpness a: Float) -> Float {
    let d = distance
    return switch d {
    case ...1: ((a + 2) * d - (a + 3)) * d * d + 1
    case ..<2: ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    default: 0
    }
}

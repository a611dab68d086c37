// The rotary positions of DINOv3 (Siméoni et al. 2025, section 3.2): angles from a patch's place on its own grid.

import Foundation

extension CheckpointLoader {
    /// The cosines and sines of every patch's angles. Sets the configuration's mark.
    ///
    /// The file's own periods are used where it has them, because Meta's are rounded to bfloat16, which its code
    /// computes with; otherwise, they are θ^(j/m) for j in 0 ..< m, m = D/4.
    ///
    /// - Throws: `ViTError` for a head size that has no angles, and for a damaged tensor.
    mutating func rotaryPositions(_ configuration: inout ViTConfiguration) throws -> RotaryParameters {
        let half = configuration.headSize / 2
        guard configuration.headSize.isMultiple(of: 4) else {
            throw ViTError(
                "\(file.path): the head size \(configuration.headSize) is not a multiple of 4, which rotary positions "
                    + "need. State the number of heads (--heads N, or model: {heads: N} in atlas.yml).")
        }
        configuration.hasRotaryPositions = true
        let periods = try periods(half / 2)
        let (rows, columns) = (configuration.patchRows, configuration.patchColumns)
        let rotary = RotaryParameters(
            cosine: FloatBuffer(count: configuration.patchCount * half),
            sine: FloatBuffer(count: configuration.patchCount * half))
        for patch in 0..<configuration.patchCount {
            // The centres of the patches, from −1 to 1 along each side.
            let y = (Double(patch / columns) + 0.5) / Double(rows) * 2 - 1
            let x = (Double(patch % columns) + 0.5) / Double(columns) * 2 - 1
            for (j, period) in periods.enumerated() {
                for (index, place) in [(j, y), (half / 2 + j, x)] {
                    let angle = 2 * Double.pi * place / Double(period)
                    rotary.cosine.pointer[patch * half + index] = Float(cos(angle))
                    rotary.sine.pointer[patch * half + index] = Float(sin(angle))
                }
            }
        }
        return rotary
    }

    /// The periods of the angles along one axis: (`count`).
    private mutating func periods(_ count: Int) throws -> [Float] {
        let name = "rope_embed.periods"
        if reader.has(name) { return try reader.buffer(name, [count]).array }
        let theta = settings.ropeTheta(usual: 100)
        return (0..<count).map { Float(pow(Double(theta), Double($0) / Double(count))) }
    }
}

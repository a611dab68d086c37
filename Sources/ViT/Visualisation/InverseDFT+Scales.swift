// What the coefficients of a spectrum are multiplied by before they become a picture.

import Foundation

extension InverseDFT {
    /// Lucid's 1/f scaling, s = 1/max(f, 1/longer side)^decay / 4 with f in cycles per pixel: (K, height).
    package func scales(decayPower: Double) -> FloatBuffer {
        overFrequencies { Float(1 / pow($0, decayPower) / 4) }
    }

    /// The magnitudes of photographs in the three decorrelated channels (`NaturalSpectrum`): (3, K, height).
    package func naturalMagnitudes() -> FloatBuffer {
        FloatBuffer(
            NaturalSpectrum.channelScales.flatMap { scale in
                overFrequencies { Float(NaturalSpectrum.magnitude(at: $0) * scale) }.array
            })
    }

    /// A function of the frequency, at least that of the longer side: (K, height).
    private func overFrequencies(_ value: (Double) -> Float) -> FloatBuffer {
        let lowest = 1 / Double(max(height, width))
        let values = FloatBuffer(count: columns * height)
        for k in 0..<columns {
            for j in 0..<height {
                values.pointer[k * height + j] = value(max(frequency(column: k, row: j), lowest))
            }
        }
        return values
    }
}

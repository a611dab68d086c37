// The measured mean magnitude of photographs' Fourier coefficients.

import Foundation

/// How strong each spatial frequency is in photographs (the fixed magnitude of Fel et al. 2023).
enum NaturalSpectrum {
    /// Measured points: frequency in cycles per 512 pixels, and mean magnitude.
    private static let points: [(frequency: Double, magnitude: Double)] = [
        (1.3, 77_700), (2, 36_400), (3.2, 21_200), (5, 12_600), (8, 6_600), (12.7, 3_660), (20, 2_020), (32, 1_030),
        (51, 514), (81, 236), (128, 86), (203, 16),
    ]

    /// The magnitudes of the three decorrelated channels, relative to the first.
    static let channelScales: [Double] = [1, 0.99, 0.83]

    /// The magnitude at a frequency in cycles per pixel: interpolated linearly between the points in log-log,
    /// extrapolated from the last two points above the highest, and constant below the lowest.
    static func magnitude(at frequency: Double) -> Double {
        let cycles = frequency * 512
        guard cycles > points[0].frequency else { return points[0].magnitude }
        var upper = 1
        while upper < points.count - 1 && cycles > points[upper].frequency { upper += 1 }
        let (a, b) = (points[upper - 1], points[upper])
        let t = log(cycles / a.frequency) / log(b.frequency / a.frequency)
        return exp(log(a.magnitude) + t * log(b.magnitude / a.magnitude))
    }
}

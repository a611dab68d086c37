// Pictures from parameters, against lucent's and Xplique's, and every gradient against finite differences.

import Foundation
import Reference
import Testing

@testable import ViT

struct ParameterisationTests {
    private let size = PictureSize(height: 4, width: 6)

    /// sin(1 + 0.7·c + 1.3·k + 2.1·j + 0.5·part), the formula that the references were computed from.
    private func formula(parts: Int, columns: Int, rows: Int, count: Int) -> [Float] {
        var values: [Float] = []
        for c in 0..<3 {
            for k in 0..<columns {
                for part in 0..<parts {
                    for j in 0..<rows {
                        let angle = 1 + 0.7 * Double(c) + 1.3 * Double(k) + 2.1 * Double(j) + 0.5 * Double(part)
                        values.append(Float(sin(angle)))
                    }
                }
            }
        }
        return values + [Float](repeating: 0, count: count - values.count)
    }

    /// lucent's fft_image and to_valid_rgb(decorrelate=True), channel, row, column.
    @Test func fourierMakesLucentsPicture() {
        let expected: [Float] = [
            0.55303, 0.690303, 0.502005, 0.482307, 0.594162, 0.572803, 0.579781, 0.853985, 0.625917, 0.44556, 0.540624,
            0.631271, 0.639898, 0.471491, 0.352773, 0.457051, 0.496145, 0.641839, 0.482966, 0.508303, 0.383884,
            0.494019, 0.672058, 0.492216, 0.58167, 0.616021, 0.439449, 0.464984, 0.568758, 0.602808, 0.633026,
            0.789787, 0.479155, 0.426799, 0.504747, 0.615733, 0.609129, 0.413391, 0.378174, 0.461502, 0.473086,
            0.602959, 0.49439, 0.452964, 0.38956, 0.484946, 0.650708, 0.581652, 0.560864, 0.595756, 0.45801, 0.474358,
            0.554908, 0.577233, 0.599272, 0.740839, 0.495106, 0.444973, 0.506327, 0.59081, 0.586806, 0.437472,
            0.403621, 0.470053, 0.481022, 0.582602, 0.494837, 0.467916, 0.414106, 0.489103, 0.618999, 0.55637,
        ]
        let fourier = FourierParameterisation(size: size, decayPower: 1, decorrelated: true)
        let parameters = formula(
            parts: 2, columns: 4, rows: 4, count: ParameterSpace.spectrum(size, parts: 2, .uniform).count)
        let picture = planar(ParameterisationProbe(parameterisation: fourier).forward(parameters).canvas)
        #expect(relativeError(picture, expected) < 2e-6)
    }

    /// Xplique's maco_image_parametrization, in torch, with this project's spectrum.
    @Test func phaseMakesXpliquesPicture() {
        let expected: [Float] = [
            0.793325, 0.538158, 0.280211, 0.395857, 0.605939, 0.727546, 0.777768, 0.564375, 0.281664, 0.343297,
            0.574423, 0.752751, 0.554218, 0.335188, 0.237532, 0.330314, 0.547316, 0.651917, 0.538239, 0.323452,
            0.234916, 0.394796, 0.581629, 0.583137, 0.678027, 0.425453, 0.304621, 0.492185, 0.668004, 0.710312,
            0.677312, 0.440612, 0.28076, 0.41457, 0.604135, 0.711857, 0.510258, 0.317602, 0.282362, 0.405215, 0.580014,
            0.642691, 0.486076, 0.30799, 0.303349, 0.502286, 0.655765, 0.619271, 0.655258, 0.457743, 0.365611,
            0.523425, 0.647145, 0.672458, 0.642627, 0.454739, 0.331638, 0.457693, 0.600897, 0.672313, 0.499444,
            0.351651, 0.334095, 0.444612, 0.567555, 0.605063, 0.490822, 0.356835, 0.367382, 0.526726, 0.625624,
            0.588004,
        ]
        let phase = PhaseParameterisation(size: size)
        let parameters = formula(
            parts: 1, columns: 4, rows: 4, count: ParameterSpace.spectrum(size, parts: 1, .uniform).count)
        let picture = planar(ParameterisationProbe(parameterisation: phase).forward(parameters).canvas)
        #expect(relativeError(picture, expected) < 2e-6)
    }

    private static func makeAll(_ size: PictureSize) -> [(any ImageParameterisation, ParameterSpace)] {
        let planes = ParameterSpace.planes(size, .normal(deviation: 0.5))
        let spectrum = ParameterSpace.spectrum(size, parts: 2, .normal(deviation: 0.2))
        return [
            (PixelParameterisation(size: size, decorrelated: false), planes),
            (PixelParameterisation(size: size, decorrelated: true), planes),
            (ClampedParameterisation(size: size), .planes(size, .uniform)),
            (FourierParameterisation(size: size, decayPower: 1, decorrelated: true), spectrum),
            (FourierParameterisation(size: size, decayPower: 0.5, decorrelated: false), spectrum),
            (PhaseParameterisation(size: size), .spectrum(size, parts: 1, .normal(deviation: 1))),
        ]
    }

    @Test(arguments: 0..<6, 0..<6)
    func gradientIsThatOfFiniteDifferences(kind: Int, seed: Int) {
        // Odd and even sides, and one that fills whole SIMD lanes.
        let sizes = [PictureSize(height: 4, width: 6), .init(height: 5, width: 7), .init(height: 9, width: 4)]
        let (parameterisation, space) = Self.makeAll(sizes[seed % 3])[kind]
        let probe = ParameterisationProbe(parameterisation: parameterisation)
        let parameters = space.start(seed: UInt64(seed))
        var samples = SampleGenerator(seed: seed)
        let weights = samples.values(3 * probe.parameterisation.size.count)
        let gradient = probe.gradient(parameters, weights: weights)
        let expected = numericalGradient(parameters, step: 4e-3) {
            innerProduct(planar(probe.forward($0).canvas), weights)
        }
        #expect(relativeError(gradient, expected) < 4e-3)
    }

    @Test(arguments: 0..<6)
    func startsDifferBySeedAndRepeat(kind: Int) {
        let space = Self.makeAll(size)[kind].1
        #expect(space.start(seed: 1) == space.start(seed: 1))
        #expect(space.start(seed: 1) != space.start(seed: 2))
    }

    @Test func clampingStaysInRange() {
        let clamped = ClampedParameterisation(size: PictureSize(height: 2, width: 2))
        let parameters = FloatBuffer([-1, 0.25, 2, 1, 0, 0, 0, 0] + [Float](repeating: 0.5, count: 16))
        clamped.constrain(parameters.pointer)
        #expect(parameters.array == [0, 0.25, 1, 1, 0, 0, 0, 0] + [Float](repeating: 0.5, count: 16))
    }

    @Test func sineAndCosineAreLibms() {
        var worst: Float = 0
        for i in -20_000...20_000 {
            let x = Float(i) * 0.01
            let (s, c) = sineAndCosine(Lanes(repeating: x))
            worst = max(worst, abs(s[0] - Float(sin(Double(x)))), abs(c[0] - Float(cos(Double(x)))))
        }
        #expect(worst < 2e-7)
    }

    @Test func spectrumGoesThroughItsPoints() {
        #expect(abs(NaturalSpectrum.magnitude(at: 8.0 / 512) - 6600) < 1e-6 * 6600)
        #expect(abs(NaturalSpectrum.magnitude(at: 203.0 / 512) - 16) < 1e-6 * 16)
        // Half-way in log-log: the geometric mean.
        #expect(abs(NaturalSpectrum.magnitude(at: (8 * 12.7).squareRoot() / 512) - (6600.0 * 3660).squareRoot()) < 0.01)
        #expect(NaturalSpectrum.magnitude(at: 0.5 / 512) == 77_700)
        #expect(NaturalSpectrum.magnitude(at: 0.5) < 16)
    }
}

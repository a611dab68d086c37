// Pictures with the spectrum of photographs: the magnitude is fixed, and only the phase is optimised (MaCo).

/// canvas = sigmoid(M·standardise(F⁻¹(m·e^(i·standardise(p))))), where p is (3, K, height).
///
/// Fel et al. 2023, "Unlocking Feature Visualization for Deeper Networks with MAgnitude Constrained Optimization", as
/// its authors' Xplique computes it (`maco_image_parametrization`): standardise(x) = (x − mean)/(deviation + 1e-5) over
/// all values of the run. Departure: the magnitude m is interpolated between the points of `NaturalSpectrum`, whereas
/// Xplique downloads an array. The zero frequency has the magnitude of the canvas's lowest frequency.
package final class PhaseParameterisation: ImageParameterisation {
    package let size: PictureSize
    private let parameterCount: Int
    private let colours = ColourSpace(decorrelated: true)
    private let transform: InverseDFT
    /// m, (3, K, height).
    private let magnitude: FloatBuffer
    /// The spectrum, or its gradient: (3, K, 2, height).
    private let spectrum: FloatBuffer
    /// The gradient of the standardised phase, (3, K, height).
    private let dPhase: FloatBuffer
    /// The gradient of the standardised image, (3, plane).
    private let dz: FloatBuffer

    private var phaseCount: Int { 3 * transform.columns * size.height }

    /// Saved are the standardised image, (3, plane); cos and sin of the phase, (3, K, height) each; and
    /// 1/(deviation + 1e-5) and the deviation, of the phase and then of the image.
    var savedCount: Int { 3 * size.plane + 2 * phaseCount + 4 }

    /// Added to a deviation before something is divided by it.
    package static let epsilon = 1e-5

    init(size: PictureSize) {
        self.size = size
        transform = InverseDFT(height: size.height, width: size.width)
        let count = 3 * transform.columns * size.height
        parameterCount = (count + 7) / 8 * 8
        magnitude = transform.naturalMagnitudes()
        spectrum = FloatBuffer(count: 2 * count)
        dPhase = FloatBuffer(count: parameterCount)
        dz = FloatBuffer(count: 3 * size.plane)
    }

    func forward(
        _ parameters: UnsafePointer<Float>, saved: UnsafeMutablePointer<Float>, canvas: UnsafeMutablePointer<Pixel>
    ) {
        let count = phaseCount
        let z = saved
        let cosines = saved + 3 &* size.plane
        let sines = cosines + count
        let moments = sines + count

        let (phaseMean, phaseDeviation) = Self.moments(parameters, count: count)
        let phaseScale = Float(1 / (phaseDeviation + Self.epsilon))
        moments[0] = phaseScale
        moments[1] = Float(phaseDeviation)
        let height = size.height
        for column in 0..<3 &* transform.columns {
            let first = column &* height
            let real = spectrum.pointer + 2 &* first
            var j = 0
            while j < height {
                // If the height is not a multiple of 8, the last values of a column are computed one by one.
                if j &+ 8 <= height {
                    let (s, c) = sineAndCosine((Lanes(at: parameters + first + j) - phaseMean) * phaseScale)
                    let m = Lanes(at: magnitude.pointer + first + j)
                    c.store(at: cosines + first + j)
                    s.store(at: sines + first + j)
                    (c * m).store(at: real + j)
                    (s * m).store(at: real + height + j)
                    j &+= 8
                } else {
                    let phase = (parameters[first &+ j] - phaseMean) * phaseScale
                    let (s, c) = sineAndCosine(Lanes(repeating: phase))
                    let m = magnitude.pointer[first &+ j]
                    cosines[first &+ j] = c[0]
                    sines[first &+ j] = s[0]
                    real[j] = c[0] * m
                    real[height &+ j] = s[0] * m
                    j &+= 1
                }
            }
        }
        transform.forward(spectrum: spectrum.pointer, image: z, plane: size.plane)

        let (mean, imageDeviation) = imageMoments(z)
        let scale = Float(1 / (imageDeviation + Self.epsilon))
        moments[2] = scale
        moments[3] = Float(imageDeviation)
        for channel in 0..<3 {
            let z = z + channel &* size.plane
            for i in 0..<size.count { z[i] = (z[i] - mean) * scale }
        }
        colours.forward(z: z, canvas: canvas, size: size)
    }

    func backward(
        _ parameters: UnsafePointer<Float>, saved: UnsafePointer<Float>, canvas: UnsafePointer<Pixel>,
        dCanvas: UnsafePointer<Pixel>, dParameters: UnsafeMutablePointer<Float>
    ) {
        let count = phaseCount
        let z = saved
        let cosines = saved + 3 &* size.plane
        let sines = cosines + count
        let moments = sines + count
        colours.backward(canvas: canvas, dCanvas: dCanvas, dz: dz.pointer, size: size)

        // The backward pass of z = (x − mean)·scale over the three planes.
        var (sum, product) = (0.0, 0.0)
        for channel in 0..<3 {
            let first = channel &* size.plane
            let (s, p) = Self.sums(dz.pointer + first, z + first, count: size.count)
            sum += s
            product += p
        }
        let pixels = Double(3 * size.count)
        let (offset, slope) = Self.standardisationGradient(
            sum: sum, product: product, count: pixels, scale: moments[2], deviation: moments[3])
        for channel in 0..<3 {
            let d = dz.pointer + channel &* size.plane
            let z = z + channel &* size.plane
            for i in 0..<size.count { d[i] = d[i] * moments[2] - offset - z[i] * slope }
        }

        transform.backward(dImage: dz.pointer, plane: size.plane, dSpectrum: spectrum.pointer)

        // The backward pass of (real, imaginary) = m·(cos φ, sin φ), where φ = (p − mean)·scale.
        let height = size.height
        for column in 0..<3 &* transform.columns {
            let first = column &* height
            let real = spectrum.pointer + 2 &* first
            for j in 0..<height {
                let i = first &+ j
                dPhase.pointer[i] = (real[height &+ j] * cosines[i] - real[j] * sines[i]) * magnitude.pointer[i]
            }
        }
        // The standardised phase is computed again: (p − mean)·scale.
        let (phaseMean, _) = Self.moments(parameters, count: count)
        var (phaseSum, phaseProduct) = (0.0, 0.0)
        for i in 0..<count {
            phaseSum += Double(dPhase.pointer[i])
            phaseProduct += Double(dPhase.pointer[i] * ((parameters[i] - phaseMean) * moments[0]))
        }
        let (phaseOffset, phaseSlope) = Self.standardisationGradient(
            sum: phaseSum, product: phaseProduct, count: Double(count), scale: moments[0], deviation: moments[1])
        for i in 0..<count {
            let phase = (parameters[i] - phaseMean) * moments[0]
            dParameters[i] = dPhase.pointer[i] * moments[0] - phaseOffset - phase * phaseSlope
        }
        for i in count..<parameterCount { dParameters[i] = 0 }
    }

    /// The backward pass of y = (x − mean(x))·scale, scale = 1/(deviation(x) + ε), is dx = d·scale − offset − y·slope
    /// with offset = scale·mean(d) and slope = mean(d·y)/deviation.
    private static func standardisationGradient(
        sum: Double, product: Double, count: Double, scale: Float, deviation: Float
    ) -> (offset: Float, slope: Float) {
        // dx = scale·(d − mean d) − scale²·mean(d·(x − mean))·(x − mean)/deviation, and (x − mean) = y/scale.
        (scale * Float(sum / count), deviation > 0 ? Float(product / count) / deviation : 0)
    }

    /// Mean and (population) standard deviation of the image's three planes, computed in double precision.
    private func imageMoments(_ z: UnsafePointer<Float>) -> (mean: Float, deviation: Double) {
        let n = Double(3 * size.count)
        var total = 0.0
        for channel in 0..<3 { total += Self.sums(z + channel &* size.plane, nil, count: size.count).sum }
        let mean = Float(total / n)
        var squares = 0.0
        for channel in 0..<3 { squares += Self.squares(z + channel &* size.plane, from: mean, count: size.count) }
        return (mean, (squares / n).squareRoot())
    }

    private static func moments(_ x: UnsafePointer<Float>, count: Int) -> (mean: Float, deviation: Double) {
        let mean = Float(sums(x, nil, count: count).sum / Double(count))
        return (mean, (squares(x, from: mean, count: count) / Double(count)).squareRoot())
    }

    /// Σ a and Σ a·b.
    private static func sums(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>?, count: Int
    ) -> (sum: Double, product: Double) {
        var (sum, product) = (0.0, 0.0)
        for i in 0..<count {
            sum += Double(a[i])
            if let b { product += Double(a[i] * b[i]) }
        }
        return (sum, product)
    }

    /// Σ (a − mean)².
    private static func squares(_ a: UnsafePointer<Float>, from mean: Float, count: Int) -> Double {
        var sum = 0.0
        for i in 0..<count { sum += Double((a[i] - mean) * (a[i] - mean)) }
        return sum
    }
}

/// sin x and cos x with an absolute error below 2e-7 for |x| ≤ 1000 (Cephes `sinf`, `cosf`).
@inline(__always)
func sineAndCosine(_ x: Lanes) -> (sine: Lanes, cosine: Lanes) {
    // Adding 1.5·2²³ rounds to the nearest integer and leaves that integer in the low mantissa bits.
    let magic = Lanes(repeating: 12_582_912)
    let shifted = x * 0.636_619_77 + magic
    let n = shifted - magic
    let quadrant = unsafeBitCast(shifted, to: SIMD8<Int32>.self)
    let r = ((x - n * 1.570_312_5) - n * 4.837_512_97e-4) - n * 7.549_789_95e-8
    let square = r * r
    var s = Lanes(repeating: -1.951_529_59e-4)
    s = s * square + 8.332_160_87e-3
    s = s * square - 1.666_665_46e-1
    s = s * square * r + r
    var c = Lanes(repeating: 2.443_315_71e-5)
    c = c * square - 1.388_731_63e-3
    c = c * square + 4.166_664_57e-2
    c = c * square * square - square * 0.5 + 1
    let odd = quadrant & 1 .== 1
    let sine = s.replacing(with: c, where: odd)
    let cosine = c.replacing(with: s, where: odd)
    let negativeSine = quadrant & 2 .== 2
    let negativeCosine = (quadrant &+ 1) & 2 .== 2
    return (
        sine.replacing(with: -sine, where: negativeSine), cosine.replacing(with: -cosine, where: negativeCosine)
    )
}

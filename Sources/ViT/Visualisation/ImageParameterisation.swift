// What a parameterisation of the picture is, and the two that live in pixel space.

/// A differentiable map from the numbers that are optimised to a canvas. One worker's: may hold scratch memory.
///
/// Everything of one run is in its parameters and its saved values; nothing is kept between calls.
protocol ImageParameterisation: AnyObject {
    /// Size of the canvas.
    var size: PictureSize { get }
    /// Numbers that are optimised, a multiple of 8; those beyond the picture's own stay zero.
    var parameterCount: Int { get }
    /// Values that `forward` saves for `backward`.
    var savedCount: Int { get }

    /// The start of a run. Overwrites parameters: (parameterCount).
    func initialise(_ parameters: UnsafeMutablePointer<Float>, using generator: inout RunGenerator)

    /// Overwrites canvas: (size) and saved: (savedCount).
    func forward(
        _ parameters: UnsafePointer<Float>, saved: UnsafeMutablePointer<Float>, canvas: UnsafeMutablePointer<Pixel>)

    /// dParameters = (dCanvas/dParameters)ᵀ·dCanvas, with what the last `forward` of the same run saved.
    ///
    /// Overwrites dParameters: (parameterCount).
    func backward(
        _ parameters: UnsafePointer<Float>, saved: UnsafePointer<Float>, canvas: UnsafePointer<Pixel>,
        dCanvas: UnsafePointer<Pixel>, dParameters: UnsafeMutablePointer<Float>)

    /// Puts the parameters back where they may be, after an optimiser's step.
    func constrain(_ parameters: UnsafeMutablePointer<Float>)
}

extension ImageParameterisation {
    var savedCount: Int { 0 }
    func constrain(_ parameters: UnsafeMutablePointer<Float>) {}
}

/// Pixels through a sigmoid: canvas = sigmoid(M·p), p: (3, plane), starting at N(0, deviation).
final class PixelParameterisation: ImageParameterisation {
    let size: PictureSize
    private let deviation: Float
    private let colours: ColourSpace

    var parameterCount: Int { 3 * size.plane }

    init(size: PictureSize, deviation: Double, decorrelated: Bool) {
        self.size = size
        self.deviation = Float(deviation)
        colours = ColourSpace(decorrelated: decorrelated)
    }

    func initialise(_ parameters: UnsafeMutablePointer<Float>, using generator: inout RunGenerator) {
        parameters.update(repeating: 0, count: parameterCount)
        for channel in 0..<3 {
            for i in 0..<size.count { parameters[channel * size.plane + i] = Float(generator.normal()) * deviation }
        }
    }

    func forward(
        _ parameters: UnsafePointer<Float>, saved: UnsafeMutablePointer<Float>, canvas: UnsafeMutablePointer<Pixel>
    ) {
        colours.forward(z: parameters, canvas: canvas, size: size)
    }

    func backward(
        _ parameters: UnsafePointer<Float>, saved: UnsafePointer<Float>, canvas: UnsafePointer<Pixel>,
        dCanvas: UnsafePointer<Pixel>, dParameters: UnsafeMutablePointer<Float>
    ) {
        colours.backward(canvas: canvas, dCanvas: dCanvas, dz: dParameters, size: size)
    }
}

/// Pixels themselves, clamped to 0…1 after each step: canvas = p, p: (3, plane), starting at U(0, 1).
final class ClampedParameterisation: ImageParameterisation {
    let size: PictureSize

    var parameterCount: Int { 3 * size.plane }

    init(size: PictureSize) { self.size = size }

    func initialise(_ parameters: UnsafeMutablePointer<Float>, using generator: inout RunGenerator) {
        parameters.update(repeating: 0, count: parameterCount)
        for channel in 0..<3 {
            for i in 0..<size.count { parameters[channel * size.plane + i] = Float(generator.unit()) }
        }
    }

    func forward(
        _ parameters: UnsafePointer<Float>, saved: UnsafeMutablePointer<Float>, canvas: UnsafeMutablePointer<Pixel>
    ) {
        for i in 0..<size.count {
            canvas[i] = Pixel(parameters[i], parameters[size.plane &+ i], parameters[2 &* size.plane &+ i], 0)
        }
    }

    func backward(
        _ parameters: UnsafePointer<Float>, saved: UnsafePointer<Float>, canvas: UnsafePointer<Pixel>,
        dCanvas: UnsafePointer<Pixel>, dParameters: UnsafeMutablePointer<Float>
    ) {
        for i in 0..<size.count {
            let d = dCanvas[i]
            dParameters[i] = d.x
            dParameters[size.plane &+ i] = d.y
            dParameters[2 &* size.plane &+ i] = d.z
        }
    }

    func constrain(_ parameters: UnsafeMutablePointer<Float>) {
        for i in 0..<parameterCount {
            let value = parameters[i]
            parameters[i] = value > 0 ? (value < 1 ? value : 1) : 0
        }
    }
}

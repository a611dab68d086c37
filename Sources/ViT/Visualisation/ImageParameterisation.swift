// The interface of parameterisations of the picture, and the two in pixel space.

/// A differentiable map from the numbers that are optimised (`ParameterSpace`) to a canvas. For one worker: it may hold
/// scratch memory.
///
/// The whole state of a run is in its parameters and its saved values; nothing is kept between calls.
protocol ImageParameterisation: AnyObject {
    /// Size of the canvas.
    var size: PictureSize { get }
    /// Number of values that `forward` saves for `backward`.
    var savedCount: Int { get }

    /// Overwrites canvas: (size) and saved: (savedCount).
    func forward(
        _ parameters: UnsafePointer<Float>, saved: UnsafeMutablePointer<Float>, canvas: UnsafeMutablePointer<Pixel>)

    /// dParameters = (dCanvas/dParameters)ᵀ·dCanvas, with what the last `forward` of the same run saved.
    ///
    /// Overwrites dParameters: (parameters).
    func backward(
        _ parameters: UnsafePointer<Float>, saved: UnsafePointer<Float>, canvas: UnsafePointer<Pixel>,
        dCanvas: UnsafePointer<Pixel>, dParameters: UnsafeMutablePointer<Float>)

    /// Moves the parameters back into their range, after an optimiser's step.
    func constrain(_ parameters: UnsafeMutablePointer<Float>)
}

extension ImageParameterisation {
    var savedCount: Int { 0 }
    func constrain(_ parameters: UnsafeMutablePointer<Float>) {}
}

/// Pixels through a sigmoid: canvas = sigmoid(M·p), where p is (3, plane).
final class PixelParameterisation: ImageParameterisation {
    let size: PictureSize
    private let colours: ColourSpace

    init(size: PictureSize, decorrelated: Bool) {
        self.size = size
        colours = ColourSpace(decorrelated: decorrelated)
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

/// Pixels, clamped to 0…1 after each step: canvas = p, where p is (3, plane).
final class ClampedParameterisation: ImageParameterisation {
    let size: PictureSize

    init(size: PictureSize) { self.size = size }

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
        for i in 0..<3 &* size.plane {
            let value = parameters[i]
            parameters[i] = value > 0 ? (value < 1 ? value : 1) : 0
        }
    }
}

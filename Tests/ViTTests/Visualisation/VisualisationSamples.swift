// Helpers for the tests of visualisation.

@testable import ViT

/// Σ a·b in double precision.
func innerProduct(_ a: [Float], _ b: [Float]) -> Double { weighted(a, b) }

/// The first three lanes of each pixel, channel by channel.
func planar(_ pixels: [Pixel]) -> [Float] {
    (0..<3).flatMap { channel in pixels.map { $0[channel] } }
}

/// Pixels from planar values; the fourth lane is zero.
func pixels(_ planar: [Float]) -> [Pixel] {
    let count = planar.count / 3
    return (0..<count).map { Pixel(planar[$0], planar[count + $0], planar[2 * count + $0], 0) }
}

/// A canvas that `body` fills.
func canvas(_ count: Int, _ body: (UnsafeMutablePointer<Pixel>) -> Void) -> [Pixel] {
    var pixels = [Pixel](repeating: Pixel(), count: count)
    pixels.withUnsafeMutableBufferPointer { buffer in
        if let pointer = buffer.baseAddress { body(pointer) }
    }
    return pixels
}

/// One run's parameterisation, its canvas, and the gradient of Σ weights·canvas.
struct ParameterisationProbe {
    let parameterisation: any ImageParameterisation

    func forward(_ parameters: [Float]) -> (canvas: [Pixel], saved: [Float]) {
        let saved = FloatBuffer(count: parameterisation.savedCount)
        let pixels = canvas(parameterisation.size.count) {
            parameterisation.forward(parameters, saved: saved.pointer, canvas: $0)
        }
        return (pixels, saved.array)
    }

    func gradient(_ parameters: [Float], weights: [Float]) -> [Float] {
        let (canvas, saved) = forward(parameters)
        return filled(parameters.count) {
            parameterisation.backward(
                parameters, saved: saved, canvas: canvas, dCanvas: pixels(weights), dParameters: $0)
        }
    }
}

extension ParameterSpace {
    /// A run's initial parameters.
    func start(seed: UInt64) -> [Float] {
        var generator = RunGenerator(seed: seed)
        return filled(count) { draw($0, using: &generator) }
    }
}

extension Augmentation {
    /// The views of a step's copies.
    func views(step: Int, copies: Int, using generator: inout RunGenerator) -> [View] {
        [View](unsafeUninitializedCapacity: copies) { views, count in
            draw(step: step, using: &generator, views: views)
            count = copies
        }
    }

    /// One image's noise; nil if the method has none.
    func noise(_ count: Int, using generator: inout RunGenerator) -> [Float]? {
        addsNoise ? filled(count) { drawNoise(using: &generator, noise: $0) } : nil
    }
}

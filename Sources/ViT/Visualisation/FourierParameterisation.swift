// Pictures as spectra: gradient ascent in Fourier space with 1/f scaling, decorrelated in space and colour.

import Foundation

/// canvas = sigmoid(M·F⁻¹(s ⊙ p)), where p is a half spectrum, (3, K, 2, height).
///
/// Lucid's `fft_image` and `to_valid_rgb` as in lucent (Olah, Mordvintsev & Schubert 2017, "Feature Visualization",
/// section "Preconditioning"): s = 1/max(f, 1/longer side)^decay / 4, f is in cycles per pixel, and F⁻¹ is the
/// orthonormal inverse transform. Departure: an odd width has (width + 1)/2 columns. Lucid keeps one more, which its
/// inverse transform never reads.
final class FourierParameterisation: ImageParameterisation {
    let size: PictureSize
    private let colours: ColourSpace
    private let transform: InverseDFT
    /// s, the same for all channels and for real and imaginary parts: (K, height).
    private let scale: FloatBuffer
    /// The scaled spectrum, or its gradient.
    private let spectrum: FloatBuffer
    /// F⁻¹ of it, or its gradient: (3, plane).
    private let z: FloatBuffer

    init(size: PictureSize, decayPower: Double, decorrelated: Bool) {
        self.size = size
        colours = ColourSpace(decorrelated: decorrelated)
        transform = InverseDFT(height: size.height, width: size.width)
        scale = transform.scales(decayPower: decayPower)
        spectrum = FloatBuffer(count: 6 * transform.columns * size.height)
        z = FloatBuffer(count: 3 * size.plane)
    }

    func forward(
        _ parameters: UnsafePointer<Float>, saved: UnsafeMutablePointer<Float>, canvas: UnsafeMutablePointer<Pixel>
    ) {
        multiplyByScale(parameters, into: spectrum.pointer)
        transform.forward(spectrum: spectrum.pointer, image: z.pointer, plane: size.plane)
        colours.forward(z: z.pointer, canvas: canvas, size: size)
    }

    func backward(
        _ parameters: UnsafePointer<Float>, saved: UnsafePointer<Float>, canvas: UnsafePointer<Pixel>,
        dCanvas: UnsafePointer<Pixel>, dParameters: UnsafeMutablePointer<Float>
    ) {
        colours.backward(canvas: canvas, dCanvas: dCanvas, dz: z.pointer, size: size)
        transform.backward(dImage: z.pointer, plane: size.plane, dSpectrum: spectrum.pointer)
        multiplyByScale(spectrum.pointer, into: dParameters)
    }

    /// b = s ⊙ a, both (3, K, 2, height). Overwrites b.
    private func multiplyByScale(_ a: UnsafePointer<Float>, into b: UnsafeMutablePointer<Float>) {
        for row in 0..<6 &* transform.columns {
            let first = row &* size.height
            let scale = scale.pointer + row / 2 % transform.columns &* size.height
            for j in 0..<size.height { b[first &+ j] = a[first &+ j] * scale[j] }
        }
    }
}

// The inverse real Fourier transform of small colour images, as matrix products with precomputed matrices.
// Deliberately not an FFT: at the sizes of ViT inputs, the products cost a few per cent of the model's. They allow any
// size, and their adjoint is the same products transposed.

import Foundation

/// `irfft2(spectrum, norm="ortho")` of three channels, and its exact adjoint. For one worker: it holds scratch memory.
///
/// The half spectrum has K = width / 2 + 1 columns. Spectra are stored as (3, K, 2, height): channel, horizontal
/// frequency, real or imaginary part, vertical frequency (in `numpy.fft.fftfreq`'s order). The transform over rows is
/// then one product, and the transform over columns one product per channel.
package final class InverseDFT {
    /// Image size in pixels.
    let height: Int, width: Int
    /// Columns of the half spectrum.
    package let columns: Int
    /// Columns of the half spectrum for images of this width.
    static func columns(width: Int) -> Int { width / 2 + 1 }

    /// e^(iθ) over vertical frequency × row as a real matrix: (2·height, 2·height).
    package let rowMatrix: FloatBuffer
    /// Real part of e^(iθ) over horizontal frequency × column, with Hermitian weights: (2·K, width).
    package let columnMatrix: FloatBuffer
    /// The intermediate result: (3, K, 2, height), with rows in place of vertical frequencies.
    private let halfway: FloatBuffer

    /// The transform to images of this size.
    package init(height: Int, width: Int) {
        self.height = height
        self.width = width
        columns = Self.columns(width: width)
        rowMatrix = FloatBuffer(count: 4 * height * height)
        columnMatrix = FloatBuffer(count: 2 * columns * width)
        halfway = FloatBuffer(count: 6 * columns * height)
        for k in 0..<height {
            for y in 0..<height {
                let angle = 2 * Double.pi * Double(k * y % height) / Double(height)
                let (c, s) = (Float(cos(angle)), Float(sin(angle)))
                rowMatrix.pointer[k * 2 * height + y] = c
                rowMatrix.pointer[k * 2 * height + height + y] = s
                rowMatrix.pointer[(height + k) * 2 * height + y] = -s
                rowMatrix.pointer[(height + k) * 2 * height + height + y] = c
            }
        }
        let scale = 1 / Double(height * width).squareRoot()
        for k in 0..<columns {
            // Every column also represents its mirror image, except the first, and the last of an even width.
            let weight = k == 0 || 2 * k == width ? scale : 2 * scale
            for x in 0..<width {
                let angle = 2 * Double.pi * Double(k * x % width) / Double(width)
                columnMatrix.pointer[2 * k * width + x] = Float(weight * cos(angle))
                columnMatrix.pointer[(2 * k + 1) * width + x] = Float(-weight * sin(angle))
            }
        }
    }

    /// image = Re(F⁻¹·spectrum). spectrum: (3, K, 2, height). Overwrites image: channels of (height, width) that are
    /// `plane` values apart.
    func forward(spectrum: UnsafePointer<Float>, image: UnsafeMutablePointer<Float>, plane: Int) {
        BLAS.multiply(
            rows: 3 * columns, columns: 2 * height, inner: 2 * height,
            spectrum, aStride: 2 * height, rowMatrix.pointer, bStride: 2 * height,
            into: halfway.pointer, cStride: 2 * height)
        for channel in 0..<3 {
            BLAS.multiply(
                rows: height, columns: width, inner: 2 * columns,
                halfway.pointer + channel * 2 * columns * height, aStride: height, aTransposed: true,
                columnMatrix.pointer, bStride: width, into: image + channel * plane, cStride: width)
        }
    }

    /// The backward pass of image = Re(F⁻¹·spectrum): dSpectrum = (Re F⁻¹)ᵀ·dImage. Overwrites dSpectrum.
    func backward(dImage: UnsafePointer<Float>, plane: Int, dSpectrum: UnsafeMutablePointer<Float>) {
        for channel in 0..<3 {
            BLAS.multiply(
                rows: 2 * columns, columns: height, inner: width,
                columnMatrix.pointer, aStride: width, dImage + channel * plane, bStride: width, bTransposed: true,
                into: halfway.pointer + channel * 2 * columns * height, cStride: height)
        }
        BLAS.multiply(
            rows: 3 * columns, columns: 2 * height, inner: 2 * height,
            halfway.pointer, aStride: 2 * height, rowMatrix.pointer, bStride: 2 * height, bTransposed: true,
            into: dSpectrum, cStride: 2 * height)
    }

    /// The frequency of column `k`, row `j` of the spectrum in cycles per pixel (Lucid's `rfft2d_freqs`).
    func frequency(column k: Int, row j: Int) -> Double {
        let x = Double(k) / Double(width)
        let y = Double(2 * j < height ? j : j - height) / Double(height)
        return (x * x + y * y).squareRoot()
    }
}

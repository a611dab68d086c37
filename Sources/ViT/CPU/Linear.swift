// Linear layers: y = x·Wᵀ + b, as in torch.nn.Linear, by one matrix product.

/// y = x·Wᵀ, without the bias, which callers fuse into the next operation.
///
/// x: (images·rows, inputs) with row stride `xStride`. W: (outputs, inputs). y: (images·rows, outputs) with row stride
/// `yStride`. Overwrites y, or accumulates into it.
func linearForward(
    x: UnsafePointer<Float>, xStride: Int, weight: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, yStride: Int,
    accumulating: Bool = false, images: Int, rows: Int, inputs: Int, outputs: Int
) {
    forEachProduct(images: images, rows: rows, inner: inputs, columns: outputs) { first, rows in
        BLAS.multiply(
            rows: rows, columns: outputs, inner: inputs, x + first &* xStride, aStride: xStride, weight,
            bStride: inputs, bTransposed: true, into: y + first &* yStride, cStride: yStride,
            keeping: accumulating ? 1 : 0)
    }
}

/// The backward pass of y = x·Wᵀ: dx = dy·W.
///
/// dy: (images·rows, outputs) with row stride `dyStride`. W: (outputs, inputs). dx: (images·rows, inputs).
/// Overwrites dx.
func linearBackward(
    dy: UnsafePointer<Float>, dyStride: Int, weight: UnsafePointer<Float>, dx: UnsafeMutablePointer<Float>,
    images: Int, rows: Int, inputs: Int, outputs: Int
) {
    forEachProduct(images: images, rows: rows, inner: outputs, columns: inputs) { first, rows in
        BLAS.multiply(
            rows: rows, columns: inputs, inner: outputs, dy + first &* dyStride, aStride: dyStride, weight,
            bStride: inputs, into: dx + first &* inputs, cStride: inputs)
    }
}

/// One product for the whole batch, or one per image if an image's product is small.
///
/// For products of at most 100³ multiplications, OpenBLAS's AVX-512 kernels take another path, with other bytes at the
/// edges. Deciding by the image, not the batch, keeps the bytes independent of the batch's size.
@inline(__always)
private func forEachProduct(images: Int, rows: Int, inner: Int, columns: Int, _ body: (Int, Int) -> Void) {
    if rows * inner * columns > 1_000_000 {
        body(0, images * rows)
    } else {
        for image in 0..<images { body(image * rows, rows) }
    }
}

/// y = x + b per row: the start of a residual sum, to which a product is then added; or, with x = y, a bias in place.
///
/// x, y: (R, C) with their row strides. b: (C). Overwrites y.
func biasForward(
    x: UnsafePointer<Float>, xStride: Int, bias: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>, yStride: Int,
    rows: Int, channels: Int
) {
    vector.addBias(x, xStride, bias, y, yStride, rows, channels)
}

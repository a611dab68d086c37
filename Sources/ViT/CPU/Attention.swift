// Scaled dot-product attention of one image (Vaswani et al. 2017, section 3.2), head by head, without the projections.

/// The shapes of one image's attention.
struct AttentionShape {
    /// Query tokens, T_q: all tokens, or in the last block only the one that is read.
    let queries: Int
    /// Key and value tokens, T.
    let keys: Int
    /// Heads, H.
    let heads: Int
    /// Channels of a head, D.
    let headSize: Int
    /// Distance between the rows of an attention pattern: T rounded up to whole SIMD lanes.
    var patternStride: Int { (keys + 15) / 16 * 16 }
    /// Values of one image's attention pattern, (H, T_q, stride).
    var patternCount: Int { heads * queries * patternStride }
    /// 1/√D.
    var scale: Float { 1 / Float(headSize).squareRoot() }
}

extension AttentionShape {
    /// The attention of `queries` tokens to all tokens of a model.
    init(queries: Int, in configuration: ViTConfiguration) {
        self.init(
            queries: queries, keys: configuration.tokenCount, heads: configuration.headCount,
            headSize: configuration.headSize)
    }
}

/// P = softmax(Q·Kᵀ/√D) per head.
///
/// q: (T_q, H·D) with row stride `qStride`; k: (T, H·D) with row stride `kStride`. Overwrites P: (H, T_q, stride),
/// whose padding becomes 0.
func attentionPatternForward(
    q: UnsafePointer<Float>, qStride: Int, k: UnsafePointer<Float>, kStride: Int,
    pattern: UnsafeMutablePointer<Float>, shape: AttentionShape
) {
    let stride = shape.patternStride
    for head in 0..<shape.heads {
        let pattern = pattern + head &* shape.queries &* stride
        BLAS.multiply(
            rows: shape.queries, columns: shape.keys, inner: shape.headSize, scale: shape.scale,
            q + head &* shape.headSize, aStride: qStride, k + head &* shape.headSize, bStride: kStride,
            bTransposed: true,
            into: pattern, cStride: stride)
        softmaxForward(pattern, rows: shape.queries, count: shape.keys, stride: stride)
    }
}

/// The backward pass of P = softmax(Q·Kᵀ/√D): dq = dS·K/√D, dk = dSᵀ·Q/√D, with dS = P∘(dP − rowsum(P∘dP)) and
/// dP = dO·Vᵀ.
///
/// Reads dO: (T_q, H·D). Overwrites dk: (T, H·D), then dq: (T_q, H·D), which may be q itself. `scratch`: (T_q, stride).
func attentionPatternBackward(
    dOut: UnsafePointer<Float>, outStride: Int, q: UnsafePointer<Float>, qStride: Int,
    k: UnsafePointer<Float>, v: UnsafePointer<Float>, kvStride: Int, pattern: UnsafePointer<Float>,
    dq: UnsafeMutablePointer<Float>, dqStride: Int, dk: UnsafeMutablePointer<Float>, dkStride: Int,
    scratch: UnsafeMutablePointer<Float>, shape: AttentionShape
) {
    let stride = shape.patternStride
    for head in 0..<shape.heads {
        let offset = head &* shape.headSize
        let pattern = pattern + head &* shape.queries &* stride
        BLAS.multiply(
            rows: shape.queries, columns: shape.keys, inner: shape.headSize,
            dOut + offset, aStride: outStride, v + offset, bStride: kvStride, bTransposed: true,
            into: scratch, cStride: stride)
        softmaxBackward(dy: scratch, y: pattern, rows: shape.queries, count: shape.keys, stride: stride)
        BLAS.multiply(
            rows: shape.keys, columns: shape.headSize, inner: shape.queries, scale: shape.scale,
            scratch, aStride: stride, aTransposed: true, q + offset, bStride: qStride, into: dk + offset,
            cStride: dkStride)
        BLAS.multiply(
            rows: shape.queries, columns: shape.headSize, inner: shape.keys, scale: shape.scale,
            scratch, aStride: stride, k + offset, bStride: kvStride, into: dq + offset, cStride: dqStride)
    }
}

/// O = P·V per head.
///
/// P: (H, T_q, stride). v: (T, H·D) with row stride `vStride`. Overwrites O: (T_q, H·D) with row stride `outStride`.
func attentionValuesForward(
    pattern: UnsafePointer<Float>, v: UnsafePointer<Float>, vStride: Int,
    out: UnsafeMutablePointer<Float>, outStride: Int, shape: AttentionShape
) {
    for head in 0..<shape.heads {
        BLAS.multiply(
            rows: shape.queries, columns: shape.headSize, inner: shape.keys,
            pattern + head &* shape.queries &* shape.patternStride, aStride: shape.patternStride,
            v + head &* shape.headSize, bStride: vStride, into: out + head &* shape.headSize, cStride: outStride)
    }
}

/// The backward pass of O = P·V for the values: dv = Pᵀ·dO per head.
///
/// dO: (T_q, H·D). Overwrites dv: (T, H·D) with row stride `dvStride`.
func attentionValuesBackward(
    pattern: UnsafePointer<Float>, dOut: UnsafePointer<Float>, outStride: Int,
    dv: UnsafeMutablePointer<Float>, dvStride: Int, shape: AttentionShape
) {
    for head in 0..<shape.heads {
        BLAS.multiply(
            rows: shape.keys, columns: shape.headSize, inner: shape.queries,
            pattern + head &* shape.queries &* shape.patternStride, aStride: shape.patternStride, aTransposed: true,
            dOut + head &* shape.headSize, bStride: outStride, into: dv + head &* shape.headSize, cStride: dvStride)
    }
}

/// y = exp(x − max x)/Σ in place, over `count` values per row. The padding up to `stride` (whole lanes) becomes 0.
///
/// x: (rows, stride).
func softmaxForward(_ x: UnsafeMutablePointer<Float>, rows: Int, count: Int, stride: Int) {
    vector.softmax(x, rows, count, stride)
}

/// The backward pass of y = softmax(x): dy becomes dx = y∘(dy − Σ y·dy), over `count` values per row. The padding
/// becomes 0.
///
/// dy, y: (rows, stride). y's padding must be 0, as `softmaxForward` leaves it.
func softmaxBackward(dy: UnsafeMutablePointer<Float>, y: UnsafePointer<Float>, rows: Int, count: Int, stride: Int) {
    vector.softmaxBackward(dy, y, rows, count, stride)
}

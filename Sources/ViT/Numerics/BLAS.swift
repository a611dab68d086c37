// The only file that calls OpenBLAS: single-precision matrix products on row-major memory, on the caller's thread.
// Deliberately not a tensor library: it takes and fills pointers, and allocates nothing.

import COpenBLAS

/// OpenBLAS, single-threaded, so that workers run in parallel and results do not depend on the number of threads.
public enum BLAS {
    /// The CPU kernel that OpenBLAS chose, e.g. `Haswell` or `SkylakeX`. Results are byte-identical for each kernel.
    public static let kernelName: String = {
        useOneThread()
        return String(cString: openblas_get_corename())
    }()

    /// OpenBLAS's version, e.g. `0.3.26`.
    static let version: String = {
        // "OpenBLAS 0.3.26 DYNAMIC_ARCH …"
        let words = String(cString: openblas_get_config()).split(separator: " ")
        return words.count > 1 ? String(words[1]) : "unknown"
    }()

    /// Makes every product run on its caller's thread. Call it before the first product.
    public static func useOneThread() { oneThread }
    private static let oneThread: Void = openblas_set_num_threads(1)

    /// C = α·op(A)·op(B) + β·C, where op is the identity or the transpose; all row-major.
    ///
    /// op(A): (rows, inner), op(B): (inner, columns), C: (rows, columns). A stride is the distance between rows in
    /// memory, for A and B as stored. β = 0 overwrites C, β = 1 accumulates.
    @inline(__always)
    public static func multiply(
        rows: Int, columns: Int, inner: Int, scale: Float = 1,
        _ a: UnsafePointer<Float>, aStride: Int, aTransposed: Bool = false,
        _ b: UnsafePointer<Float>, bStride: Int, bTransposed: Bool = false,
        into c: UnsafeMutablePointer<Float>, cStride: Int, keeping beta: Float = 0
    ) {
        cblas_sgemm(
            CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans,
            blasint(rows), blasint(columns), blasint(inner), scale, a, blasint(aStride), b, blasint(bStride), beta, c,
            blasint(cStride))
    }
}

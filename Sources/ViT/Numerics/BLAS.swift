// The one file that calls OpenBLAS: single-precision matrix products on row-major memory, one thread a caller.
// Deliberately not a tensor library: pointers in, pointers out, nothing allocated.

import COpenBLAS

/// OpenBLAS, single-threaded, so that each worker has its own and bytes do not depend on the number of threads.
public enum BLAS {
    /// The CPU kernel that OpenBLAS chose, e.g. `Haswell` or `SkylakeX`; results are byte-identical per kernel.
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

    /// Makes every product run on its caller's thread. Called before the first product.
    public static func useOneThread() { oneThread }
    private static let oneThread: Void = openblas_set_num_threads(1)

    /// C = α·op(A)·op(B) + β·C with op the identity or the transpose; all row-major.
    ///
    /// op(A): (rows, inner), op(B): (inner, columns), C: (rows, columns). The strides are the distance between rows
    /// in memory, of A and B as stored. β = 0 overwrites C, β = 1 accumulates.
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

// The only file that calls OpenBLAS: single-precision matrix products and one factorisation, on row-major memory and the
// caller's thread. Deliberately not a tensor library: it takes and fills pointers.

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

    /// Replaces a square matrix A of full rank, (size, size), by the orthogonal factor of its rows: Aᵀ = Qᵀ·R, where R's
    /// diagonal is positive. That makes the factorisation unique, so that Q is uniform over the orthogonal matrices
    /// (Haar) if A's entries are independent standard normals (Mezzadri 2007, Notices of the AMS 54).
    static func orthogonalise(_ a: UnsafeMutablePointer<Float>, size: Int) {
        useOneThread()
        // LAPACK's matrices are column-major: it sees Aᵀ, and its Q is ours transposed.
        var (n, status) = (blasint(size), blasint(0))
        // Room for a block of 32 columns, the size of LAPACK's own blocks.
        var workCount = 32 * n
        let scales = FloatBuffer(count: size)
        let work = FloatBuffer(count: Int(workCount))
        sgeqrf_(&n, &n, a, &n, scales.pointer, work.pointer, &workCount, &status)
        precondition(status == 0, "sgeqrf: argument \(-status)")
        let isNegative = (0..<size).map { a[$0 * (size + 1)] < 0 }
        sorgqr_(&n, &n, &n, a, &n, scales.pointer, work.pointer, &workCount, &status)
        precondition(status == 0, "sorgqr: argument \(-status)")
        for row in 0..<size where isNegative[row] {
            for column in 0..<size { a[row * size + column].negate() }
        }
    }
}

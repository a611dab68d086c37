// How the tokens of a batch's images stand as rows of one matrix.

/// Rows of a batch's activations: each image's tokens, padded where its bytes would else depend on its place.
///
/// OpenBLAS handles rows in groups of 12 under its Haswell and Zen kernels, and a row's value can depend on its place
/// in the group. With a multiple of 12 rows an image, every image's rows fall into the same places. The AVX-512 kernels
/// give a row the same bytes wherever it stands, as long as the matrices' columns are whole vectors: there nothing is
/// padded.
struct RowLayout {
    /// Tokens of an image that are computed.
    let tokens: Int
    /// Rows from one image to the next.
    let stride: Int

    /// The layout for a model, under the kernels that OpenBLAS chose.
    init(tokens: Int, in configuration: ViTConfiguration, kernel: String = BLAS.kernelName) {
        self.tokens = tokens
        let patchValues = 3 * configuration.patchSize * configuration.patchSize
        let hasWholeVectors = [configuration.width, configuration.mlpWidth, patchValues].allSatisfy { $0 % 16 == 0 }
        let isPlaceFree = hasWholeVectors && ["SkylakeX", "Cooperlake"].contains(kernel)
        stride = isPlaceFree ? tokens : (tokens + 11) / 12 * 12
    }

    private init(tokens: Int, stride: Int) { (self.tokens, self.stride) = (tokens, stride) }

    /// One row an image, next to one another.
    static let single = RowLayout(tokens: 1, stride: 1)

    /// Rows of the first `count` images.
    func rows(_ count: Int) -> Int { count * stride }
}

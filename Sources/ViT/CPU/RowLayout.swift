// How the tokens of a batch's images are laid out as rows of one matrix.

/// Rows of a batch's activations: each image's tokens, padded if its bytes would otherwise depend on its position.
///
/// Under its Haswell and Zen kernels, OpenBLAS handles rows in groups of 12, and a row's value can depend on its
/// position in the group. With a multiple of 12 rows per image, every image's rows have the same positions. The AVX-512
/// kernels give a row the same bytes at every position if the matrices' columns are whole vectors. Nothing is padded
/// then.
struct RowLayout {
    /// Tokens of an image that are computed.
    let tokens: Int
    /// Distance in rows from one image to the next.
    let stride: Int

    /// The layout for a model, under the kernel that OpenBLAS chose.
    init(tokens: Int, in configuration: ViTConfiguration, kernel: String = BLAS.kernelName) {
        self.tokens = tokens
        let patchValues = 3 * configuration.patchSize * configuration.patchSize
        let hasWholeVectors = [configuration.width, configuration.mlpWidth, patchValues].allSatisfy { $0 % 16 == 0 }
        let isPlaceFree = hasWholeVectors && ["SkylakeX", "Cooperlake"].contains(kernel)
        stride = isPlaceFree ? tokens : (tokens + 11) / 12 * 12
    }

    private init(tokens: Int, stride: Int) { (self.tokens, self.stride) = (tokens, stride) }

    /// One row per image, without padding.
    static let single = RowLayout(tokens: 1, stride: 1)

    /// Rows of the first `count` images.
    func rows(_ count: Int) -> Int { count * stride }
}

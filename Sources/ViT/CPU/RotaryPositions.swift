// Rotary positions (Su et al. 2021, RoFormer): queries and keys of the patches, turned by angles of their places.

/// Turns the rows of one image's queries or keys, head by head; an angle belongs to the channels j and j + D/2.
struct RotaryPositions {
    private let parameters: RotaryParameters
    private let prefixCount: Int
    private let tokenCount: Int
    private let headCount: Int
    /// D/2.
    private let half: Int

    init(_ parameters: RotaryParameters, in configuration: ViTConfiguration) {
        self.parameters = parameters
        prefixCount = configuration.prefixTokenCount
        tokenCount = configuration.tokenCount
        headCount = configuration.headCount
        half = configuration.headSize / 2
    }

    /// x ← R·x for each row. Row i of x, (rows, H·D) with the row stride `stride`, is token i of `tokens`, or of all.
    func rotate(_ x: UnsafeMutablePointer<Float>, stride: Int, tokens: Range<Int>? = nil) {
        turn(x, stride: stride, tokens: tokens ?? 0..<tokenCount, sign: 1)
    }

    /// The backward pass of y = R·x: dx = Rᵀ·dy, in place.
    func rotateBack(_ dy: UnsafeMutablePointer<Float>, stride: Int, tokens: Range<Int>? = nil) {
        turn(dy, stride: stride, tokens: tokens ?? 0..<tokenCount, sign: -1)
    }

    private func turn(_ x: UnsafeMutablePointer<Float>, stride: Int, tokens: Range<Int>, sign: Float) {
        // The tokens before the patches have no place.
        for token in max(tokens.lowerBound, prefixCount)..<max(tokens.upperBound, prefixCount) {
            let cosine = parameters.cosine.pointer + (token - prefixCount) * half
            let sine = parameters.sine.pointer + (token - prefixCount) * half
            for head in 0..<headCount {
                let first = x + (token - tokens.lowerBound) * stride + head * 2 * half
                let second = first + half
                for j in 0..<half {
                    let (a, b) = (first[j], second[j])
                    first[j] = a * cosine[j] - sign * sine[j] * b
                    second[j] = b * cosine[j] + sign * sine[j] * a
                }
            }
        }
    }
}

// What a forward pass costs, counted from the model's shapes.

extension ViTConfiguration {
    /// Floating-point operations of a forward pass of one image that ends at `address`: the matrix products, a
    /// multiply-add counted as two. LayerNorm, softmax and GELU are left out, as in the usual counts; they are below a
    /// hundredth of a ViT's.
    public func forwardCost(to address: Address) -> Double {
        let t = Double(tokenCount)
        let c = Double(width)
        let m = Double(mlpWidth)
        let side = Double(patchSize)
        let embedding = 2 * Double(patchCount) * 3 * side * side * c
        // Queries, keys and values; scores and their use; the projection.
        let attention = 2 * t * c * 3 * c + 2 * 2 * t * t * c + 2 * t * c * c
        let mlpHalf = 2 * t * c * m
        let block = attention + 2 * mlpHalf
        switch address {
        case .block(let index, let site):
            let before = embedding + Double(index) * block
            return switch site {
            case .ln1: before
            case .selfAttention, .ln2: before + attention
            case .mlp0, .mlp1: before + attention + mlpHalf
            case .mlp3, .output: before + block
            }
        case .encoderNorm: return embedding + Double(blockCount) * block
        case .head:
            return embedding + Double(blockCount) * block + 2 * c * Double(headTokenCount) * Double(classCount)
        }
    }
}

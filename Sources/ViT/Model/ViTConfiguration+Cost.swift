// What a pass costs in operations and in memory, counted from the model's shapes.

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

    /// Bytes that one image takes on its way through the model and back: attention's patterns, which grow with the
    /// square of the tokens, what the blocks keep for the backward pass, and the image itself (`ModelPass`). Paddings
    /// are left out. In floating point, so that sizes of a damaged file do not overflow.
    var imageMemory: Double {
        let (c, m) = (Double(width), Double(mlpWidth))
        let pixels = Double(imageHeight) * Double(imageWidth)
        let t = Double(prefixTokenCount) + pixels / (Double(patchSize) * Double(patchSize))
        // A block keeps its input, the sum after attention, queries, keys and values, and GELU's slope; the blocks
        // take turns with as much again. The rest are pixels, in and out, as an image and as patches.
        let block = Double(headCount) * t * t + t * (5 * c + m)
        return 4 * (Double(blockCount) * block + t * t + t * (10 * c + m) + 9 * pixels)
    }
}

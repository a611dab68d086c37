// What a pass costs in operations and in memory, counted from the model's shapes.

extension ViTConfiguration {
    /// Floating-point operations of a forward pass of one image that ends at `address`: the matrix products, a
    /// multiply-add counted as two. LayerNorm, softmax and GELU are left out, as in the usual counts; they are below a
    /// hundredth of a ViT's.
    public func forwardCost(to address: Address) -> Double {
        let (t, c, m) = (Double(tokenCount), Double(width), Double(mlpWidth))
        let side = Double(patchSize)
        let embedding = 2 * Double(patchCount) * 3 * side * side * c
        // Queries, keys and values; scores and their use; the projection.
        let heads = 2 * t * c * 3 * c + 2 * 2 * t * t * c
        let attention = heads + 2 * t * c * c
        let mlpHalf = 2 * t * c * m
        let block = attention + 2 * mlpHalf
        let tap = address.tap
        let inLastBlock: Double =
            switch tap.stage {
            case .norm1: 0
            case .heads: heads
            case .norm2: attention
            case .hidden: attention + mlpHalf
            case .finalNorm, .features: block
            }
        let inputs = tap.stage.width(in: self), tokens = tap.stage.tokenCount(in: self)
        let reading = tap.layer == nil ? 0 : 2 * Double(tokens * inputs * address.width(in: self))
        return embedding + Double(address.block ?? blockCount - 1) * block + inLastBlock + reading
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

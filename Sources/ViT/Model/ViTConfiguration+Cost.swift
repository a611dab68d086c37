// The cost of a pass in operations and in memory, counted from the model's shapes.

extension ViTConfiguration {
    /// Floating-point operations of a forward pass of one image that ends at `address`. Only matrix products are
    /// counted, with a multiply-add as two operations. LayerNorm, softmax and the nonlinearity are left out, as is usual;
    /// they are below one per cent of a ViT's operations.
    public func forwardCost(to address: Address) -> Double {
        let (t, c, m) = (Double(tokenCount), Double(width), Double(mlpWidth))
        let side = Double(patchSize)
        let embedding = 2 * Double(patchCount) * 3 * side * side * c
        // Queries, keys and values; then scores, and the values they weight. The projection is added below.
        let heads = 2 * t * c * 3 * c + 2 * 2 * t * t * c
        let attention = heads + 2 * t * c * c
        let mlpInput = 2 * t * c * Double(mlpInputWidth)
        let block = attention + mlpInput + 2 * t * c * m
        let tap = address.tap
        let inLastBlock: Double =
            switch tap.stage {
            case .norm1: 0
            case .heads: heads
            case .norm2: attention
            case .hidden: attention + mlpInput
            case .finalNorm: block
            // Attention pooling projects every token to a key and a value.
            case .features: block + (pooling == .attention ? 2 * t * c * 2 * c : 0)
            }
        let inputs = tap.stage.width(in: self), tokens = tap.stage.tokenCount(in: self)
        // Directions are folded into the layer that they read.
        let reading = tap.layer == nil ? 0 : 2 * Double(tokens * inputs * address.base.width(in: self))
        return embedding + Double(address.block ?? blockCount - 1) * block + inLastBlock + reading
    }

    /// Floating-point operations of a run: a forward pass of each copy at each step, and a backward pass of the same
    /// cost.
    public func runCost(at address: Address, method: Method) -> Double {
        2 * forwardCost(to: address) * Double(method.steps) * Double(method.copies)
    }

    /// Bytes of the blocks' weights in single precision, which are most of a model's.
    public var blockMemory: Double {
        let (c, m) = (Double(width), Double(mlpWidth))
        return 4 * Double(blockCount) * c * (4 * c + Double(mlpInputWidth) + m)
    }

    /// Bytes that one image needs for a forward and backward pass (`ModelPass`): the attention patterns, which grow
    /// with the square of the tokens, what the blocks keep for the backward pass, and the image itself. Padding is left
    /// out. In floating point, so that sizes from a damaged file do not overflow.
    public var imageMemory: Double {
        let (c, m) = (Double(width), Double(mlpWidth))
        let pixels = Double(imageHeight) * Double(imageWidth)
        let t = Double(prefixTokenCount) + pixels / (Double(patchSize) * Double(patchSize))
        // A block keeps its input, the sum after attention, queries, keys and values, and the nonlinearity's slope. The
        // blocks share scratch memory of about the same size. The rest is pixels, in and out, as an image and as patches.
        let block = Double(headCount) * t * t + t * (5 * c + Double(mlpInputWidth))
        return 4 * (Double(blockCount) * block + t * t + t * (10 * c + m) + 9 * pixels)
    }
}

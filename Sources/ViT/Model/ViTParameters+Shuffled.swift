// The randomised-weights control: a model with the trained model's numbers, but not what it learned.

extension ViTParameters {
    /// The same model with each block's weights shuffled within their tensors.
    ///
    /// A sanity check in the sense of Adebayo et al. 2018 ("Sanity Checks for Saliency Maps", NeurIPS): what pictures
    /// of this model still show does not come from what the blocks have learned. Shuffling, rather than drawing new
    /// weights, keeps each tensor's distribution, and so the scale of the activations.
    ///
    /// In every block, these are shuffled separately: the weights and the biases of queries, keys and values (three
    /// tensors, stacked in one), of attention's output projection, and of the MLP's layers. The LayerNorms and LayerScale
    /// are kept: their scales belong to channels and keep the residual stream in range. Everything outside the blocks is kept too
    /// (the patch projection, the prefix tokens, the position embedding, the final LayerNorm and the head), so that the
    /// control sees the same picture and has the same outputs. Kept tensors are shared with this model, not copied.
    public func shuffled(using generator: inout some RandomNumberGenerator) -> ViTParameters {
        var shuffledBlocks: [BlockParameters] = []
        for block in blocks {
            shuffledBlocks.append(
                BlockParameters(
                    ln1: block.ln1, attentionInput: block.attentionInput.shuffled(parts: 3, using: &generator),
                    attentionOutput: block.attentionOutput.shuffled(parts: 1, using: &generator), ln2: block.ln2,
                    mlp0: block.mlp0.shuffled(parts: block.mlp0Parts, using: &generator),
                    mlp3: block.mlp3.shuffled(parts: 1, using: &generator), layerScale1: block.layerScale1,
                    layerScale2: block.layerScale2))
        }
        return replacing(blocks: shuffledBlocks)
    }
}

extension BlockParameters {
    /// How many matrices are stacked in `mlp0`: two in a gated MLP.
    var mlp0Parts: Int { mlp0.weight.count / mlp3.weight.count }
}

extension LinearParameters {
    /// Weights and biases shuffled within each of `parts` equal parts of their tensor.
    fileprivate func shuffled(parts: Int, using generator: inout some RandomNumberGenerator) -> LinearParameters {
        LinearParameters(
            weight: weight.shuffled(parts: parts, using: &generator),
            bias: bias.shuffled(parts: parts, using: &generator))
    }
}

extension FloatBuffer {
    /// A copy in which the values within each of `parts` equal parts are in random order.
    ///
    /// A Fisher–Yates shuffle, written out because the standard library's may change between versions of Swift.
    fileprivate func shuffled(parts: Int, using generator: inout some RandomNumberGenerator) -> FloatBuffer {
        let copy = FloatBuffer(count: count)
        copy.pointer.update(from: pointer, count: count)
        let length = count / parts
        for part in 0..<parts {
            let values = copy.pointer + part * length
            for last in stride(from: length - 1, to: 0, by: -1) {
                // The high word of the product with 64 random bits: the bias is less than length / 2⁶⁴.
                let other = Int(generator.next().multipliedFullWidth(by: UInt64(last + 1)).high)
                (values[last], values[other]) = (values[other], values[last])
            }
        }
        return copy
    }
}

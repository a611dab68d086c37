// The rotated-weights control: each matrix keeps its spectrum, but not the directions that it reads and writes.

extension ViTParameters {
    /// The same model with each block's matrices turned at random where they face the residual stream.
    ///
    /// Shuffled weights (``shuffled(using:)``) lose the trained matrices' spectra, so that their pictures can differ
    /// from the trained model's for that reason alone. Here every matrix keeps its singular values, and every hidden
    /// neuron its weights' norm and its bias; only the directions in the residual stream become random. What pictures of
    /// this model still show does not come from how the blocks' directions fit together.
    ///
    /// Each matrix W is turned by an orthogonal Q of its own, uniform over all (``BLAS/orthogonalise(_:size:)``): queries,
    /// keys and values (three matrices, stacked in one) and the MLP's first layer (two in a gated MLP) on their input side, W' = W·Q;
    /// attention's output projection and the MLP's second layer on their output side, W' = Q·W, b' = Q·b. The
    /// LayerNorms, LayerScale and everything outside the blocks are kept, for the reasons that ``shuffled(using:)`` gives. Kept
    /// tensors are shared with this model, not copied.
    public func rotated(seed: UInt64) -> ViTParameters {
        var generator = RunGenerator(seed: seed)
        // One rotation at a time: (C, C).
        let width = finalNorm.weight.count
        let rotation = FloatBuffer(count: width * width)
        func draw() {
            for index in 0..<rotation.count { rotation.pointer[index] = Float(generator.normal()) }
            BLAS.orthogonalise(rotation.pointer, size: width)
        }
        /// W·Q for each of `parts` equal parts of W, (outputs, C), by a Q of its own.
        func inputTurned(_ linear: LinearParameters, parts: Int = 1) -> LinearParameters {
            let weight = FloatBuffer(count: linear.weight.count)
            let length = linear.weight.count / parts
            for part in 0..<parts {
                draw()
                BLAS.multiply(
                    rows: length / width, columns: width, inner: width, linear.weight.pointer + part * length,
                    aStride: width, rotation.pointer, bStride: width, into: weight.pointer + part * length,
                    cStride: width)
            }
            return LinearParameters(weight: weight, bias: linear.bias)
        }
        /// Q·W and Q·b for W: (C, inputs).
        func outputTurned(_ linear: LinearParameters) -> LinearParameters {
            draw()
            func turned(_ matrix: FloatBuffer) -> FloatBuffer {
                let result = FloatBuffer(count: matrix.count)
                let columns = matrix.count / width
                BLAS.multiply(
                    rows: width, columns: columns, inner: width, rotation.pointer, aStride: width, matrix.pointer,
                    bStride: columns, into: result.pointer, cStride: columns)
                return result
            }
            return LinearParameters(weight: turned(linear.weight), bias: turned(linear.bias))
        }
        let turnedBlocks = blocks.map { block in
            BlockParameters(
                ln1: block.ln1, attentionInput: inputTurned(block.attentionInput, parts: 3),
                attentionOutput: outputTurned(block.attentionOutput), ln2: block.ln2,
                mlp0: inputTurned(block.mlp0, parts: block.mlp0Parts), mlp3: outputTurned(block.mlp3),
                layerScale1: block.layerScale1, layerScale2: block.layerScale2)
        }
        return replacing(blocks: turnedBlocks)
    }
}

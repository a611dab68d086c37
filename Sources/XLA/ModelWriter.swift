// The model in StableHLO: from images to a stage, as `ModelPass` computes it on the CPU.
//
// N  images    T  tokens    C  channels of the residual stream    H  attention heads    D  channels of a head

import StableHLO
import ViT

/// Writes a model's forward pass. `Module.gradients` writes the backward pass.
struct ModelWriter {
    let program: Program
    let model: ViT
    /// Whether gradients stop at the attention patterns (`AttentionMode.detached`).
    var isDetached = false

    private var configuration: ViTConfiguration { model.configuration }
    private var epsilon: Float { configuration.layerNormEpsilon }

    /// What a block computes; the values that nothing reads are never computed.
    struct Block {
        /// The first LayerNorm's output: (N, T, C).
        var norm1: Value
        /// The attention patterns: (N, H, chosen tokens, T), or (H, chosen tokens, T) if they are replayed.
        var pattern: Value
        /// The heads' outputs side by side, at the chosen tokens: (N, ·, C). So are the following.
        var heads: Value
        /// The residual stream after attention.
        var middle: Value
        /// The second LayerNorm's output.
        var norm2: Value
        /// What the MLP's second layer reads: (N, ·, M).
        var hidden: Value
        /// The block's output: (N, ·, C).
        var output: Value
    }

    // MARK: - Before the blocks

    /// The first block's input: images (N, 3, height, width) in 0…1 become (N, T, C).
    func embedding(of images: Value) -> Value {
        let c = configuration
        let (n, p) = (images.shape[0], c.patchSize)
        let mean = program.module.constant(c.mean, shape: [3, 1, 1])
        let inverseDeviation = program.module.constant(c.standardDeviation.map { 1 / $0 }, shape: [3, 1, 1])
        let patches = ((images - mean) * inverseDeviation)
            .reshaped([n, 3, c.patchRows, p, c.patchColumns, p])
            .transposed([0, 2, 4, 1, 3, 5])
            .reshaped([n, c.patchCount, 3 * p * p])
        var tokens = program.linear(patches, model.parameters.patchProjection)
        if c.prefixTokenCount > 0 {
            let prefix = program.weight(model.parameters.prefixTokens, [1, c.prefixTokenCount, c.width])
            tokens = .concatenated([prefix.broadcast(to: [n, c.prefixTokenCount, c.width]), tokens], along: 1)
        }
        tokens = tokens + program.weight(model.parameters.positionEmbedding, [c.tokenCount, c.width])
        return model.parameters.inputNorm.map { program.norm(tokens, $0, epsilon: epsilon) } ?? tokens
    }

    // MARK: - Blocks

    /// A block's values for its input x: (N, T, C), at the chosen tokens.
    ///
    /// - Parameter replayed: the pattern that is used instead of the block's own: (H, T, T).
    func block(_ index: Int, _ x: Value, at choice: TokenChoice = .all, replaying replayed: Value? = nil) -> Block {
        let block = model.parameters.blocks[index]
        let norm1 = program.norm(x, block.ln1, epsilon: epsilon)
        let pattern = replayed.map { rows(of: $0, choice) } ?? pattern(norm1, block, choice)
        let heads = values(norm1, block, pattern)
        let middle = choice.select(x) + program.linear(heads, block.attentionToStream)
        let norm2 = program.norm(middle, block.ln2, epsilon: epsilon)
        let hidden = hidden(program.linear(norm2, block.mlp0))
        let output = middle + program.linear(hidden, block.mlpToStream)
        return Block(
            norm1: norm1, pattern: pattern, heads: heads, middle: middle, norm2: norm2, hidden: hidden, output: output)
    }

    /// The first `count` blocks' values; of the last one, at the chosen tokens.
    ///
    /// - Parameter patterns: those that are replayed; nil for live attention.
    func blocks(
        of images: Value, count: Int, at choice: TokenChoice = .all, replaying patterns: [Value]? = nil
    ) -> [Block] {
        var blocks: [Block] = []
        for index in 0..<count {
            let x = blocks.last?.output ?? embedding(of: images)
            blocks.append(block(index, x, at: index == count - 1 ? choice : .all, replaying: patterns?[index]))
        }
        return blocks
    }

    /// The MLP's nonlinearity, and in a gated MLP the product.
    private func hidden(_ z: Value) -> Value {
        guard configuration.hasGatedMLP else { return configuration.activation(z) }
        let last = z.shape.count - 1
        let m = configuration.mlpWidth
        return configuration.activation(z.sliced(0..<m, along: last)) * z.sliced(m..<2 * m, along: last)
    }

    /// softmax(Q·Kᵀ/√D): (N, H, chosen tokens, T).
    private func pattern(_ x: Value, _ block: BlockParameters, _ choice: TokenChoice) -> Value {
        let width = configuration.width
        var q = split(program.linear(choice.select(x), block.attentionInput, outputs: 0..<width))
        var k = split(program.linear(x, block.attentionInput, outputs: width..<2 * width))
        if let rotary = model.parameters.rotary {
            q = rotated(q, rotary, choice)
            k = rotated(k, rotary, .all)
        }
        let scale = 1 / Float(configuration.headSize).squareRoot()
        let scores = q.dot(k, over: ([3], [3]), batch: ([0, 2], [0, 2]), precision: program.precision) * scale
        let pattern = scores.softmax()
        return isDetached ? pattern.withoutGradient() : pattern
    }

    /// P·V: (N, chosen tokens, C).
    private func values(_ x: Value, _ block: BlockParameters, _ pattern: Value) -> Value {
        let width = configuration.width
        let n = x.shape[0]
        let v = split(program.linear(x, block.attentionInput, outputs: 2 * width..<3 * width))
        if pattern.shape.count == 3 {
            // One pattern for all images: (H, ·, T)·(N, T, H, D) is (H, ·, N, D).
            let heads = pattern.dot(v, over: ([2], [1]), batch: ([0], [2]), precision: program.precision)
            return heads.transposed([2, 1, 0, 3]).reshaped([n, pattern.shape[1], width])
        }
        let heads = pattern.dot(v, over: ([3], [1]), batch: ([0, 1], [0, 2]), precision: program.precision)
        return heads.transposed([0, 2, 1, 3]).reshaped([n, pattern.shape[2], width])
    }

    /// (N, ·, C) as (N, ·, H, D).
    private func split(_ x: Value) -> Value {
        x.reshaped([x.shape[0], x.shape[1], configuration.headCount, configuration.headSize])
    }

    /// The chosen tokens' rows of a pattern that all images share.
    private func rows(of pattern: Value, _ choice: TokenChoice) -> Value {
        switch choice {
        case .all: return pattern
        case .fixed(let token): return pattern.sliced(token..<token + 1, along: 1)
        case .each(let choice):
            let rows = choice.dot(pattern, over: ([1], [1]))
            return rows.reshaped([rows.shape[0], rows.shape[1], 1, rows.shape[2]])
        }
    }

    /// Queries or keys, (N, ·, H, D), turned by the angles of their places (`RotaryPositions`).
    private func rotated(_ x: Value, _ rotary: RotaryParameters, _ choice: TokenChoice) -> Value {
        let c = configuration
        let half = c.headSize / 2
        /// The table of all tokens, those before the patches unturned: (N or 1, ·, 1, D/2).
        func table(_ values: FloatBuffer, prefix: Float) -> Value {
            let patches = program.weight(values, [c.patchCount, half])
            let none = program.module.constant(prefix, TensorType([c.prefixTokenCount, half]))
            let all = c.prefixTokenCount > 0 ? Value.concatenated([none, patches], along: 0) : patches
            let rows: Value =
                switch choice {
                case .all: all
                case .fixed(let token): all.sliced(token..<token + 1, along: 0)
                case .each(let choice): choice.dot(all, over: ([1], [0]))
                }
            if case .each = choice { return rows.reshaped([x.shape[0], 1, 1, half]) }
            return rows.reshaped([1, rows.shape[0], 1, half])
        }
        let (cosine, sine) = (table(rotary.cosine, prefix: 1), table(rotary.sine, prefix: 0))
        let (a, b) = (x.sliced(0..<half, along: 3), x.sliced(half..<2 * half, along: 3))
        return .concatenated([a * cosine - b * sine, b * cosine + a * sine], along: 3)
    }

    /// The patterns of the first `count` blocks on one picture, (3, height, width): (H, T, T) each.
    func patterns(on picture: Value, count: Int) -> [Value] {
        var x = embedding(of: picture.reshaped([1] + picture.shape))
        return (0..<count).map { index in
            let block = block(index, x)
            x = block.output
            return block.pattern.reshaped(Array(block.pattern.shape.dropFirst()))
        }
    }

    // MARK: - After the blocks

    /// `encoder.ln`'s output: (N, ·, C), or (N, 1, C) if it follows pooling.
    func finalNorm(_ x: Value) -> Value {
        let input =
            configuration.pooling == .patchMeanThenNorm ? patchMean(x).reshaped([x.shape[0], 1, x.shape[2]]) : x
        return program.norm(input, model.parameters.finalNorm, epsilon: epsilon)
    }

    /// What the head reads, of `encoder.ln`'s output: (N, F).
    func features(_ x: Value) -> Value {
        let n = x.shape[0]
        func first(_ count: Int) -> Value { x.sliced(0..<count, along: 1).reshaped([n, count * x.shape[2]]) }
        switch configuration.pooling {
        case .classToken: return first(configuration.headTokenCount)
        case .patchMeanThenNorm: return first(1)
        case .patchMean: return patchMean(x)
        case .classTokenAndPatchMean: return .concatenated([first(1), patchMean(x)], along: 1)
        case .attention:
            guard let pool = model.parameters.attentionPool else { preconditionFailure("no attention pooling") }
            return attentionPool(x, pool)
        }
    }

    private func patchMean(_ x: Value) -> Value {
        x.sliced(configuration.prefixTokenCount..<configuration.tokenCount, along: 1).mean(over: [1])
    }

    /// A learned query's attention to all tokens, and an MLP (`AttentionPool`): (N, T, C) becomes (N, C).
    private func attentionPool(_ x: Value, _ pool: AttentionPoolParameters) -> Value {
        let c = configuration
        let (n, width) = (x.shape[0], c.width)
        let probe = program.weight(pool.probe, [1, width])
        let q = program.linear(probe, pool.attentionInput, outputs: 0..<width).reshaped([c.headCount, c.headSize])
        let k = split(program.linear(x, pool.attentionInput, outputs: width..<2 * width))
        let v = split(program.linear(x, pool.attentionInput, outputs: 2 * width..<3 * width))
        let scale = 1 / Float(c.headSize).squareRoot()
        // (H, D)·(N, T, H, D) is (H, N, T).
        let pattern = (q.dot(k, over: ([1], [3]), batch: ([0], [2]), precision: program.precision) * scale).softmax()
        let heads = pattern.dot(v, over: ([2], [1]), batch: ([0, 1], [2, 0]), precision: program.precision)
        let attended = program.linear(heads.transposed([1, 0, 2]).reshaped([n, width]), pool.attentionOutput)
        let normalised = program.norm(attended, pool.norm, epsilon: epsilon)
        let hidden = c.activation(program.linear(normalised, pool.mlp0))
        return attended + program.linear(hidden, pool.mlp3)
    }
}

// A Vision Transformer's forward pass, address by address. Every device is compared with it.

import ViT

/// How attention takes part in a reference pass.
public enum ReferenceAttention {
    /// As the model computes it, forward and backward.
    case live
    /// Its pattern is a constant in the backward pass.
    case detached
    /// These constant patterns: (blocks, heads, tokens, tokens).
    case frozen([[[[Double]]]])
}

/// The values at every address for one image (Dosovitskiy et al. 2021, equations 1 to 4, with the choices of
/// `ViTConfiguration`).
public struct ReferencePass {
    private let tape: Tape
    private let configuration: ViTConfiguration
    /// The values at each address: (tokens, channels).
    public private(set) var values: [Address: [[Scalar]]] = [:]
    /// Attention's patterns: (blocks, heads, tokens, tokens).
    public private(set) var patterns: [[[[Double]]]] = []
    /// What the head reads: (features).
    public let features: [Scalar]

    /// The forward pass of `image`: (3, height, width) in 0…1; variables of `tape` if their gradient is needed.
    public init(_ model: ViT, image: [Scalar], attention: ReferenceAttention = .live, on tape: Tape) {
        let c = model.configuration
        let p = model.parameters
        self.tape = tape
        configuration = c
        func norm(_ x: [[Scalar]], _ norm: LayerNormParameters) -> [[Scalar]] {
            let (gamma, beta) = (norm.weight.array, norm.bias.array)
            return x.map { tape.layerNorm($0, gamma: gamma, beta: beta, epsilon: c.layerNormEpsilon) }
        }
        func linear(_ x: [[Scalar]], _ layer: LinearParameters) -> [[Scalar]] {
            let (weight, bias) = (layer.weight.array, layer.bias.array)
            return x.map { tape.linear($0, weight: weight, bias: bias) }
        }
        func rows(_ buffer: FloatBuffer) -> [[Scalar]] {
            let values = buffer.array
            return (0..<values.count / c.width).map { row in
                (0..<c.width).map { Scalar(Double(values[row * c.width + $0])) }
            }
        }

        let patches = tape.patches(
            image, mean: c.mean, deviation: c.standardDeviation, rows: c.patchRows, columns: c.patchColumns,
            size: c.patchSize)
        var x = tape.add(rows(p.prefixTokens) + linear(patches, p.patchProjection), rows(p.positionEmbedding))
        if let inputNorm = p.inputNorm { x = norm(x, inputNorm) }
        /// A head's queries or keys, rotated where the patches have rotary positions.
        func rotated(_ rows: [[Scalar]]) -> [[Scalar]] {
            guard let rotary = p.rotary else { return rows }
            let half = c.headSize / 2
            let (cosine, sine) = (rotary.cosine.array, rotary.sine.array)
            return rows.enumerated().map { token, row in
                guard token >= c.prefixTokenCount else { return row }
                let angles = (token - c.prefixTokenCount) * half..<(token - c.prefixTokenCount + 1) * half
                return tape.rotate(row, cosine: Array(cosine[angles]), sine: Array(sine[angles]))
            }
        }
        for (index, block) in p.blocks.enumerated() {
            let ln1 = norm(x, block.ln1)
            let projected = linear(ln1, block.attentionInput)
            var heads = [[Scalar]](repeating: [], count: x.count)
            var blockPatterns: [[[Double]]] = []
            for head in 0..<c.headCount {
                func part(_ index: Int) -> [[Scalar]] {
                    let first = index * c.width + head * c.headSize
                    return projected.map { Array($0[first..<first + c.headSize]) }
                }
                let pattern: [[Scalar]] =
                    switch attention {
                    case .live: tape.attentionPattern(rotated(part(0)), rotated(part(1)))
                    case .detached: tape.attentionPattern(rotated(part(0)), rotated(part(1))).map { $0.map(\.detached) }
                    case .frozen(let patterns): patterns[index][head].map { $0.map { Scalar($0) } }
                    }
                blockPatterns.append(pattern.map { $0.map(\.value) })
                for (token, output) in tape.attentionValues(pattern, part(2)).enumerated() { heads[token] += output }
            }
            patterns.append(blockPatterns)
            let attended = linear(heads, block.attentionOutput)
            let ls1 = tape.scale(attended, by: block.layerScale1?.array)
            let middle = tape.add(x, ls1)
            let ln2 = norm(middle, block.ln2)
            let first = linear(ln2, block.mlp0)
            let mlp0 = first.map { Array($0[..<c.mlpWidth]) }
            let mlp1 = first.map { row in
                (0..<c.mlpWidth).map { channel in
                    let value = tape.activate(row[channel], c.activation)
                    return c.hasGatedMLP ? tape.product(value, row[c.mlpWidth + channel]) : value
                }
            }
            let mlp3 = linear(mlp1, block.mlp3)
            let ls2 = tape.scale(mlp3, by: block.layerScale2?.array)
            x = tape.add(middle, ls2)
            var sites: [(Address.Site, [[Scalar]])] = [
                (.ln1, ln1), (.selfAttention, attended), (.ln2, ln2), (.mlp0, mlp0), (.mlp1, mlp1), (.mlp3, mlp3),
                (.output, x),
            ]
            if c.hasLayerScale { sites += [(.ls1, ls1), (.ls2, ls2)] }
            for (site, value) in sites { values[.block(index, site)] = value }
        }

        let prefix = c.prefixTokenCount
        let normalised: [[Scalar]]
        if c.pooling == .patchMeanThenNorm {
            normalised = norm([tape.mean(x[prefix...])], p.finalNorm)
        } else {
            normalised = norm(x, p.finalNorm)
        }
        values[.encoderNorm] = normalised
        switch c.pooling {
        case .classToken: features = normalised[..<c.headTokenCount].flatMap { $0 }
        case .patchMean: features = tape.mean(normalised[prefix...])
        case .patchMeanThenNorm: features = normalised[0]
        case .classTokenAndPatchMean: features = normalised[0] + tape.mean(normalised[prefix...])
        case .attention:
            guard let pool = p.attentionPool else { preconditionFailure("no weights of attention pooling") }
            let query = linear([pool.probe.array.map { Scalar(Double($0)) }], pool.attentionInput)
            let projected = linear(normalised, pool.attentionInput)
            var heads: [Scalar] = []
            for head in 0..<c.headCount {
                func part(_ rows: [[Scalar]], _ index: Int) -> [[Scalar]] {
                    let first = index * c.width + head * c.headSize
                    return rows.map { Array($0[first..<first + c.headSize]) }
                }
                let pattern = tape.attentionPattern(part(query, 0), part(projected, 1))
                heads += tape.attentionValues(pattern, part(projected, 2))[0]
            }
            let attended = linear([heads], pool.attentionOutput)
            let hidden = linear(norm(attended, pool.norm), pool.mlp0).map { row in
                row.map { tape.activate($0, c.activation) }
            }
            features = tape.add(attended, linear(hidden, pool.mlp3))[0]
        }
        if let head = p.head {
            values[.head] = linear([features], head)
        } else if c.output == .pooled {
            values[.head] = [features]
        }
        for (set, matrix) in model.directions {
            values[.directions(set)] = values[set.base]?.map { tape.directions($0, matrix) }
        }
    }

    /// A neuron's activation at an address over a token selection; for `slice` that of the token `neuron`.
    public func activation(at address: Address, _ tokens: TokenSelection, neuron: Int) -> Scalar {
        let values = values[address] ?? []
        if values.count == 1 { return values[0][neuron] }
        func token(_ index: Int) -> Scalar { values[index][neuron] }
        switch tokens {
        case .patches: return tape.mean(values[configuration.prefixTokenCount...])[neuron]
        case .cls: return token(0)
        case .center:
            let row = configuration.patchRows / 2
            return token(
                configuration.prefixTokenCount + row * configuration.patchColumns + configuration.patchColumns / 2)
        case .token(let index): return token(index)
        case .slice:
            let channels = values[neuron]
            return tape.sum(channels.map { ($0, 1 / Double(channels.count)) })
        }
    }
}

// The layers of a Vision Transformer as in their papers: loops over scalars, nothing fused, nothing padded.

import Foundation
import ViT

extension Tape {
    /// y = W·x + b (`torch.nn.Linear`). W: (outputs, inputs), b: (outputs).
    public func linear(_ x: [Scalar], weight: [Float], bias: [Float]) -> [Scalar] {
        bias.indices.map { output in
            sum(
                x.indices.map { (x[$0], Double(weight[output * x.count + $0])) }, plus: Double(bias[output]))
        }
    }

    /// y = (x − μ)/√(σ² + ε)·γ + β with the biased variance (`torch.nn.LayerNorm`).
    public func layerNorm(_ x: [Scalar], gamma: [Float], beta: [Float], epsilon: Float) -> [Scalar] {
        let share = 1 / Double(x.count)
        let mean = sum(x.map { ($0, share) })
        let centred = x.map { sum([($0, 1), (mean, -1)]) }
        let variance = dot(centred, centred, scale: share)
        let inverse = 1 / (variance.value + Double(epsilon)).squareRoot()
        let r = apply(variance, inverse, slope: -0.5 * inverse * inverse * inverse)
        return centred.indices.map {
            sum([(product(centred[$0], r), Double(gamma[$0]))], plus: Double(beta[$0]))
        }
    }

    /// An MLP's nonlinearity, as its paper has it.
    public func activate(_ x: Scalar, _ activation: Activation) -> Scalar {
        switch activation {
        case .gelu: gelu(x)
        case .quickGELU: product(x, sigmoid(sum([(x, 1.702)])))
        case .silu: product(x, sigmoid(x))
        case .tanhGELU:
            product(
                sum([(x, 0.5)]),
                sum(
                    [
                        (
                            tanh(
                                sum([
                                    (x, (2 / Double.pi).squareRoot()),
                                    (cube(x), 0.044715 * (2 / Double.pi).squareRoot()),
                                ])), 1
                        )
                    ], plus: 1))
        }
    }

    private func sigmoid(_ x: Scalar) -> Scalar {
        let value = 1 / (1 + exp(-x.value))
        return apply(x, value, slope: value * (1 - value))
    }

    private func tanh(_ x: Scalar) -> Scalar {
        let value = Foundation.tanh(x.value)
        return apply(x, value, slope: 1 - value * value)
    }

    private func cube(_ x: Scalar) -> Scalar { product(x, product(x, x)) }

    /// x·Φ(x).
    public func gelu(_ x: Scalar) -> Scalar {
        let cumulative = 0.5 * erfc(-x.value / 2.0.squareRoot())
        let density = exp(-x.value * x.value / 2) / (2 * Double.pi).squareRoot()
        return apply(x, x.value * cumulative, slope: cumulative + x.value * density)
    }

    /// eˣ/Σ eˣ.
    public func softmax(_ x: [Scalar]) -> [Scalar] {
        let powers = x.map { apply($0, exp($0.value), slope: exp($0.value)) }
        let total = sum(powers.map { ($0, 1) })
        let inverse = apply(total, 1 / total.value, slope: -1 / (total.value * total.value))
        return powers.map { product($0, inverse) }
    }

    /// One head's pattern softmax(q·kᵀ/√D): (queries, keys). q: (queries, D), k: (keys, D).
    public func attentionPattern(_ q: [[Scalar]], _ k: [[Scalar]]) -> [[Scalar]] {
        q.map { q in softmax(k.map { dot(q, $0, scale: 1 / Double(q.count).squareRoot()) }) }
    }

    /// One head's output P·v: (queries, D). P: (queries, keys), v: (keys, D).
    public func attentionValues(_ pattern: [[Scalar]], _ v: [[Scalar]]) -> [[Scalar]] {
        pattern.map { row in v[0].indices.map { channel in dot(row, v.map { $0[channel] }) } }
    }

    /// (x − mean)/σ cut into patches: (rows·columns, 3·size·size) in the order channel, row, column. image: (3, height,
    /// width).
    public func patches(
        _ image: [Scalar], mean: [Float], deviation: [Float], rows: Int, columns: Int, size: Int
    ) -> [[Scalar]] {
        let (height, width) = (rows * size, columns * size)
        return (0..<rows * columns).map { patch in
            (0..<3 * size * size).map { value in
                let channel = value / (size * size)
                let y = patch / columns * size + value / size % size
                let x = patch % columns * size + value % size
                let scale = 1 / Double(deviation[channel])
                return sum(
                    [(image[(channel * height + y) * width + x], scale)], plus: -Double(mean[channel]) * scale)
            }
        }
    }

    /// x·γ by channel (LayerScale); x itself without γ.
    public func scale(_ x: [[Scalar]], by factors: [Float]?) -> [[Scalar]] {
        guard let factors else { return x }
        return x.map { row in zip(row, factors).map { sum([($0, Double($1))]) } }
    }

    /// One head's rotated queries or keys: the pair of channels j and j + D/2 as a complex number, times e^(i·angle).
    public func rotate(_ x: [Scalar], cosine: [Float], sine: [Float]) -> [Scalar] {
        let half = x.count / 2
        return x.indices.map { channel in
            let j = channel % half
            let (other, sign) = channel < half ? (x[channel + half], -1.0) : (x[j], 1.0)
            return sum([(x[channel], Double(cosine[j])), (other, sign * Double(sine[j]))])
        }
    }

    /// The mean of several rows.
    public func mean(_ rows: some Collection<[Scalar]>) -> [Scalar] {
        guard let first = rows.first else { return [] }
        return first.indices.map { channel in sum(rows.map { ($0[channel], 1 / Double(rows.count)) }) }
    }

    /// a + b, row by row.
    public func add(_ a: [[Scalar]], _ b: [[Scalar]]) -> [[Scalar]] {
        zip(a, b).map { zip($0, $1).map { sum([($0, 1), ($1, 1)]) } }
    }
}

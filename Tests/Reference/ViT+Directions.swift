// Directions for small models: at every address a set, of each nonlinearity in turn.

import ViT

extension ViT {
    /// The model with a set of random directions at each of its own addresses: linear, ReLU, JumpReLU and top-k in turn.
    package func withRandomDirections(seed: Int) -> ViT {
        var generator = SampleGenerator(seed: seed)
        let nonlinearities: [DirectionNonlinearity] = [.none, .relu, .jumpReLU, .topK(3)]
        return Address.all(in: configuration).enumerated().reduce(self) { model, address in
            let (index, base) = address
            let (count, width) = (7, base.width(in: configuration))
            let nonlinearity = nonlinearities[index % nonlinearities.count]
            let matrix = DirectionMatrix(
                rows: LinearParameters(
                    weight: FloatBuffer(generator.values(count * width)),
                    bias: FloatBuffer(generator.values(count, scale: 0.5))),
                nonlinearity: nonlinearity,
                thresholds: nonlinearity == .jumpReLU
                    ? FloatBuffer(generator.values(count, scale: 0.2).map(abs)) : nil)
            return model.adding(
                DirectionSet(
                    name: "random", base: base, count: count, nonlinearity: nonlinearity, digest: "\(seed) \(index)"),
                matrix)
        }
    }
}

extension Tape {
    /// A direction set's activations for one token's channels: w·x + b, and the nonlinearity.
    func directions(_ channels: [Scalar], _ matrix: DirectionMatrix) -> [Scalar] {
        let values = linear(channels, weight: matrix.rows.weight.array, bias: matrix.rows.bias.array)
        func keep(_ isOn: (Int) -> Bool) -> [Scalar] {
            values.indices.map { isOn($0) ? values[$0] : Scalar(0) }
        }
        switch matrix.nonlinearity {
        case .none: return values
        case .relu: return keep { values[$0].value > 0 }
        case .jumpReLU:
            let thresholds = matrix.thresholds?.array ?? []
            return keep { values[$0].value > Double(thresholds[$0]) }
        case .topK(let k):
            let chosen = Set(values.indices.sorted { values[$0].value > values[$1].value }.prefix(k))
            return keep { chosen.contains($0) && values[$0].value > 0 }
        }
    }
}

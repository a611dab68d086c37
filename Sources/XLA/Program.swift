// A module together with the weights that it reads.

import StableHLO
import ViT

/// A module in the making. Its first parameters are what each call gives; the weights follow, in the order in which they
/// are first read, so that two models of one shape have the same text.
final class Program {
    let module = Module()
    /// The precision of the model's products.
    let precision: ProductPrecision
    /// The arrays that the parameters after the call's inputs take, with the shapes that the module expects.
    private(set) var weights: [(values: FloatBuffer, shape: [Int])] = []
    private var known: [ObjectIdentifier: Value] = [:]

    init(precision: ProductPrecision) { self.precision = precision }

    /// An input of each call.
    func input(_ shape: [Int], _ element: StableHLO.ElementType = .float32) -> Value {
        precondition(weights.isEmpty, "inputs are declared before weights")
        return module.parameter(TensorType(shape, element))
    }

    /// Weights, in their shape.
    func weight(_ values: FloatBuffer, _ shape: [Int]) -> Value {
        precondition(values.count == shape.reduce(1, *), "\(values.count) weights in the shape \(shape)")
        if let value = known[ObjectIdentifier(values)] { return value.reshaped(shape) }
        let value = module.parameter(TensorType(shape))
        weights.append((values, shape))
        known[ObjectIdentifier(values)] = value
        return value
    }

    /// y = x·Wᵀ + b over the last dimension of x, by the first `outputs` rows of W.
    func linear(_ x: Value, _ layer: LinearParameters, outputs: Range<Int>? = nil) -> Value {
        let (w, b) = matrix(layer)
        let rows = outputs ?? 0..<layer.bias.count
        let y = x.dot(
            w.sliced(rows, along: 0), over: ([x.shape.count - 1], [1]), precision: precision)
        return y + b.sliced(rows, along: 0)
    }

    /// W: (outputs, inputs) and b: (outputs) of a layer.
    func matrix(_ layer: LinearParameters) -> (weight: Value, bias: Value) {
        let outputs = layer.bias.count
        return (weight(layer.weight, [outputs, layer.weight.count / outputs]), weight(layer.bias, [outputs]))
    }

    /// A LayerNorm over the last dimension of x.
    func norm(_ x: Value, _ layer: LayerNormParameters, epsilon: Float) -> Value {
        let width = layer.weight.count
        return x.layerNorm(
            scale: weight(layer.weight, [width]), shift: weight(layer.bias, [width]), epsilon: epsilon)
    }
}

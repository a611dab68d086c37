// The scalar reference in the form that tests need: values at a point, and the gradient there.

import Reference

@testable import ViT

/// A reference function's values at x, and the gradient of Σ dy·y.
func reference(
    _ x: [Float], dy: [Float], _ function: (Tape, [Scalar]) -> [Scalar]
) -> (y: [Float], dx: [Float]) {
    let tape = Tape()
    let inputs = tape.variables(x)
    let outputs = function(tape, inputs)
    let total = tape.sum(zip(outputs, dy.map(Double.init)))
    return (outputs.map(\.single), tape.gradient(of: total, to: inputs).map { Float($0) })
}

extension Scalar {
    /// The value in single precision.
    var single: Float { Float(value) }
}

extension Array {
    /// The values in rows of this length.
    func rows(of length: Int) -> [[Element]] {
        stride(from: 0, to: count, by: length).map { Array(self[$0..<$0 + length]) }
    }
}

extension ReferenceAttention {
    /// The reference's mode that corresponds to a device's.
    init(_ mode: AttentionMode, model: ViT) {
        switch mode {
        case .live: self = .live
        case .detached: self = .detached
        case .frozen(let picture):
            let image = picture.array.map { Scalar(Double($0)) }
            self = .frozen(ReferencePass(model, image: image, on: Tape()).patterns)
        }
    }
}

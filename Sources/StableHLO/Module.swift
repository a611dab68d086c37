// Writes a module of StableHLO (https://openxla.org/stablehlo/spec) as text, one operation a line.

/// A module of one function, in the making. Values record how their gradient is computed, so that `gradients` can write
/// the backward pass (reverse-mode differentiation).
///
/// A mistake in a module is a programmer's: it traps where the operation is written, with the types. Values must not
/// outlive their module.
public final class Module {
    /// The types of the function's parameters, in their order.
    public private(set) var parameters: [TensorType] = []
    private var lines: [String] = []
    private var valueCount = 0
    private var tape: [Step] = []
    private var isRecording = true

    /// How the gradient of one operation's output becomes those of its inputs.
    private struct Step {
        let output: Int
        let inputs: [Value]
        let pullback: (Value) -> [Value?]
    }

    /// An empty module.
    public init() {}

    /// Declares the function's next parameter.
    public func parameter(_ type: TensorType) -> Value {
        parameters.append(type)
        return Value(name: "%arg\(parameters.count - 1)", id: nextID(), type: type, module: self)
    }

    /// The module as text, whose function returns `outputs`.
    public func text(returning outputs: [Value]) -> String {
        let inputs = parameters.enumerated().map { "%arg\($0): \($1)" }.joined(separator: ", ")
        let types = outputs.map { "\($0.type)" }.joined(separator: ", ")
        let names = outputs.map(\.name).joined(separator: ", ")
        return """
            module @atlasgen {
            func.func public @main(\(inputs)) -> (\(types)) {
            \(lines.joined(separator: "\n"))
            return \(names) : \(types)
            }
            }
            """
    }

    private func nextID() -> Int {
        valueCount += 1
        return valueCount
    }

    /// A new value of a region or an operation that the caller writes.
    func value(_ type: TensorType, name: String? = nil) -> Value {
        let id = nextID()
        return Value(name: name ?? "%\(id)", id: id, type: type, module: self)
    }

    func write(_ line: String) { lines.append(line) }

    /// Writes `%id = <text> : <signature>` and returns the value.
    func emit(_ text: String, _ signature: String, _ type: TensorType) -> Value {
        let result = value(type)
        write("\(result.name) = \(text) : \(signature)")
        return result
    }

    /// Records how the gradient passes an operation; nil for an input without gradient.
    func record(_ output: Value, _ inputs: [Value], _ pullback: @escaping (Value) -> [Value?]) {
        guard isRecording else { return }
        tape.append(Step(output: output.id, inputs: inputs, pullback: pullback))
    }

    /// Records that an operation has no gradient here, so that none is taken for zero.
    func recordWithoutGradient(_ output: Value, _ inputs: [Value], _ name: String) {
        record(output, inputs) { _ in preconditionFailure("\(name) has no gradient") }
    }

    /// The value that `forward` writes, with a gradient of its own: `pullback` is given the value and its gradient, and
    /// returns those of `inputs`.
    public func withGradient(
        of inputs: [Value], _ forward: () -> Value, pullback: @escaping (_ y: Value, _ dy: Value) -> [Value?]
    ) -> Value {
        let wasRecording = isRecording
        isRecording = false
        let result = forward()
        isRecording = wasRecording
        record(result, inputs) { pullback(result, $0) }
        return result
    }

    /// Writes d(target)/d(input) for each input; zeros where the target does not depend on it.
    ///
    /// - Precondition: `target` is a scalar, made in the region in which this is called.
    public func gradients(of target: Value, withRespectTo inputs: [Value]) -> [Value] {
        precondition(target.type == TensorType([]), "a gradient is that of a scalar, not of \(target.type)")
        let wasRecording = isRecording
        isRecording = false
        defer { isRecording = wasRecording }
        var dependent = Set(inputs.map(\.id))
        for step in tape where step.inputs.contains(where: { dependent.contains($0.id) }) {
            dependent.insert(step.output)
        }
        var gradients: [Int: Value] = [target.id: constant(1)]
        for step in tape.reversed() where dependent.contains(step.output) {
            guard let gradient = gradients[step.output] else { continue }
            for (input, part) in zip(step.inputs, step.pullback(gradient)) where dependent.contains(input.id) {
                guard let part else { continue }
                precondition(part.type == input.type, "the gradient of \(input.type) is \(part.type)")
                gradients[input.id] = gradients[input.id].map { $0 + part } ?? part
            }
        }
        return inputs.map { gradients[$0.id] ?? constant(0, $0.type) }
    }
}

/// An array that a module computes.
public struct Value {
    let name: String
    let id: Int
    /// Its shape and elements.
    public let type: TensorType
    /// The module that it belongs to.
    public unowned let module: Module

    /// Its shape.
    public var shape: [Int] { type.shape }
}

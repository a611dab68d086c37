// Every differentiable operation of StableHLO against finite differences, computed by a plugin.

import PJRT
import Reference
import StableHLO
import Testing

@testable import XLA

/// An operation with the shapes of its inputs.
private struct Operation: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let shapes: [[Int]]
    /// Whether the inputs must be above 0.
    var isPositive = false
    let apply: @Sendable ([Value]) -> Value
}

@Suite(.needsPlugin) struct OperationTests {
    private static let operations = [
        Operation(testDescription: "add, broadcast", shapes: [[2, 3], [3]]) { $0[0] + $0[1] },
        Operation(testDescription: "subtract", shapes: [[2, 3], [2, 1]]) { $0[0] - $0[1] },
        Operation(testDescription: "multiply", shapes: [[2, 3], [1, 3]]) { $0[0] * $0[1] },
        Operation(testDescription: "divide", shapes: [[2, 3], [3]], isPositive: true) { $0[0] / $0[1] },
        Operation(testDescription: "negate", shapes: [[4]]) { -$0[0] },
        Operation(testDescription: "numbers", shapes: [[4]], isPositive: true) { (2 / ($0[0] * 3 - -1) - 1 + 0.5) / 2 },
        Operation(testDescription: "exponential", shapes: [[4]]) { $0[0].exponential() },
        Operation(testDescription: "sigmoid", shapes: [[4]]) { $0[0].sigmoid() },
        Operation(testDescription: "sine", shapes: [[4]]) { $0[0].sine() },
        Operation(testDescription: "cosine", shapes: [[4]]) { $0[0].cosine() },
        Operation(testDescription: "square root", shapes: [[4]], isPositive: true) { $0[0].squareRoot() },
        Operation(testDescription: "inverse root", shapes: [[4]], isPositive: true) { $0[0].inverseSquareRoot() },
        Operation(testDescription: "choice", shapes: [[2, 3], [2, 3]]) {
            $0[0].module.iota([2, 3], along: 1).isGreater(than: $0[0].module.index(0)).choose($0[0] * $0[1], $0[1])
        },
        Operation(testDescription: "reshape, transpose", shapes: [[2, 3, 2]]) {
            $0[0].reshaped([3, 4]).transposed([1, 0]).reshaped([2, 6]) * $0[0].reshaped([2, 6])
        },
        Operation(testDescription: "slice, pad", shapes: [[2, 5]]) {
            $0[0].sliced(1..<4, along: 1).padded(before: 1, after: 2, along: 0) * 2
        },
        Operation(testDescription: "concatenate", shapes: [[2, 1], [2, 2]]) {
            Value.concatenated([$0[1], $0[0], $0[1]], along: 1)
        },
        Operation(testDescription: "sum, mean", shapes: [[2, 3, 2]]) {
            $0[0].sum(over: [0, 2]) * $0[0].mean(over: [0, 2])
        },
        Operation(testDescription: "product", shapes: [[2, 3], [4, 3]]) { $0[0].dot($0[1], over: ([1], [1])) },
        Operation(testDescription: "product of batches", shapes: [[2, 3, 4], [4, 2, 5]]) {
            $0[0].dot($0[1], over: ([2], [0]), batch: ([0], [1]))
        },
        Operation(testDescription: "product over two dimensions", shapes: [[3, 2, 4], [4, 5, 3]]) {
            $0[0].dot($0[1], over: ([0, 2], [2, 0]))
        },
        Operation(testDescription: "softmax", shapes: [[2, 4]]) { $0[0].softmax() },
        Operation(testDescription: "LayerNorm", shapes: [[2, 4]]) {
            $0[0].layerNorm(
                scale: $0[0].module.constant([1, 0.5, 2, -1], shape: [4]), shift: $0[0].module.constant(0.1),
                epsilon: 1e-3)
        },
    ]

    /// The gradient of Σ weights·operation within 1 % of the largest.
    @Test(arguments: operations) fileprivate func theGradientIsThatOfFiniteDifferences(_ operation: Operation) throws {
        let client = try TestPlugin.client.get()
        let device = client.devices[0]
        var generator = SampleGenerator(seed: operation.testDescription.utf8.count)
        let inputs = operation.shapes.map { shape in
            let values = generator.values(shape.reduce(1, *))
            return operation.isPositive ? values.map { abs($0) + 0.5 } : values
        }
        let module = Module()
        let parameters = operation.shapes.map { module.parameter(TensorType($0)) }
        let y = operation.apply(parameters)
        let weights = module.constant(generator.values(y.type.count), shape: y.shape)
        let target = (y * weights).sum(over: Array(y.shape.indices))
        let gradients = module.gradients(of: target, withRespectTo: parameters)
        let executable = try Executable.compile(
            module.text(returning: [target] + gradients), options: Accelerator.options, for: client)
        func run(_ inputs: [[Float]]) throws -> [Buffer] {
            try executable.run(
                zip(inputs, operation.shapes).map {
                    try client.buffer($0, .float32, shape: $1, on: device)
                }, on: device)
        }
        let results = try run(inputs)
        for (index, input) in inputs.enumerated() {
            let gradient = try results[1 + index].array(count: input.count, repeating: Float(0))
            let step: Float = 1e-2
            let expected = try input.indices.map { place in
                let values = try [step, -step].map { change in
                    var moved = inputs
                    moved[index][place] += change
                    return try run(moved)[0].array(count: 1, repeating: Float(0))[0]
                }
                return (values[0] - values[1]) / (2 * step)
            }
            #expect(relativeError(gradient, expected) <= 1e-2)
        }
    }

    @Test func aValueWithoutGradientIsAConstant() throws {
        let client = try TestPlugin.client.get()
        let module = Module()
        let x = module.parameter(TensorType([3]))
        let target = (x * x.withoutGradient()).sum(over: [0])
        let unused = module.parameter(TensorType([2]))
        let gradients = module.gradients(of: target, withRespectTo: [x, unused])
        let executable = try Executable.compile(
            module.text(returning: gradients), options: Accelerator.options, for: client)
        let device = client.devices[0]
        let results = try executable.run(
            [
                try client.buffer([1, -2, 3] as [Float], .float32, shape: [3], on: device),
                try client.buffer([1, 1] as [Float], .float32, shape: [2], on: device),
            ], on: device)
        #expect(try results[0].array(count: 3, repeating: Float(0)) == [1, -2, 3])
        #expect(try results[1].array(count: 2, repeating: Float(1)) == [0, 0])
    }

    /// What is computed without a gradient, by its values.
    @Test func indicesAndLoopsGiveTheirValues() throws {
        let client = try TestPlugin.client.get()
        let module = Module()
        let table = module.parameter(TensorType([3, 2]))
        let indices = module.parameter(TensorType([2], .int32))
        let rows = table.rows(at: indices)
        let entries = table.reshaped([1, 3, 2]).entries(at: indices.reshaped([1, 2]))
        let sums = module.loop([module.index(0), module.constant(0)]) {
            $0[0].isLess(than: module.index(3))
        } body: {
            [$0[0] + module.index(1), $0[1] + table.element(at: $0[0]).sum(over: [0])]
        }
        let replaced = table.replacing(elementAt: module.index(1), with: module.constant([8, 9], shape: [2]))
        let places = module.constant([1, 3, 3, 2, .nan, 5], shape: [2, 3]).firstMaximum(along: 1)
        let executable = try Executable.compile(
            module.text(returning: [rows, entries, sums[1], replaced, places]), options: Accelerator.options,
            for: client)
        let device = client.devices[0]
        let results = try executable.run(
            [
                try client.buffer([0, 1, 2, 3, 4, 5] as [Float], .float32, shape: [3, 2], on: device),
                try client.buffer([2, 0] as [Int32], .int32, shape: [2], on: device),
            ], on: device)
        #expect(try results[0].array(count: 4, repeating: Float(0)) == [4, 5, 0, 1])
        #expect(try results[1].array(count: 4, repeating: Float(0)) == [4, 5, 0, 1])
        #expect(try results[2].array(count: 1, repeating: Float(0)) == [15])
        #expect(try results[3].array(count: 6, repeating: Float(0)) == [0, 1, 8, 9, 4, 5])
        // The first of equal ones.
        #expect(try results[4].array(count: 2, repeating: Int32(0)) == [1, 2])
    }
}

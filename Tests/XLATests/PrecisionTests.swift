// How exact products are: their factors are rounded as asked, and sums are not.

import PJRT
import Reference
import StableHLO
import Testing

@testable import ViT
@testable import XLA

@Suite(.needsPlugin) struct PrecisionTests {
    /// Rounded to the nearest number with `bits` bits of mantissa; of two equally near ones to the even one.
    private func rounded(_ x: Float, bits: Int) -> Float {
        guard bits < 23 else { return x }
        let shift = UInt32(23 - bits)
        let isOdd = (x.bitPattern >> shift) & 1
        let half = (UInt32(1) << (shift - 1)) - 1 + isOdd
        return Float(bitPattern: ((x.bitPattern + half) >> shift) << shift)
    }

    /// A product and its gradients against sums of rounded factors. XLA's CPU plugin accepts TF32, and computes in single
    /// precision.
    @Test(arguments: [(ProductPrecision.bfloat16, 7), (.roundedToBfloat16, 7), (.tf32, 23)])
    func factorsAreRounded(precision: ProductPrecision, bits: Int) throws {
        let client = try TestPlugin.client.get()
        let device = client.devices[0]
        var generator = SampleGenerator(seed: 3)
        let (x, w, d) = (generator.values(4 * 50), generator.values(3 * 50), generator.values(4 * 3))
        let module = Module()
        let (a, b) = (module.parameter(TensorType([4, 50])), module.parameter(TensorType([3, 50])))
        let y = a.dot(b, over: ([1], [1]), precision: precision)
        let target = (y * module.constant(d, shape: [4, 3])).sum(over: [0, 1])
        let executable = try Executable.compile(
            module.text(returning: [y] + module.gradients(of: target, withRespectTo: [a, b])),
            options: Accelerator.options, for: client)
        let results = try executable.run(
            [
                try client.buffer(x, .float32, shape: [4, 50], on: device),
                try client.buffer(w, .float32, shape: [3, 50], on: device),
            ], on: device)
        let (rx, rw, rd) = (
            x.map { rounded($0, bits: bits) }, w.map { rounded($0, bits: bits) }, d.map { rounded($0, bits: bits) }
        )
        var (product, dx, dw) = (
            [Float](repeating: 0, count: 12), [Float](repeating: 0, count: 200), [Float](repeating: 0, count: 150)
        )
        for i in 0..<4 {
            for j in 0..<3 {
                for k in 0..<50 {
                    product[i * 3 + j] += rx[i * 50 + k] * rw[j * 50 + k]
                    dx[i * 50 + k] += rd[i * 3 + j] * rw[j * 50 + k]
                    dw[j * 50 + k] += rd[i * 3 + j] * rx[i * 50 + k]
                }
            }
        }
        for (result, expected) in zip(results, [product, dx, dw]) {
            #expect(relativeError(try result.array(count: expected.count, repeating: Float(0)), expected) <= 1e-5)
        }
    }

    /// The first activation is near single precision's, and not the same; so is what the runs reach.
    @Test func runsInBfloat16AreNearSinglePrecisions() throws {
        func runs(_ precision: Precision) throws -> [RunResult] {
            let visualiser = try Visualiser(
                device: XLADevice(try TestPlugin.client.get(), precision: precision, batchSize: 4),
                model: RandomModel.make(seed: 1), address: .block(1, .mlp3), tokens: .patches,
                method: try Method.atlas.applying(["steps": "8"]), capacity: 4)
            return try #require(try visualiser.run((0..<4).map { RunRequest(neuron: $0, seed: 1) }))
        }
        for (run, truth) in zip(try runs(.bfloat16), try runs(.float32)) {
            let error = relativeError([run.curve[0]], [truth.curve[0]])
            #expect(error > 0 && error < 0.05)
            #expect(abs(run.finalActivation - truth.finalActivation) < 0.1 * abs(truth.finalActivation))
        }
    }
}

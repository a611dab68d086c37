// Every instruction set's functions give the baseline's bytes, including remainders, NaN and infinities.

import CVector
import Foundation
import Reference
import Testing

@testable import ViT

@Suite struct VectorSetTests {
    static let channelCounts = [1, 5, 15, 16, 17, 48, 100, 128]

    /// The results of one set's functions for numbers that depend only on the seed.
    private func results(_ f: VectorFunctions, channels: Int, seed: Int) -> [[UInt32]] {
        var generator = SampleGenerator(seed: seed)
        let rows = 3
        let stride = (channels + 15) / 16 * 16
        var x = generator.values(rows * channels, scale: 4)
        if seed % 4 == 3 { (x[0], x[x.count / 2], x[x.count - 1]) = (.nan, .infinity, -.infinity) }
        let bias = generator.values(channels)
        let gamma = generator.values(channels)
        let other = generator.values(rows * channels)
        var outputs: [[Float]] = []
        func keep(_ buffers: FloatBuffer...) { outputs += buffers.map(\.array) }

        let slope = FloatBuffer(x)
        let y = FloatBuffer(count: x.count)
        f.biasGELU(slope.pointer, bias, y.pointer, rows, channels)
        keep(slope, y)
        let gateSlope = FloatBuffer(x)
        f.biasSigmoidGate(gateSlope.pointer, bias, y.pointer, rows, channels, 1.6, 0.07)
        keep(gateSlope, y)
        let derivatives = FloatBuffer(x + other)
        f.biasGatedProduct(derivatives.pointer, bias + gamma, y.pointer, rows, channels, 1, 0)
        keep(derivatives, y)
        f.gatedProductBackward(other, derivatives.pointer, rows, channels)
        keep(derivatives)
        f.multiply(y.pointer, other, x.count)
        keep(y)
        f.addBias(x, channels, bias, y.pointer, channels, rows, channels)
        keep(y)
        let mean = FloatBuffer(count: rows)
        let inverse = FloatBuffer(count: rows)
        f.layerNorm(x, gamma, bias, 1e-6, y.pointer, mean.pointer, inverse.pointer, rows, channels)
        keep(y, mean, inverse)
        f.layerNormBackward(other, x, gamma, mean.pointer, inverse.pointer, y.pointer, rows, channels)
        keep(y)
        let pattern = FloatBuffer(count: rows * stride)
        let gradient = FloatBuffer(count: rows * stride)
        for row in 0..<rows {
            for c in 0..<channels {
                pattern.pointer[row * stride + c] = x[row * channels + c]
                gradient.pointer[row * stride + c] = other[row * channels + c]
            }
        }
        f.softmax(pattern.pointer, rows, channels, stride)
        f.softmaxBackward(gradient.pointer, pattern.pointer, rows, channels, stride)
        keep(pattern, gradient)
        f.exponential(x, y.pointer, x.count)
        keep(y)
        // All NaNs count as equal, whatever their bits.
        return outputs.map { $0.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern } }
    }

    @Test(arguments: channelCounts, 0..<4) func everySetGivesTheSameBytes(channels: Int, seed: Int) throws {
        let baseline = try #require(VectorSet.all.last)
        let truth = results(baseline.functions, channels: channels, seed: seed)
        for set in VectorSet.all {
            let isSame = results(set.functions, channels: channels, seed: seed) == truth
            #expect(isSame, "\(set.name) differs from \(baseline.name)")
        }
    }

    @Test func exponentialAgreesWithLibm() throws {
        let x = (0...20_000).map { Float(-87) + 175 * Float($0) / 20_000 }
        let y = filled(x.count) { vector.exponential(x, $0, x.count) }
        let worst = zip(x, y).map { abs(Double($1) / exp(Double($0)) - 1) }.max()
        #expect(try #require(worst) < 2e-7)
        let ends = filled(4) { vector.exponential([-.infinity, -88, 0, .nan], $0, 4) }
        #expect(ends[0] == 0 && ends[1] == 0 && ends[2] == 1 && ends[3].isNaN)
    }

    @Test func softmaxOfRowsSumsToOneAndClearsItsPadding() {
        var generator = SampleGenerator(seed: 1)
        let x = generator.values(2 * 32, scale: 5)
        let y = filled(64) { y in
            y.update(from: x, count: 64)
            softmaxForward(y, rows: 2, count: 17, stride: 32)
        }
        for row in 0..<2 {
            let values = x[row * 32..<row * 32 + 17].map(Double.init)
            let total = values.reduce(0) { $0 + exp($1) }
            for i in 0..<32 {
                let truth = i < 17 ? exp(values[i]) / total : 0
                #expect(abs(Double(y[row * 32 + i]) - truth) <= 2e-6 * truth)
            }
        }
    }
}

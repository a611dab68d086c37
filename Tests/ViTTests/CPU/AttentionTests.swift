// Attention: a naive loop in double precision, and finite differences through queries, keys and values.

import Foundation
import Testing

@testable import ViT

@Suite struct AttentionTests {
    /// Queries, keys and values side by side, as the model keeps them: (T, 3·H·D).
    private struct Case {
        let shape: AttentionShape
        let queries: [Float], keys: [Float], values: [Float], dOut: [Float]
        var width: Int { shape.heads * shape.headSize }

        init(seed: Int) {
            var generator = SampleGenerator(seed: seed)
            let tokens = [1, 5, 8, 11][seed % 4]
            shape = AttentionShape(
                queries: seed % 3 == 0 ? 1 : tokens, keys: tokens, heads: 1 + seed % 3, headSize: [2, 4, 8][seed % 3])
            let width = shape.heads * shape.headSize
            queries = generator.values(shape.queries * width)
            keys = generator.values(tokens * width)
            values = generator.values(tokens * width)
            dOut = generator.values(shape.queries * width)
        }

        func pattern(_ q: [Float], _ k: [Float]) -> [Float] {
            filled(shape.patternCount) {
                attentionPatternForward(q: q, qStride: width, k: k, kStride: width, pattern: $0, shape: shape)
            }
        }

        func output(_ q: [Float], _ k: [Float], _ v: [Float]) -> [Float] {
            let pattern = pattern(q, k)
            return filled(shape.queries * width) {
                attentionValuesForward(
                    pattern: pattern, v: v, vStride: width, out: $0, outStride: width, shape: shape)
            }
        }
    }

    @Test(arguments: 0..<12) func forwardMatchesANaiveLoop(seed: Int) {
        let c = Case(seed: seed)
        var truth: [Float] = Array(repeating: 0, count: c.shape.queries * c.width)
        for head in 0..<c.shape.heads {
            for query in 0..<c.shape.queries {
                let scores = (0..<c.shape.keys).map { key in
                    (0..<c.shape.headSize).reduce(0.0) {
                        let channel = head * c.shape.headSize + $1
                        return $0 + Double(c.queries[query * c.width + channel] * c.keys[key * c.width + channel])
                    } / Double(c.shape.headSize).squareRoot()
                }
                let total = scores.reduce(0) { $0 + exp($1) }
                for channel in head * c.shape.headSize..<(head + 1) * c.shape.headSize {
                    truth[query * c.width + channel] = Float(
                        scores.indices.reduce(0.0) {
                            $0 + exp(scores[$1]) / total * Double(c.values[$1 * c.width + channel])
                        })
                }
            }
        }
        #expect(relativeError(c.output(c.queries, c.keys, c.values), truth) < 1e-5)
    }

    @Test(arguments: 0..<12) func backwardIsTheGradient(seed: Int) {
        let c = Case(seed: seed)
        let pattern = c.pattern(c.queries, c.keys)
        let dq = FloatBuffer(count: c.queries.count)
        let dk = FloatBuffer(count: c.keys.count)
        let scratch = FloatBuffer(count: c.shape.queries * c.shape.patternStride)
        attentionPatternBackward(
            dOut: c.dOut, outStride: c.width, q: c.queries, qStride: c.width, k: c.keys, v: c.values,
            kvStride: c.width, pattern: pattern, dq: dq.pointer, dqStride: c.width, dk: dk.pointer, dkStride: c.width,
            scratch: scratch.pointer, shape: c.shape)
        let dv = filled(c.values.count) {
            attentionValuesBackward(
                pattern: pattern, dOut: c.dOut, outStride: c.width, dv: $0, dvStride: c.width, shape: c.shape)
        }
        let truthV = numericalGradient(c.values) { weighted(c.output(c.queries, c.keys, $0), c.dOut) }
        #expect(relativeError(dv, truthV) < 5e-3)
        // With one token its pattern is 1 whatever the query: the gradient is 0 exactly.
        guard c.shape.keys > 1 else {
            #expect(dq.array.allSatisfy { abs($0) < 1e-6 } && dk.array.allSatisfy { abs($0) < 1e-6 })
            return
        }
        let truthQ = numericalGradient(c.queries) { weighted(c.output($0, c.keys, c.values), c.dOut) }
        let truthK = numericalGradient(c.keys) { weighted(c.output(c.queries, $0, c.values), c.dOut) }
        #expect(relativeError(dq.array, truthQ) < 5e-3)
        #expect(relativeError(dk.array, truthK) < 5e-3)
    }
}

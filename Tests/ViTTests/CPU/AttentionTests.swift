// Attention against the scalar reference, forward and backward, through queries, keys and values.

import Reference
import Testing

@testable import ViT

@Suite struct AttentionTests {
    @Test(arguments: 0..<12) func forwardAndBackwardAreTheReferences(seed: Int) {
        var generator = SampleGenerator(seed: seed)
        let tokens = [1, 5, 8, 11][seed % 4]
        let shape = AttentionShape(
            queries: seed % 3 == 0 ? 1 : tokens, keys: tokens, heads: 1 + seed % 3, headSize: [2, 4, 8][seed % 3])
        let width = shape.heads * shape.headSize
        let (queryCount, keyCount) = (shape.queries * width, tokens * width)
        let q = generator.values(queryCount)
        let k = generator.values(keyCount)
        let v = generator.values(keyCount)
        let dOut = generator.values(queryCount)

        let truth = reference(q + k + v, dy: dOut) { tape, inputs in
            let rows = inputs.rows(of: width)
            var heads = [[Scalar]](repeating: [], count: shape.queries)
            for head in 0..<shape.heads {
                let part = rows.map { Array($0[head * shape.headSize..<(head + 1) * shape.headSize]) }
                let pattern = tape.attentionPattern(
                    Array(part[..<shape.queries]), Array(part[shape.queries..<shape.queries + tokens]))
                let values = tape.attentionValues(pattern, Array(part[(shape.queries + tokens)...]))
                for (query, output) in values.enumerated() { heads[query] += output }
            }
            return heads.flatMap { $0 }
        }

        let pattern = filled(shape.patternCount) {
            attentionPatternForward(q: q, qStride: width, k: k, kStride: width, pattern: $0, shape: shape)
        }
        let out = filled(queryCount) {
            attentionValuesForward(pattern: pattern, v: v, vStride: width, out: $0, outStride: width, shape: shape)
        }
        #expect(relativeError(out, truth.y) < 1e-5)

        let (dq, dk) = (FloatBuffer(count: queryCount), FloatBuffer(count: keyCount))
        let scratch = FloatBuffer(count: shape.queries * shape.patternStride)
        withExtendedLifetime((dq, dk, scratch)) {
            attentionPatternBackward(
                dOut: dOut, outStride: width, q: q, qStride: width, k: k, v: v, kvStride: width, pattern: pattern,
                dq: dq.pointer, dqStride: width, dk: dk.pointer, dkStride: width, scratch: scratch.pointer,
                shape: shape)
        }
        let dv = filled(keyCount) {
            attentionValuesBackward(
                pattern: pattern, dOut: dOut, outStride: width, dv: $0, dvStride: width, shape: shape)
        }
        #expect(relativeError(dv, Array(truth.dx[(queryCount + keyCount)...])) < 1e-5)
        // With one token, the pattern is 1 for every query, so the gradient is 0 except for rounding.
        guard tokens > 1 else {
            #expect(dq.array.allSatisfy { abs($0) < 1e-6 } && dk.array.allSatisfy { abs($0) < 1e-6 })
            return
        }
        #expect(relativeError(dq.array, Array(truth.dx[..<queryCount])) < 1e-5)
        #expect(relativeError(dk.array, Array(truth.dx[queryCount..<queryCount + keyCount])) < 1e-5)
    }
}

// The randomised-weights control keeps every tensor's numbers, and changes only what is documented.

import Testing

@testable import ViT

/// A short generator of known numbers (Knuth's MMIX constants), only for tests.
private struct TestGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 31)
    }
}

struct ViTParametersShuffledTests {
    private static let width = 6
    private static let parameters: ViTParameters = {
        var next: Float = 0
        return .twoBlocks(width: width) {
            next += 1
            return next
        }
    }()

    @Test(arguments: 0..<20 as Range<UInt64>)
    func eachTensorKeepsItsNumbersInAnotherOrder(seed: UInt64) {
        var generator = TestGenerator(state: seed)
        let shuffled = Self.parameters.shuffled(using: &generator)
        for (before, after) in zip(Self.parameters.blocks, shuffled.blocks) {
            let pairs = [
                (before.attentionInput, after.attentionInput), (before.attentionOutput, after.attentionOutput),
                (before.mlp0, after.mlp0), (before.mlp3, after.mlp3),
            ]
            for (old, new) in pairs {
                #expect(old.weight.array != new.weight.array)
                #expect(old.weight.array == new.weight.array.sorted())
                #expect(old.bias.array == new.bias.array.sorted())
            }
            #expect(pairs.contains { $0.0.bias.array != $0.1.bias.array })
            // Queries, keys and values are separate tensors.
            for part in 0..<3 {
                let weights = part * Self.width * Self.width..<(part + 1) * Self.width * Self.width
                let old = before.attentionInput.weight.array[weights]
                #expect(after.attentionInput.weight.array[weights].sorted() == Array(old))
            }
            #expect(before.ln1.weight === after.ln1.weight && before.ln1.bias === after.ln1.bias)
            #expect(before.ln2.weight === after.ln2.weight && before.ln2.bias === after.ln2.bias)
        }
    }

    @Test func whatLiesOutsideTheBlocksIsKept() {
        var generator = TestGenerator(state: 1)
        let before = Self.parameters
        let after = before.shuffled(using: &generator)
        #expect(before.patchProjection.weight === after.patchProjection.weight)
        #expect(before.prefixTokens === after.prefixTokens)
        #expect(before.positionEmbedding === after.positionEmbedding)
        #expect(before.finalNorm.weight === after.finalNorm.weight)
        #expect(before.head?.weight === after.head?.weight)
    }

    @Test func theGeneratorDecides() {
        func weights(_ seed: UInt64) -> [Float] {
            var generator = TestGenerator(state: seed)
            return Self.parameters.shuffled(using: &generator).blocks.flatMap { $0.mlp0.weight.array }
        }
        #expect(weights(1) == weights(1))
        #expect(weights(1) != weights(2))
    }

    /// The position of one number is uniform: each of 36 positions is reached about equally often.
    @Test func everyPlaceIsReached() {
        var generator = TestGenerator(state: 9)
        var counts = [Int](repeating: 0, count: 36)
        let first = Self.parameters.blocks[0].attentionOutput.weight.array[0]
        for _ in 0..<3_600 {
            let weights = Self.parameters.shuffled(using: &generator).blocks[0].attentionOutput.weight.array
            if let place = weights.firstIndex(of: first) { counts[place] += 1 }
        }
        #expect(counts.reduce(0, +) == 3_600)
        #expect(counts.allSatisfy { $0 > 50 && $0 < 150 }, "\(counts)")
    }
}

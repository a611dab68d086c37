// The scores' generator against published values, and the uniformity of its integers.

import Testing

@testable import Scores
@testable import ViT

struct SplitMix64Tests {
    /// The values that the reference implementation (Vigna, splitmix64.c) prints for state 1234567.
    @Test func drawsTheReferenceValues() {
        var generator = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    @Test(arguments: [1, 2, 3, 7, 10])
    func boundedIntegersAreUniform(bound: Int) {
        var generator = SplitMix64(seed: 3, stream: .referencePicture, index: bound)
        var counts = [Int](repeating: 0, count: bound)
        let draws = 10_000 * bound
        for _ in 0..<draws { counts[generator.next(below: bound)] += 1 }
        // Five standard deviations of a binomial count with mean 10,000.
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 }, "\(counts)")
    }

    @Test func permutationsOfThreeAreUniform() {
        var generator = SplitMix64(seed: 3, stream: .permutation, index: 0)
        var counts: [[Int32]: Int] = [:]
        for _ in 0..<60_000 { counts[generator.permutation(of: 3), default: 0] += 1 }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { abs($0 - 10_000) < 500 }, "\(counts)")
        #expect(generator.permutation(of: 0).isEmpty)
        #expect(generator.permutation(of: 1) == [0])
    }

    @Test func streamsAndIndicesDiffer() {
        var first = (0..<100).flatMap { index in
            [SplitMix64.Stream.referencePicture, .permutation].map { stream in
                var generator = SplitMix64(seed: 0, stream: stream, index: index)
                return generator.next()
            }
        }
        first.sort()
        #expect(Set(first).count == 200)
    }
}

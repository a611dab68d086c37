// The generator against published sequences, and its variates against scipy and their expected moments.

import Testing

@testable import ViT

struct RunGeneratorTests {
    @Test func splitMixGivesThePublishedSequence() {
        var generator = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.indices.map { _ in generator.next() } == expected)
    }

    @Test func xoshiroGivesThePublishedSequence() {
        var generator = RunGenerator(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
            607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
        ]
        #expect(expected.indices.map { _ in generator.next() } == expected)
    }

    /// scipy.stats.norm.ppf.
    @Test(arguments: [
        (1e-9, -5.9978070150076865), (0.001, -3.090232306167813), (0.02, -2.053748910631823),
        (0.3, -0.5244005127080409), (0.5, 0), (0.8, 0.8416212335729143), (0.9999, 3.719016485455709),
    ])
    func normalQuantileIsScipys(probability: Double, expected: Double) {
        #expect(abs(normalQuantile(probability) - expected) <= 2e-9 * max(abs(expected), 1))
    }

    @Test(arguments: 0..<5)
    func variatesHaveTheirMoments(seed: Int) {
        var generator = RunGenerator(seed: UInt64(seed))
        let count = 100_000
        let normals = (0..<count).map { _ in generator.normal() }
        let units = (0..<count).map { _ in generator.unit() }
        let whole = (0..<count).map { _ in generator.symmetric(2) }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(count) }
        // Five standard errors.
        #expect(abs(mean(normals)) < 0.016)
        #expect(abs(mean(normals.map { $0 * $0 }) - 1) < 0.023)
        #expect(abs(mean(normals.map { $0 * $0 * $0 * $0 }) - 3) < 0.16)
        #expect(abs(mean(units) - 0.5) < 0.0046)
        #expect(units.allSatisfy { $0 > 0 && $0 < 1 })
        for value in -2...2 {
            #expect(abs(mean(whole.map { $0 == value ? 1 : 0 }) - 0.2) < 0.0064)
        }
    }

    @Test func aRunsNumbersDependOnWhatItIs() {
        func first(_ address: String, _ neuron: Int, _ seed: Int) throws -> UInt64 {
            var generator = RunGenerator(address: try #require(Address(address)), neuron: neuron, seed: seed)
            return generator.next()
        }
        #expect(throws: Never.self) {
            let all = [
                try first("encoder_layer_5.mlp.3", 1, 0), try first("encoder_layer_5.mlp.3", 0, 1),
                try first("encoder_layer_5.mlp.3", 11, 0), try first("encoder_layer_5.mlp.3", 1, 10),
                try first("encoder_layer_5.mlp.1", 1, 0), try first("heads.head", 1, 0),
            ]
            #expect(Set(all).count == all.count)
            let again = try first("encoder.layers.encoder_layer_5.mlp.3", 1, 0)
            #expect(all[0] == again)
        }
    }
}

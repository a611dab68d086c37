// The map of a layer: alike neurons touch, every neuron with a picture is on it once, and nothing is left to chance.

import Testing

@testable import Scores
@testable import ViT

struct NeuronMapTests {
    /// Runs whose look and meaning are these vectors.
    private static func runs(_ vectors: [[Float]], seed: Int = 0) -> [ScoredRun] {
        vectors.enumerated().map { neuron, vector in
            ScoredRun(
                neuron: neuron, seed: seed, look: vector, meaning: vector, activations: nil, finalActivation: 1)
        }
    }

    /// Vectors around `groups` centres, by turns, each coordinate off by up to `spread`.
    private static func vectors(_ count: Int, groups: Int, spread: Float, seed: UInt64) -> [[Float]] {
        var generator = SplitMix64(state: seed)
        func draw() -> Float { 2 * Float(generator.next() >> 40) / Float(1 << 24) - 1 }
        let centres = (0..<groups).map { _ in (0..<12).map { _ in draw() } }
        return (0..<count).map { index in centres[index % groups].map { $0 + spread * draw() } }
    }

    /// Nothing is subtracted, and all coordinates are scaled alike.
    private static let reference: ScoreReference = {
        let none = Normalisation(of: [1, -1].map { [Float](repeating: $0, count: 12) })
        return ScoreReference(look: none, meaning: none, channels: ChannelScale([]))
    }()

    private static func map(_ vectors: [[Float]]) -> NeuronMap { NeuronMap(of: runs(vectors), by: reference) }

    private static func place(of neuron: Int, on map: NeuronMap) throws -> (column: Int, row: Int) {
        let cell = try #require(map.cells.firstIndex { $0.neuron == neuron })
        return (cell % map.columns, cell / map.columns)
    }

    private static func touch(_ first: (column: Int, row: Int), _ second: (column: Int, row: Int)) -> Bool {
        max(abs(first.column - second.column), abs(first.row - second.row)) <= 1
    }

    /// From any cell of a group, all others of it are reached over cells of the group that touch.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func plantedGroupsAreContiguous(seed: UInt64) throws {
        let map = Self.map(Self.vectors(120, groups: 5, spread: 0.25, seed: seed))
        for group in 0..<5 {
            let places = try (0..<120).filter { $0 % 5 == group }.map { try Self.place(of: $0, on: map) }
            var reached: Set = [0]
            var waiting = [0]
            while let place = waiting.popLast() {
                for other in places.indices where Self.touch(places[place], places[other]) {
                    if reached.insert(other).inserted { waiting.append(other) }
                }
            }
            #expect(reached.count == places.count, "group \(group)")
        }
    }

    /// Now and then a cut of the plane parts two of them further than exchanges reach; by chance a tenth would touch.
    @Test func nearlyEqualNeuronsTouch() throws {
        var touching = 0
        for seed in 1...6 {
            var vectors = Self.vectors(70, groups: 70, spread: 0, seed: UInt64(seed))
            for pair in 0..<5 { vectors[69 - pair] = vectors[pair].map { $0 + 0.001 } }
            let map = Self.map(vectors)
            for pair in 0..<5 {
                if try Self.touch(Self.place(of: pair, on: map), Self.place(of: 69 - pair, on: map)) { touching += 1 }
            }
        }
        #expect(touching >= 27, "\(touching) of 30 pairs")
    }

    @Test func theOrderOfTheRunsDoesNotMatter() {
        let runs = Self.runs(Self.vectors(60, groups: 9, spread: 0.5, seed: 7))
        let map = NeuronMap(of: runs, by: Self.reference)
        #expect(NeuronMap(of: runs.reversed(), by: Self.reference) == map)
        #expect(NeuronMap(of: Array(runs[31...] + runs[...30]), by: Self.reference) == map)
    }

    @Test(arguments: Array(0...20) + [31, 50, 97])
    func everyNeuronHasACell(count: Int) {
        for vectors in [
            Self.vectors(count, groups: max(count, 1), spread: 0, seed: 1),
            [[Float]](repeating: [Float](repeating: 0.5, count: 12), count: count),
            [[Float]](repeating: [Float](repeating: 0, count: 12), count: count),
        ] {
            let map = Self.map(vectors)
            #expect(map.cells.map(\.neuron).sorted() == Array(0..<count))
            #expect(map.rows * map.columns - count < max(map.columns, 1))
        }
    }

    @Test func shapesAreLandscapesWithFewFreeCells() {
        let shapes = [1, 2, 3, 6, 32, 50, 128, 768, 3072].map { count in
            let columns = GridArrangement.columns(for: count)
            return [columns, (count + columns - 1) / columns]
        }
        #expect(
            shapes == [[1, 1], [2, 1], [3, 1], [3, 2], [8, 4], [10, 5], [13, 10], [32, 24], [64, 48]])
    }

    @Test func neuronsWithoutAPictureAreLeftOut() {
        let vectors = Self.vectors(9, groups: 9, spread: 0, seed: 3)
        var runs = Self.runs(vectors)
        // A diverged run has nothing measured; the neuron's next run stands for it.
        for (neuron, seed) in [(2, 0), (5, 0), (5, 1)] {
            runs.removeAll { $0.neuron == neuron && $0.seed == seed }
            runs.append(
                ScoredRun(
                    neuron: neuron, seed: seed, look: nil, meaning: nil, activations: nil, finalActivation: 0))
        }
        runs.append(
            ScoredRun(
                neuron: 2, seed: 1, look: vectors[2], meaning: vectors[2], activations: nil, finalActivation: 1))
        // Vectors that are not of this picture or not finite are nothing either.
        runs.append(
            ScoredRun(neuron: 11, seed: 0, look: [1], meaning: nil, activations: nil, finalActivation: 1))
        runs.append(
            ScoredRun(
                neuron: 12, seed: 0, look: [Float](repeating: .nan, count: 12), meaning: nil, activations: nil,
                finalActivation: 1))
        let map = NeuronMap(of: runs, by: Self.reference)
        #expect(map.cells.map(\.neuron).sorted() == [0, 1, 2, 3, 4, 6, 7, 8])
        #expect(map.cells.first { $0.neuron == 2 }?.seed == 1)
    }

    /// The definition, as loops over all pairs (Venna and Kaski 2001).
    @Test(arguments: [3, 4, 9, 16, 17, 40, 100])
    func trustworthinessIsItsDefinition(count: Int) throws {
        let vectors = Self.vectors(count, groups: 6, spread: 0.6, seed: 5)
        let distances = DistanceTable(of: vectors)
        let start = PrincipalComponents.places(of: vectors)
        let grid = GridArrangement(of: PlaneEmbedding.places(of: distances, from: start), distances)
        func ranked(_ count: Int, around centre: Int, _ distance: (Int) -> Double) -> [Int] {
            (0..<count).filter { $0 != centre }.sorted { (distance($0), $0) < (distance($1), $1) }
        }
        let near = min(8, (count - 1) / 2)
        var excess = 0
        for cell in 0..<count {
            let centre = grid.points[cell]
            let order = ranked(count, around: centre) { other in
                Double(distances[centre, other])
            }
            let nearest = ranked(count, around: cell) { other in
                let across = Double(other % grid.columns - cell % grid.columns)
                let down = Double(other / grid.columns - cell / grid.columns)
                return across * across + down * down
            }.prefix(near)
            for neighbour in nearest {
                let rank = try #require(order.firstIndex(of: grid.points[neighbour])) + 1
                excess += max(0, rank - near)
            }
        }
        let worst = Double(count * near * (2 * count - 3 * near - 1))
        let expected = 1 - 2 * Double(excess) / worst
        #expect(NeuronMap.trustworthiness(of: grid, distances) == expected)
        #expect(count < 40 || expected > 0.75)
    }

    /// Points of a plane that is turned into twelve dimensions come back as a plane: near points have near places.
    @Test func aPlaneIsFoundAgain() throws {
        let side = 14
        let vectors = (0..<side * side).map { index -> [Float] in
            let coordinates = [Float(index % side), Float(index / side)]
            return (0..<12).map { (axis: Int) -> Float in coordinates[axis % 2] * Float(1 + axis / 2) }
        }
        let distances = DistanceTable(of: vectors)
        let places = PlaneEmbedding.places(of: distances, from: PrincipalComponents.places(of: vectors))
        var agreeing = 0
        for point in places.indices {
            let near = distances.order(around: point).prefix(12).map(Int.init)
            let far = places.map { (place: SIMD2<Float>) -> Float in
                let difference = place - places[point]
                return (difference * difference).sum()
            }
            let found = places.indices.filter { $0 != point }.sorted { far[$0] < far[$1] }.prefix(12)
            agreeing += Set(near).intersection(found).count
        }
        #expect(Double(agreeing) / Double(12 * places.count) > 0.8)
    }
}

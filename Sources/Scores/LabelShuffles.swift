// The label permutations of a layer, made once and shared by the threads that stream the similarities.

import ViT

/// For each permutation, the neuron label of each run. Labels are shuffled within each seed, so that what a seed's runs
/// have in common is kept and no run is compared with its own seed.
struct LabelShuffles: Sendable {
    /// Number of permutations.
    let count: Int
    /// (count, rows): the label, as an index into the neurons, that each row carries.
    let labels: [Int32]
    /// (count, seeds, neurons): the place within its seed of the run with a label, −1 if there is none.
    let places: [Int32]
    /// For each seed, the neurons of its runs: the layout that a table must have.
    private let members: [[Int]]

    /// `count` permutations of the table's labels, from the generators of `seed`.
    init(of table: RunTable, count: Int, seed: UInt64) {
        let neuronCount = table.neurons.count
        var labels: [Int32] = []
        labels.reserveCapacity(count * table.rows.count)
        var places = [Int32](repeating: -1, count: count * table.seeds.count * neuronCount)
        for permutation in 0..<count {
            var generator = SplitMix64(seed: seed, stream: .permutation, index: permutation)
            for (seedIndex, members) in table.members.enumerated() {
                let base = (permutation * table.seeds.count + seedIndex) * neuronCount
                for (place, source) in generator.permutation(of: members.count).enumerated() {
                    let label = members[Int(source)]
                    labels.append(Int32(label))
                    places[base + label] = Int32(place)
                }
            }
        }
        self.count = count
        self.labels = labels
        self.places = places
        members = table.members
    }

    /// Whether the shuffles also fit another table: one with the same runs, regardless of what was measured.
    func fit(_ table: RunTable) -> Bool { members == table.members }
}

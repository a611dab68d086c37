// What the scores need to know about one run, and how a layer's runs are laid out for comparison.

/// One run from its record: its neuron, its seed and what was measured on its picture.
struct ScoredRun: Sendable {
    /// The neuron that the picture was made for, as a channel of the layer.
    let neuron: Int
    /// The run's seed; pairs are compared between different seeds only.
    let seed: Int
    /// The picture's `LookDescriptor`; nil if there is no picture.
    let look: [Float]?
    /// The picture's embedding by the judge; nil if there is none.
    let meaning: [Float]?
    /// The layer's activations on the picture, one per channel; nil if there are none.
    let activations: [Float]?
    /// The neuron's own activation on the final picture.
    let finalActivation: Float

    /// A run of `neuron` from `seed` with what was measured on its picture.
    init(
        neuron: Int, seed: Int, look: [Float]?, meaning: [Float]?, activations: [Float]?, finalActivation: Float
    ) {
        self.neuron = neuron
        self.seed = seed
        self.look = look
        self.meaning = meaning
        self.activations = activations
        self.finalActivation = finalActivation
    }
}

/// The runs that one measure can compare, ordered by seed and then by neuron.
struct RunTable: Sendable {
    /// The neurons that have a usable run, ascending.
    let neurons: [Int]
    /// The seeds that have a usable run, ascending.
    let seeds: [Int]
    /// For each seed, the indices into `neurons` of its runs, ascending.
    let members: [[Int]]
    /// For each seed, the row of its first run; one more entry for the number of rows.
    let offsets: [Int]
    /// (seeds, neurons): a neuron's place in `members` of the seed, −1 without a run.
    let places: [Int32]
    /// What was measured, row by row.
    let rows: [[Float]]
    /// Number of runs left out: nothing measured (the run diverged), a value that is not finite, or another length.
    let excluded: Int

    /// Lays out the runs for which `measure` gives a vector. Of several runs of one neuron and seed, the first counts.
    init(_ runs: [ScoredRun], measuring measure: (ScoredRun) -> [Float]?) {
        var usable: [(seed: Int, neuron: Int, row: [Float])] = []
        for run in runs {
            guard let row = measure(run), !row.isEmpty, row.count == usable.first?.row.count ?? row.count,
                row.allSatisfy(\.isFinite)
            else { continue }
            usable.append((run.seed, run.neuron, row))
        }
        excluded = runs.count - usable.count
        let neurons = Set(usable.map(\.neuron)).sorted()
        let seeds = Set(usable.map(\.seed)).sorted()
        let neuronIndex = Dictionary(uniqueKeysWithValues: zip(neurons, neurons.indices))
        let seedIndex = Dictionary(uniqueKeysWithValues: zip(seeds, seeds.indices))
        var found = [Int32](repeating: -1, count: seeds.count * neurons.count)
        for (index, run) in usable.enumerated() {
            guard let seed = seedIndex[run.seed], let neuron = neuronIndex[run.neuron] else { continue }
            let cell = seed * neurons.count + neuron
            if found[cell] < 0 { found[cell] = Int32(index) }
        }
        var members: [[Int]] = []
        var offsets = [0]
        var rows: [[Float]] = []
        var places = found
        for seed in seeds.indices {
            let present = neurons.indices.filter { found[seed * neurons.count + $0] >= 0 }
            for (place, neuron) in present.enumerated() {
                rows.append(usable[Int(found[seed * neurons.count + neuron])].row)
                places[seed * neurons.count + neuron] = Int32(place)
            }
            members.append(present)
            offsets.append(rows.count)
        }
        self.neurons = neurons
        self.seeds = seeds
        self.members = members
        self.offsets = offsets
        self.places = places
        self.rows = rows
    }

    /// A neuron's place among the runs of a seed, both as indices; nil without a run.
    func place(of neuron: Int, in seed: Int) -> Int? {
        let place = Int(places[seed * neurons.count + neuron])
        return place < 0 ? nil : place
    }

    /// The seed and the neuron, as indices, of each row.
    var owners: [(seed: Int, neuron: Int)] {
        members.enumerated().flatMap { seed, neurons in neurons.map { (seed, $0) } }
    }
}

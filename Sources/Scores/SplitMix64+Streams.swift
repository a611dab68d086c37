// The scores' random numbers: one generator per permutation and picture, seeded from (seed, stream, index), so that
// its draws do not depend on thread or time.

import ViT

extension SplitMix64 {
    /// What a generator's draws are for; two purposes never share draws.
    enum Stream: UInt64 {
        /// A reference picture.
        case referencePicture = 4
        /// How a permutation shuffles the neuron labels.
        case permutation = 2
        /// Which photographs a draw of a bootstrap has.
        case photographs = 5
    }

    /// The generator of one draw: its state is the seed, mixed with the stream and then with the index.
    init(seed: UInt64, stream: Stream, index: Int) {
        var first = SplitMix64(state: seed &+ stream.rawValue)
        var second = SplitMix64(state: first.next() &+ UInt64(truncatingIfNeeded: index))
        self.init(state: second.next())
    }

    /// A uniform integer in 0..<bound; bound ≥ 1 (Lemire 2019, with rejection, so exactly uniform).
    ///
    /// Written out because the standard library's algorithm may change between versions of Swift.
    mutating func next(below bound: Int) -> Int {
        precondition(bound >= 1)
        let range = UInt64(bound)
        let threshold = (0 &- range) % range
        while true {
            let product = next().multipliedFullWidth(by: range)
            if product.low >= threshold { return Int(product.high) }
        }
    }

    /// A uniformly random order of 0..<count (Fisher and Yates, from the last place down).
    mutating func permutation(of count: Int) -> [Int32] {
        var order = (0..<Int32(count)).map { $0 }
        var last = count - 1
        while last > 0 {
            order.swapAt(last, next(below: last + 1))
            last -= 1
        }
        return order
    }
}

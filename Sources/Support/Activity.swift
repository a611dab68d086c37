// One long piece of a build's work, and how far it is.

import Synchronization

/// A piece of work that does a number of like things, counted from several threads.
package final class Activity: Sendable {
    /// What is done, e.g. `scores of encoder_layer_5.mlp.3`.
    package let title: String
    /// What the things are, in the plural.
    package let noun: String
    /// Number of things to be done; 0 if nothing is counted.
    package let count: Int
    private let counter = Atomic(0)

    init(title: String, noun: String, count: Int) {
        self.title = title
        self.noun = noun
        self.count = count
    }

    /// Number of things that are done.
    package var done: Int { counter.load(ordering: .relaxed) }

    func advance() { counter.add(1, ordering: .relaxed) }
}

// A layer of an atlas, checked against the model.

import ViT

/// One of the chosen layers, with `auto` and `all` resolved.
package struct AtlasLayer: Sendable, Equatable {
    /// Where the activations are read.
    package let address: Address
    /// The neurons, ascending.
    package let neurons: [Int]
    /// Distinct token selections; the first fills the grid.
    package let tokens: [TokenSelection]
    /// The neurons that are compared between methods, token selections and attention modes, ascending.
    package let sample: [Int]
}

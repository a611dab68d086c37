// The objective of one image in a pass.

/// Whether an activation is raised or lowered.
public enum Direction: String, Sendable, Codable, CaseIterable {
    /// Raised: the picture shows what excites the neuron.
    case positive = "+"
    /// Lowered: the picture shows what inhibits a signed neuron most.
    case negative = "-"

    /// +1 or −1.
    public var sign: Float { self == .positive ? 1 : -1 }
}

/// The neuron that one image of a pass is optimised for. Address and tokens belong to the pass.
public struct Objective: Hashable, Sendable {
    /// The channel at the pass's address; for `TokenSelection.slice`, the token whose channels are averaged.
    public var neuron: Int
    /// The sign of the gradient.
    public var direction: Direction
    /// At `mlp.1`, and for directions with a nonlinearity: whether the gradient passes through the nonlinearity as if it
    /// were the identity, so that a unit that is off (the slope is near zero or negative) can still be raised. The
    /// activation itself is unchanged.
    public var throughPreactivation: Bool

    /// An objective; by default, it raises the activation.
    public init(neuron: Int, direction: Direction = .positive, throughPreactivation: Bool = false) {
        self.neuron = neuron
        self.direction = direction
        self.throughPreactivation = throughPreactivation
    }
}

// What one image of a pass is optimised for.

/// Whether an activation is raised or lowered.
public enum Direction: String, Sendable, Codable, CaseIterable {
    /// Climb: what excites the neuron.
    case positive = "+"
    /// Descend: what a signed neuron is most inhibited by.
    case negative = "-"

    /// +1 or −1.
    public var sign: Float { self == .positive ? 1 : -1 }
}

/// The neuron that one image of a pass is for. Address and tokens belong to the pass.
public struct Objective: Hashable, Sendable {
    /// The channel at the pass's address; for `TokenSelection.slice`, the token whose channels are averaged.
    public var neuron: Int
    /// The sign of the gradient.
    public var direction: Direction
    /// At `mlp.1` only: let the gradient pass GELU as if it were the identity, so that a unit which is off
    /// (where GELU's slope is near zero or negative) is still raised. The activation itself is unchanged.
    public var throughPreactivation: Bool

    /// An objective that climbs the activation unless told otherwise.
    public init(neuron: Int, direction: Direction = .positive, throughPreactivation: Bool = false) {
        self.neuron = neuron
        self.direction = direction
        self.throughPreactivation = throughPreactivation
    }
}

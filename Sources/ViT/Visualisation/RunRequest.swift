// What one run is asked for, and what it leaves.

/// One optimisation: of one neuron, from one seed. Address, tokens, method and attention are the visualiser's.
public struct RunRequest: Sendable, Hashable {
    /// The channel; for `TokenSelection.slice`, the token.
    public var neuron: Int
    /// Whether the activation is raised or lowered.
    public var direction: Direction
    /// The number of the run; with the address and the neuron it determines everything random.
    public var seed: Int

    /// A request that raises the activation unless told otherwise.
    public init(neuron: Int, direction: Direction = .positive, seed: Int) {
        self.neuron = neuron
        self.direction = direction
        self.seed = seed
    }
}

/// What an optimisation left.
public struct RunResult: Sendable, Equatable {
    /// What was asked.
    public let request: RunRequest
    /// The picture: (height, width, 3), RGB, 8 bits, the size of the model's input.
    public let pixels: [UInt8]
    /// The mean activation of the step's augmented copies, one value a step, no sign applied.
    public let curve: [Float]
    /// The activation on the 8-bit picture before the first step, nothing augmented, attention live.
    public let startActivation: Float
    /// The activation on `pixels`, nothing augmented, attention live.
    public let finalActivation: Float
    /// Every neuron's activation at the address on `pixels`, over the same tokens.
    public let activations: [Float]
    /// What the head reads of `pixels`: the class token or the pooled patches after `encoder.ln`.
    public let embedding: [Float]
    /// How the run ended.
    public let outcome: RunOutcome
    /// Steps whose gradient went through the pre-activation, because the unit was off.
    public let preactivationSteps: Int
}

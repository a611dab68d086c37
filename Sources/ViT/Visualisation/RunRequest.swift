// The request for one run, and its result.

/// One optimisation: of one neuron, from one seed. Address, tokens, method and attention belong to the visualiser.
public struct RunRequest: Sendable, Hashable {
    /// The channel; for `TokenSelection.slice`, the token.
    public var neuron: Int
    /// Whether the activation is raised or lowered.
    public var direction: Direction
    /// The run's number. With the address and the neuron, it determines everything random.
    public var seed: Int

    /// A request; by default, it raises the activation.
    public init(neuron: Int, direction: Direction = .positive, seed: Int) {
        self.neuron = neuron
        self.direction = direction
        self.seed = seed
    }
}

/// The activations of a run's first and last 8-bit picture, without augmentation, under the attention pattern that it
/// replayed.
public struct PatternActivations: Hashable, Sendable, Codable {
    /// Before the first step.
    public var start: Float
    /// On the finished picture.
    public var final: Float

    /// Both activations.
    public init(start: Float, final: Float) {
        self.start = start
        self.final = final
    }
}

/// The result of an optimisation.
public struct RunResult: Sendable, Equatable {
    /// The request.
    public let request: RunRequest
    /// The picture: (height, width, 3), RGB, 8 bits, the size of the model's input.
    public let pixels: [UInt8]
    /// The mean activation of a step's augmented copies, one value per step, without a sign.
    public let curve: [Float]
    /// The activation on the 8-bit picture before the first step, without augmentation, under live attention.
    public let startActivation: Float
    /// The activation on `pixels`, without augmentation, under live attention.
    public let finalActivation: Float
    /// The same two activations under the pattern that the run replayed; nil unless its attention was frozen.
    public let underPattern: PatternActivations?
    /// Every neuron's activation at the address on `pixels`, over the same tokens, under live attention.
    public let activations: [Float]
    /// What the head reads for `pixels`: the class token or the pooled patches after `encoder.ln`.
    public let embedding: [Float]
    /// How the run ended.
    public let outcome: RunOutcome
    /// Number of steps in which the gradient bypassed the MLP's nonlinearity, because the unit was off.
    public let preactivationSteps: Int
}

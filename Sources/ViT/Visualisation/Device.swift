// The seam: what an optimisation asks of the hardware. A device makes batches of runs and reads pictures. Nothing
// smaller crosses, so that images stay where they are computed; nothing larger, so that seeds, draws, curves and
// outcomes are the host's (`Visualiser`) and the same for every device.

/// What does the arithmetic: this machine's CPU, or an accelerator.
///
/// A run's bytes depend on its recipe and on the device's kind alone.
public protocol Device: Sendable {
    /// What it is, for people.
    var name: String { get }
    /// What its bytes depend on, e.g. the name of the BLAS's CPU kernel; records keep it.
    var kind: String { get }
    /// The version of the library that does the arithmetic.
    var version: String { get }
    /// Batches that it makes at once, each on a thread of its own.
    var workers: Int { get }
    /// Images that a batch computes side by side, at most, unless a single run has more copies.
    var batchSize: Int { get }

    /// A maker of batches of at most `capacity` runs, for one worker.
    ///
    /// - Precondition: the tokens exist at the address (`TokenSelection.isDefined`), `capacity` > 0.
    func makeOptimiser(
        model: ViT, address: Address, tokens: TokenSelection, method: Method, attention: AttentionMode, capacity: Int
    ) -> any BatchOptimiser

    /// A reader of pictures, `capacity` of them side by side, for one worker. Attention is live.
    ///
    /// - Precondition: the tokens exist at the address, `capacity` > 0.
    func makeReader(model: ViT, address: Address, tokens: TokenSelection, capacity: Int) -> any PictureReader
}

/// A batch of runs on a device: their parameters, and the arithmetic of a step.
///
/// A run's values depend on what it is given alone: not on its slot, its neighbours, or the batch's size. Not for use by
/// several threads at once.
public protocol BatchOptimiser: AnyObject {
    /// Begins a batch: run i climbs `objectives[i]` from its row of `parameters`, (runs, parameters of the method).
    func start(_ objectives: [Objective], parameters: FloatBuffer)

    /// Makes the next step of every run: render, view, forward, backward, update. Allocates nothing.
    ///
    /// - Parameters:
    ///   - views: (runs, copies).
    ///   - noise: what is added to each image: (runs, copies, 3, height, width); nil where the method has none.
    ///   - results: (runs). Overwritten; those of a run that was not finite before mean nothing.
    func advance(
        views: UnsafeBufferPointer<View>, noise: FloatBuffer?, results: UnsafeMutableBufferPointer<StepResult>)

    /// The pictures of the runs' parameters: (height, width, 3) each, RGB, 8 bits.
    func pictures() -> [[UInt8]]
}

/// What a step found of one run.
public struct StepResult {
    /// The mean activation of the run's copies before the update, no sign applied.
    public var activation: Float
    /// Whether the activation and its gradient were finite. Where they are not, the run's parameters stay as they are
    /// from this step on.
    public var isFinite: Bool

    /// A step's result.
    public init(activation: Float, isFinite: Bool) {
        self.activation = activation
        self.isFinite = isFinite
    }
}

/// Measures pictures at one address over one token selection: forward only, attention live.
///
/// A picture's values depend on the picture alone. Not for use by several threads at once.
public protocol PictureReader: AnyObject {
    /// Every neuron's activation on each picture; the model is computed no further than the address.
    ///
    /// - Parameter pictures: (3, height, width) each, in 0…1; any number.
    func activations(of pictures: [FloatBuffer]) -> [[Float]]

    /// The same, and the embeddings.
    func read(_ pictures: [FloatBuffer]) -> [PictureReading]
}

/// What a picture does to a model.
public struct PictureReading: Sendable, Equatable {
    /// Every neuron's activation at the address over the tokens; for `slice` the neurons are the tokens.
    public let activations: [Float]
    /// What the head reads after `encoder.ln`: the class token, or the pooled patches: (width).
    public let embedding: [Float]

    /// A picture's values.
    public init(activations: [Float], embedding: [Float]) {
        self.activations = activations
        self.embedding = embedding
    }
}

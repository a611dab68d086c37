// The interface between an optimisation and the hardware. A device optimises batches of runs and reads pictures. It is
// not finer, so that images stay where they are computed. It is not coarser, so that seeds, random draws, curves and
// outcomes belong to the host (`Visualiser`) and are the same for every device.

/// The hardware that does the arithmetic: this machine's CPU, or an accelerator.
///
/// A run's bytes depend only on its recipe and on the device's kind.
public protocol Device: Sendable {
    /// The name that people read.
    var name: String { get }
    /// What the bytes depend on, e.g. the name of the BLAS's CPU kernel. Records store it.
    var kind: String { get }
    /// The version of the library that does the arithmetic.
    var version: String { get }
    /// How exact the products of an optimisation are.
    var precision: Precision { get }
    /// Number of batches that are optimised at once, each on its own thread.
    var workers: Int { get }
    /// The most images that a batch computes together, unless a single run has more copies.
    var batchSize: Int { get }

    /// Makes an optimiser of batches of at most `capacity` runs, for one worker.
    ///
    /// - Precondition: the tokens exist at the address (`TokenSelection.isDefined`), `capacity` > 0.
    func makeOptimiser(
        model: ViT, address: Address, tokens: TokenSelection, method: Method, attention: AttentionMode, capacity: Int
    ) throws -> any BatchOptimiser

    /// Makes a reader that computes `capacity` pictures together, for one worker.
    ///
    /// - Precondition: the tokens exist at the address, `capacity` > 0.
    func makeReader(
        model: ViT, address: Address, tokens: TokenSelection, attention: AttentionMode, capacity: Int
    ) throws -> any PictureReader

    /// Makes a reader of several places at once, which computes `capacity` pictures together under live attention, for
    /// one worker.
    ///
    /// - Precondition: there is a place, the tokens of each exist at its address, `capacity` > 0.
    func makePlacesReader(model: ViT, places: [ReadingPlace], capacity: Int) throws -> any PlacesReader
}

extension Device {
    /// Makes a reader under live attention.
    public func makeReader(
        model: ViT, address: Address, tokens: TokenSelection, capacity: Int
    ) throws -> any PictureReader {
        try makeReader(model: model, address: address, tokens: tokens, attention: .live, capacity: capacity)
    }
}

/// A batch of runs on a device: their parameters, and the arithmetic of a step.
///
/// A run's values depend only on its own inputs, not on its slot, its neighbours or the batch's size. Not thread-safe.
public protocol BatchOptimiser: AnyObject {
    /// Starts a batch: run i optimises `objectives[i]` from row i of `parameters`, (runs, parameters of the method).
    func start(_ objectives: [Objective], parameters: FloatBuffer) throws

    /// The most steps that one call of `advance` takes.
    var stepsAtOnce: Int { get }

    /// Takes the next `steps` steps of every run: render, view, forward, backward, update.
    ///
    /// - Parameters:
    ///   - views: (steps, runs, copies).
    ///   - noise: added to the images, (steps, runs, copies, 3, height, width); nil if the method has no noise.
    ///   - results: (steps, runs). Overwritten; undefined for a run that was not finite at an earlier step.
    /// - Precondition: 1 ≤ `steps` ≤ `stepsAtOnce`.
    func advance(
        _ steps: Int, views: UnsafeBufferPointer<View>, noise: FloatBuffer?,
        results: UnsafeMutableBufferPointer<StepResult>) throws

    /// The picture of each run's current parameters: (height, width, 3), RGB, 8 bits.
    func pictures() throws -> [[UInt8]]
}

/// The result of a step for one run.
public struct StepResult {
    /// The mean activation of the run's copies before the update, without a sign.
    public var activation: Float
    /// Whether the activation and its gradient were finite. If not, the run's parameters do not change from this step
    /// on.
    public var isFinite: Bool

    /// A step's result.
    public init(activation: Float, isFinite: Bool) {
        self.activation = activation
        self.isFinite = isFinite
    }
}

/// Measures pictures at one address over one token selection, by forward passes under one attention mode.
///
/// A picture's values depend only on the picture. Not thread-safe.
public protocol PictureReader: AnyObject {
    /// Every neuron's activation on each picture. The model is computed only up to the address.
    ///
    /// - Parameter pictures: (3, height, width) each, in 0…1; any number.
    func activations(of pictures: [FloatBuffer]) throws -> [[Float]]

    /// The activations, as above, and the embeddings.
    func read(_ pictures: [FloatBuffer]) throws -> [PictureReading]
}

/// What a model computes for a picture.
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

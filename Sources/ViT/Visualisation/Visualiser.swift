// The host of an optimisation: requests, random draws, curves and outcomes. A device does the arithmetic.

/// Runs batches that share address, tokens, method and attention, on one worker of a device.
///
/// A run's result depends only on its request, not on its slot, its neighbours or the batch's size. Nothing is
/// allocated in the step loop, except as `ModelPass` says. Not thread-safe.
public final class Visualiser {
    /// The model.
    public let model: ViT
    /// Where activations are read.
    public let address: Address
    /// The tokens over which they are read.
    public let tokens: TokenSelection
    /// How pictures are optimised.
    public let method: Method
    /// Runs that a batch can hold.
    public let capacity: Int

    private let size: PictureSize
    private let space: ParameterSpace
    private let augmentation: Augmentation
    private let detour: PreactivationDetour
    private let optimiser: any BatchOptimiser
    private let reader: any PictureReader
    /// Reads under the pattern that the runs replay; nil unless attention is frozen.
    private let patternReader: (any PictureReader)?
    private var runs: [Run] = []

    private let starts: FloatBuffer
    private let noise: FloatBuffer?
    private let curves: FloatBuffer
    private let views: UnsafeMutableBufferPointer<View>
    private let results: UnsafeMutableBufferPointer<StepResult>

    /// The state of a run in progress.
    private struct Run {
        let request: RunRequest
        var generator: RunGenerator
        var startActivation: Float = 0
        var startUnderPattern: Float?
        var steps = 0
        var preactivationSteps = 0
        var divergedAt: Int?
    }

    /// Allocates buffers for `capacity` runs at a time, each with the method's copies.
    ///
    /// - Throws: what the device throws if it cannot make an optimiser or a reader.
    /// - Precondition: the tokens exist at the address (`TokenSelection.isDefined`), `capacity` > 0.
    public init(
        device: any Device, model: ViT, address: Address, tokens: TokenSelection, method: Method,
        attention: AttentionMode = .live, capacity: Int
    ) throws {
        self.model = model
        self.address = address
        self.tokens = tokens
        self.method = method
        self.capacity = capacity
        size = model.configuration.pictureSize
        space = method.parameterSpace(output: size)
        augmentation = Augmentation(method: method, output: size)
        detour = PreactivationDetour(address: address, tokens: tokens)
        optimiser = try device.makeOptimiser(
            model: model, address: address, tokens: tokens, method: method, attention: attention, capacity: capacity)
        reader = try device.makeReader(model: model, address: address, tokens: tokens, capacity: capacity)
        patternReader =
            if case .frozen = attention {
                try device.makeReader(
                    model: model, address: address, tokens: tokens, attention: attention, capacity: capacity)
            } else {
                nil
            }

        let images = capacity * method.copies
        starts = FloatBuffer(count: capacity * space.count)
        let stepsAtOnce = optimiser.stepsAtOnce
        noise = augmentation.addsNoise ? FloatBuffer(count: stepsAtOnce * images * 3 * size.count) : nil
        curves = FloatBuffer(count: capacity * method.steps)
        views = .allocate(capacity: stepsAtOnce * images)
        views.initialize(repeating: View())
        results = .allocate(capacity: stepsAtOnce * capacity)
        results.initialize(repeating: StepResult(activation: 0, isFinite: true))
    }

    deinit {
        views.deallocate()
        results.deallocate()
    }

    /// Runs all requests together. `shouldStop` is called before each step, or before the steps that the device takes
    /// at once; if it returns true, the result is nil. `onStep` is called with the number of steps done.
    ///
    /// - Parameters:
    ///   - stops: rising numbers of steps, from 0, after which `onStop` gets the pictures of all runs. They do not change
    ///     the result.
    ///   - onStop: what it throws ends the runs.
    /// - Throws: what the device throws.
    /// - Precondition: at most `capacity` requests, each neuron in 0 ..< `TokenSelection.neuronCount`; `stops` are below
    ///   the method's steps.
    public func run(
        _ requests: [RunRequest], shouldStop: () -> Bool = { false }, onStep: (Int) -> Void = { _ in },
        stops: [Int] = [], onStop: ([[UInt8]]) throws -> Void = { _ in }
    ) throws -> [RunResult]? {
        precondition(requests.count <= capacity)
        guard !requests.isEmpty else { return [] }
        try start(requests)
        var step = 0
        while step < method.steps {
            if shouldStop() { return nil }
            if stops.contains(step) { try onStop(optimiser.pictures()) }
            let last = min(method.steps, step + optimiser.stepsAtOnce, stops.first { $0 > step } ?? method.steps)
            try advance(step..<last)
            step = last
            onStep(step)
        }
        return try finish()
    }

    private func start(_ requests: [RunRequest]) throws {
        let neurons = 0..<tokens.neuronCount(at: address, in: model.configuration)
        runs = requests.map { request in
            precondition(neurons.contains(request.neuron))
            return Run(
                request: request,
                generator: RunGenerator(address: address.base, neuron: request.neuron, seed: request.seed))
        }
        for run in runs.indices { space.draw(starts.pointer + run * space.count, using: &runs[run].generator) }
        try optimiser.start(
            requests.map { Objective(neuron: $0.neuron, direction: $0.direction) }, parameters: starts)
        let pictures = try optimiser.pictures().map(planes)
        let activations = try reader.activations(of: pictures)
        let underPattern = try patternReader?.activations(of: pictures)
        for run in runs.indices {
            runs[run].startActivation = activations[run][runs[run].request.neuron]
            runs[run].startUnderPattern = underPattern?[run][runs[run].request.neuron]
        }
    }

    private func advance(_ steps: Range<Int>) throws {
        for (row, step) in steps.enumerated() {
            for run in runs.indices where runs[run].divergedAt == nil { draw(run, step: step, row: row) }
        }
        try optimiser.advance(
            steps.count,
            views: UnsafeBufferPointer(rebasing: views[..<(steps.count * runs.count * method.copies)]), noise: noise,
            results: UnsafeMutableBufferPointer(rebasing: results[..<(steps.count * runs.count)]))
        for (row, step) in steps.enumerated() {
            for run in runs.indices where runs[run].divergedAt == nil {
                note(results[row * runs.count + run], of: run, step: step)
            }
        }
    }

    /// Draws the views, and then the noise, of a run's copies, for the step in this row of the draws.
    private func draw(_ run: Int, step: Int, row: Int) {
        let first = (row * runs.count + run) * method.copies
        let last = first + method.copies
        augmentation.draw(
            step: step, using: &runs[run].generator, views: UnsafeMutableBufferPointer(rebasing: views[first..<last]))
        guard let noise else { return }
        for image in first..<last {
            augmentation.drawNoise(using: &runs[run].generator, noise: noise.pointer + image * 3 * size.count)
        }
    }

    private func note(_ result: StepResult, of run: Int, step: Int) {
        guard result.activation.isFinite else {
            runs[run].divergedAt = step
            return
        }
        curves.pointer[run * method.steps + step] = result.activation
        runs[run].steps = step + 1
        if detour.isTaken(runs[run].request.direction, at: result.activation) { runs[run].preactivationSteps += 1 }
        if !result.isFinite { runs[run].divergedAt = step }
    }

    private func finish() throws -> [RunResult] {
        let pictures = try optimiser.pictures()
        let images = pictures.map(planes)
        let readings = try reader.read(images)
        let finalUnderPattern = try patternReader?.activations(of: images)
        return runs.indices.map { run in
            let state = runs[run]
            let final = readings[run].activations[state.request.neuron]
            let underPattern: PatternActivations? =
                if let start = state.startUnderPattern, let final = finalUnderPattern?[run][state.request.neuron] {
                    PatternActivations(start: start, final: final)
                } else {
                    nil
                }
            let curve = UnsafeBufferPointer(start: curves.pointer + run * method.steps, count: state.steps)
            return RunResult(
                request: state.request, pixels: pictures[run], curve: Array(curve),
                startActivation: state.startActivation, finalActivation: final,
                underPattern: underPattern, activations: readings[run].activations,
                embedding: readings[run].embedding,
                outcome: outcome(
                    of: state, start: underPattern?.start ?? state.startActivation, final: underPattern?.final ?? final),
                preactivationSteps: state.preactivationSteps)
        }
    }

    /// How a run ended, by activations under the attention that made its picture.
    private func outcome(of run: Run, start: Float, final: Float) -> RunOutcome {
        if let step = run.divergedAt { return .diverged(step: step) }
        let sign = run.request.direction.sign
        let isRaised = sign * final > sign * start
        return isRaised && !detour.isTaken(run.request.direction, at: final) ? .completed : .neverActivated
    }

    /// The 8-bit picture as the model reads it.
    private func planes(_ pixels: [UInt8]) -> FloatBuffer {
        let image = FloatBuffer(count: 3 * size.count)
        pixels.withUnsafeBufferPointer { decode(bytes: $0, size: size, image: image.pointer) }
        return image
    }
}

/// The detour around the nonlinearity for a unit that is off. While a unit's output is to be raised and is not above 0,
/// the gradient passes as if the nonlinearity were the identity: GELU's slope, for example, is negative or near zero
/// below −0.75, so that its gradient would lead the wrong way or nowhere. The other nonlinearities have such a side too.
package struct PreactivationDetour {
    /// Whether one neuron's activated output is read. (`slice` reads all channels.)
    package let readsActivated: Bool

    package init(address: Address, tokens: TokenSelection) {
        readsActivated = address.tap(over: tokens).hasNonlinearity
    }

    /// Whether a run in this direction takes the detour at this activation.
    func isTaken(_ direction: Direction, at activation: Float) -> Bool {
        readsActivated && direction == .positive && activation <= 0
    }
}

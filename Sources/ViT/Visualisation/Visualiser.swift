// The optimisation itself: a batch of runs, step by step, through one model pass.

/// One worker's buffers for batches of runs that share address, tokens, method and attention.
///
/// A run's result depends on its request alone: not on its slot, its neighbours, or the batch's size. Nothing is
/// allocated in the step loop. Not for use by several threads at once.
public final class Visualiser {
    /// The model.
    public let model: ViT
    /// Where activations are read.
    public let address: Address
    /// Over which tokens.
    public let tokens: TokenSelection
    /// How pictures are optimised.
    public let method: Method
    /// Runs that a batch can hold.
    public let capacity: Int

    private let size: PictureSize
    private let pass: ModelPass
    private let readout: Readout
    private let parameterisation: any ImageParameterisation
    private let augmentation: Augmentation
    private let optimiser: Optimiser
    private var runs: [Run] = []

    private let parameters: FloatBuffer
    private let dParameters: FloatBuffer
    private let firstMoments: FloatBuffer
    private let secondMoments: FloatBuffer
    private let saved: FloatBuffer
    private let canvases: FloatBuffer
    private let dCanvas: FloatBuffer
    private let curves: FloatBuffer
    private let picture: FloatBuffer
    private let views: UnsafeMutablePointer<View>
    private let objectives: UnsafeMutablePointer<Objective>

    /// What is known of a run while it lasts.
    private struct Run {
        let request: RunRequest
        var generator: RunGenerator
        var startActivation: Float = 0
        var steps = 0
        var preactivationSteps = 0
        var divergedAt: Int?
    }

    /// Buffers for `capacity` runs at a time, each with the method's copies.
    ///
    /// - Precondition: the tokens exist at the address (`TokenSelection.isDefined`), `capacity` > 0.
    public init(
        model: ViT, address: Address, tokens: TokenSelection, method: Method, attention: AttentionMode = .live,
        capacity: Int
    ) {
        self.model = model
        self.address = address
        self.tokens = tokens
        self.method = method
        self.capacity = capacity
        size = PictureSize(height: model.configuration.imageHeight, width: model.configuration.imageWidth)
        pass = ModelPass(
            model: model, address: address, tokens: tokens, capacity: capacity * method.copies, attention: attention)
        readout = Readout(model: model, address: address)
        parameterisation = method.makeParameterisation(output: size)
        augmentation = Augmentation(method: method, output: size)
        optimiser = Optimiser(method)

        let canvasCount = 4 * parameterisation.size.count
        parameters = FloatBuffer(count: capacity * parameterisation.parameterCount)
        dParameters = FloatBuffer(count: parameterisation.parameterCount)
        firstMoments = FloatBuffer(count: capacity * parameterisation.parameterCount)
        secondMoments = FloatBuffer(count: capacity * parameterisation.parameterCount)
        saved = FloatBuffer(count: capacity * parameterisation.savedCount)
        canvases = FloatBuffer(count: capacity * canvasCount)
        dCanvas = FloatBuffer(count: canvasCount)
        curves = FloatBuffer(count: capacity * method.steps)
        picture = FloatBuffer(count: 3 * size.count)
        views = .allocate(capacity: capacity * method.copies)
        objectives = .allocate(capacity: capacity * method.copies)
    }

    deinit {
        views.deallocate()
        objectives.deallocate()
    }

    /// Runs all requests together; nil when `shouldStop`, asked before each step, says so. `onStep` hears the number of
    /// steps done.
    ///
    /// - Precondition: at most `capacity` requests, each neuron in 0 ..< `TokenSelection.neuronCount`.
    public func run(
        _ requests: [RunRequest], shouldStop: () -> Bool = { false }, onStep: (Int) -> Void = { _ in }
    ) -> [RunResult]? {
        precondition(requests.count <= capacity)
        guard !requests.isEmpty else { return [] }
        start(requests)
        for step in 0..<method.steps {
            if shouldStop() { return nil }
            advance(step)
            onStep(step + 1)
        }
        return runs.indices.map(finish)
    }

    // MARK: - Before and after the steps

    private func start(_ requests: [RunRequest]) {
        let count = parameterisation.parameterCount
        firstMoments.pointer.update(repeating: 0, count: firstMoments.count)
        secondMoments.pointer.update(repeating: 0, count: secondMoments.count)
        runs = requests.map { request in
            precondition(
                (0..<tokens.neuronCount(at: address, in: model.configuration)).contains(request.neuron))
            return Run(
                request: request,
                generator: RunGenerator(address: address, neuron: request.neuron, seed: request.seed))
        }
        for run in runs.indices {
            parameterisation.initialise(parameters.pointer + run * count, using: &runs[run].generator)
            draw(run)
            let activations = readout.activations(image: picture.pointer, tokens: tokens)
            runs[run].startActivation = activations[runs[run].request.neuron]
        }
    }

    private func finish(_ run: Int) -> RunResult {
        let pixels = draw(run)
        let measured = readout.read(image: picture.pointer, tokens: tokens)
        let state = runs[run]
        let final = measured.activations[state.request.neuron]
        let curve = UnsafeBufferPointer(start: curves.pointer + run * method.steps, count: state.steps)
        return RunResult(
            request: state.request, pixels: pixels, curve: Array(curve), startActivation: state.startActivation,
            finalActivation: final, activations: measured.activations, embedding: measured.embedding,
            outcome: outcome(of: state, final: final), preactivationSteps: state.preactivationSteps)
    }

    private func outcome(of run: Run, final: Float) -> RunResult.Outcome {
        if let step = run.divergedAt { return .diverged(step: step) }
        let sign = run.request.direction.sign
        let isRaised = sign * final > sign * run.startActivation
        let isOn = !climbsGELU(run.request.direction) || final > 0
        return isRaised && isOn ? .completed : .neverActivated
    }

    /// The picture of a run's parameters in 8 bits, which `picture` then holds as the model reads it.
    @discardableResult
    private func draw(_ run: Int) -> [UInt8] {
        parameterisation.forward(
            parameters.pointer + run * parameterisation.parameterCount,
            saved: saved.pointer + run * parameterisation.savedCount, canvas: canvas(run))
        let pixels = [UInt8](unsafeUninitializedCapacity: 3 * size.count) { bytes, count in
            quantise(canvas: canvas(run), factor: method.canvasScale, size: size, bytes: bytes)
            count = 3 * size.count
        }
        pixels.withUnsafeBufferPointer { decode(bytes: $0, size: size, image: picture.pointer) }
        return pixels
    }

    // MARK: - One step

    private func advance(_ step: Int) {
        let copies = method.copies
        for run in runs.indices where runs[run].divergedAt == nil { render(run, step: step) }
        for run in runs.indices {
            let request = runs[run].request
            for copy in 0..<copies {
                objectives[run &* copies &+ copy] = Objective(neuron: request.neuron, direction: request.direction)
            }
        }
        let batch = UnsafeBufferPointer(start: objectives, count: runs.count * copies)
        pass.forward(objectives: batch)
        for run in runs.indices where runs[run].divergedAt == nil { read(run, step: step) }
        pass.backward(objectives: batch)
        let update = optimiser.step(step)
        for run in runs.indices where runs[run].divergedAt == nil { climb(run, step: step, update: update) }
    }

    /// The run's canvas, and from it the images of its copies.
    private func render(_ run: Int, step: Int) {
        let copies = method.copies
        parameterisation.forward(
            parameters.pointer + run * parameterisation.parameterCount,
            saved: saved.pointer + run * parameterisation.savedCount, canvas: canvas(run))
        let views = views + run * copies
        augmentation.draw(step: step, using: &runs[run].generator, views: views)
        for copy in 0..<copies {
            augmentation.forward(
                canvas(run), view: views[copy], using: &runs[run].generator,
                image: pass.images + (run * copies + copy) * pass.imageSize)
        }
    }

    /// The copies' mean activation, to the curve; and whether the unit is off.
    private func read(_ run: Int, step: Int) {
        let first = run * method.copies
        var total: Float = 0
        for slot in first..<first + method.copies { total += pass.activation(slot: slot, objective: objectives[slot]) }
        let activation = total / Float(method.copies)
        guard activation.isFinite else {
            runs[run].divergedAt = step
            return
        }
        curves.pointer[run * method.steps + step] = activation
        runs[run].steps = step + 1
        // GELU falls below −0.75, so a unit that is off would be climbed the wrong way or not at all.
        guard climbsGELU(runs[run].request.direction), activation <= 0 else { return }
        runs[run].preactivationSteps += 1
        for slot in first..<first + method.copies { objectives[slot].throughPreactivation = true }
    }

    /// The gradient back to the run's parameters, and the optimiser's step.
    private func climb(_ run: Int, step: Int, update: Optimiser.Step) {
        let copies = method.copies
        let count = parameterisation.parameterCount
        dCanvas.pointer.update(repeating: 0, count: dCanvas.count)
        for copy in 0..<copies {
            let slot = run * copies + copy
            let dImage = pass.imageGradients + slot * pass.imageSize
            if method.totalVariation > 0 {
                TotalVariation.subtractGradient(
                    pass.images + slot * pass.imageSize, weight: Float(method.totalVariation), dx: dImage, size: size)
            }
            augmentation.backward(dImage: dImage, view: views[slot], share: 1 / Float(copies), dCanvas: dCanvasPixels)
        }
        let p = parameters.pointer + run * count
        parameterisation.backward(
            p, saved: saved.pointer + run * parameterisation.savedCount, canvas: canvas(run), dCanvas: dCanvasPixels,
            dParameters: dParameters.pointer)
        guard isFinite(dParameters.pointer, count: count) else {
            runs[run].divergedAt = step
            return
        }
        update.apply(
            parameters: p, gradient: dParameters.pointer, firstMoment: firstMoments.pointer + run * count,
            secondMoment: secondMoments.pointer + run * count, count: count)
        parameterisation.constrain(p)
    }

    /// Whether the tapped activation is one neuron's GELU output, and is to be raised. (`slice` reads all channels.)
    private func climbsGELU(_ direction: Direction) -> Bool {
        address.tap(over: tokens).isGELUOutput && direction == .positive
    }

    private func canvas(_ run: Int) -> UnsafeMutablePointer<Pixel> {
        UnsafeMutableRawPointer(canvases.pointer + run * 4 * parameterisation.size.count).assumingMemoryBound(
            to: Pixel.self)
    }

    private var dCanvasPixels: UnsafeMutablePointer<Pixel> {
        UnsafeMutableRawPointer(dCanvas.pointer).assumingMemoryBound(to: Pixel.self)
    }
}

extension Method {
    /// The parameterisation of a canvas for a model whose input has this size.
    func makeParameterisation(output: PictureSize) -> any ImageParameterisation {
        let size = PictureSize(height: output.height * canvasScale, width: output.width * canvasScale)
        return switch parameterisation {
        case .pixel: PixelParameterisation(size: size, deviation: initialDeviation, decorrelated: decorrelated)
        case .clamped: ClampedParameterisation(size: size)
        case .fourier:
            FourierParameterisation(
                size: size, deviation: initialDeviation, decayPower: decayPower, decorrelated: decorrelated)
        case .phase: PhaseParameterisation(size: size, deviation: initialDeviation)
        }
    }
}

/// Whether all of `count` values are finite; `count` is a multiple of 8.
private func isFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool {
    // 0 · x is 0 for finite x, and NaN for all others.
    var sums = Lanes(repeating: 0)
    for i in stride(from: 0, to: count, by: 8) { sums += Lanes(at: x + i) * 0 }
    return sums.sum() == 0
}

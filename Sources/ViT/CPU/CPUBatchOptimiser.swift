// A batch of runs on the CPU: from parameters to images, through the model and back, and the optimiser's update.

/// One worker's parameters and buffers. After `init`, only pictures are allocated.
final class CPUBatchOptimiser: BatchOptimiser {
    private let method: Method
    private let capacity: Int
    private let size: PictureSize
    private let pass: ModelPass
    private let detour: PreactivationDetour
    private let parameterisation: any ImageParameterisation
    private let parameterCount: Int
    private let augmentation: Augmentation
    private let optimiser: Optimiser

    private var runCount = 0
    private var step = 0
    /// Whether a run has stopped, because its values are no longer finite.
    private var hasStopped: [Bool]
    /// The objective of each image: (runs, copies).
    private let objectives: UnsafeMutableBufferPointer<Objective>
    private let parameters: FloatBuffer
    private let dParameters: FloatBuffer
    private let firstMoments: FloatBuffer
    private let secondMoments: FloatBuffer
    private let saved: FloatBuffer
    private let canvases: FloatBuffer
    private let dCanvas: FloatBuffer

    init(
        model: ViT, address: Address, tokens: TokenSelection, method: Method, attention: AttentionMode, capacity: Int
    ) {
        self.method = method
        self.capacity = capacity
        size = model.configuration.pictureSize
        pass = ModelPass(
            model: model, address: address, tokens: tokens, capacity: capacity * method.copies, attention: attention)
        detour = PreactivationDetour(address: address, tokens: tokens)
        parameterisation = method.makeParameterisation(output: size)
        parameterCount = method.parameterSpace(output: size).count
        augmentation = Augmentation(method: method, output: size)
        optimiser = Optimiser(method)

        hasStopped = Array(repeating: false, count: capacity)
        objectives = .allocate(capacity: capacity * method.copies)
        objectives.initialize(repeating: Objective(neuron: 0))
        let canvasCount = 4 * parameterisation.size.count
        parameters = FloatBuffer(count: capacity * parameterCount)
        dParameters = FloatBuffer(count: parameterCount)
        firstMoments = FloatBuffer(count: capacity * parameterCount)
        secondMoments = FloatBuffer(count: capacity * parameterCount)
        saved = FloatBuffer(count: capacity * parameterisation.savedCount)
        canvases = FloatBuffer(count: capacity * canvasCount)
        dCanvas = FloatBuffer(count: canvasCount)
    }

    deinit { objectives.deallocate() }

    func start(_ objectives: [Objective], parameters starts: FloatBuffer) {
        precondition(objectives.count <= capacity && starts.count >= objectives.count * parameterCount)
        runCount = objectives.count
        step = 0
        for run in 0..<runCount {
            hasStopped[run] = false
            for copy in 0..<method.copies { self.objectives[run * method.copies + copy] = objectives[run] }
        }
        withExtendedLifetime(starts) {
            parameters.pointer.update(from: starts.pointer, count: runCount * parameterCount)
        }
        firstMoments.pointer.update(repeating: 0, count: firstMoments.count)
        secondMoments.pointer.update(repeating: 0, count: secondMoments.count)
    }

    /// One step a call: nothing would be gained by more.
    var stepsAtOnce: Int { 1 }

    func advance(
        _ steps: Int, views: UnsafeBufferPointer<View>, noise: FloatBuffer?,
        results: UnsafeMutableBufferPointer<StepResult>
    ) {
        precondition(steps == 1 && views.count == runCount * method.copies && results.count == runCount)
        defer { withExtendedLifetime(noise) {} }
        for run in 0..<runCount where !hasStopped[run] { render(run, views: views, noise: noise) }
        let batch = UnsafeBufferPointer(rebasing: objectives[..<(runCount * method.copies)])
        pass.forward(objectives: batch)
        for run in 0..<runCount where !hasStopped[run] { results[run] = read(run) }
        pass.backward(objectives: batch)
        let update = optimiser.step(step)
        for run in 0..<runCount where !hasStopped[run] {
            if results[run].isFinite { results[run].isFinite = climb(run, views: views, update: update) }
            hasStopped[run] = !results[run].isFinite
        }
        step += 1
    }

    func pictures() -> [[UInt8]] {
        (0..<runCount).map { run in
            draw(run)
            return [UInt8](unsafeUninitializedCapacity: 3 * size.count) { bytes, count in
                quantise(canvas: canvas(run), factor: method.canvasScale, size: size, bytes: bytes)
                count = 3 * size.count
            }
        }
    }

    /// Draws the run's canvas.
    private func draw(_ run: Int) {
        parameterisation.forward(
            parameters.pointer + run * parameterCount, saved: saved.pointer + run * parameterisation.savedCount,
            canvas: canvas(run))
    }

    /// Draws the run's canvas, and from it the images of its copies.
    private func render(_ run: Int, views: UnsafeBufferPointer<View>, noise: FloatBuffer?) {
        draw(run)
        for image in images(of: run) {
            augmentation.forward(
                canvas(run), view: views[image],
                noise: noise.map { UnsafePointer($0.pointer + image * pass.imageSize) },
                image: pass.images + image * pass.imageSize)
        }
    }

    /// Returns the copies' mean activation, and decides from it whether their gradient bypasses the nonlinearity.
    private func read(_ run: Int) -> StepResult {
        var total: Float = 0
        for image in images(of: run) { total += pass.activation(slot: image, objective: objectives[image]) }
        let activation = total / Float(method.copies)
        for image in images(of: run) {
            objectives[image].throughPreactivation = detour.isTaken(objectives[image].direction, at: activation)
        }
        return StepResult(activation: activation, isFinite: activation.isFinite)
    }

    /// The backward pass to the run's parameters, and the optimiser's step; false if the gradient is not finite.
    private func climb(_ run: Int, views: UnsafeBufferPointer<View>, update: Optimiser.Step) -> Bool {
        dCanvas.pointer.update(repeating: 0, count: dCanvas.count)
        for image in images(of: run) {
            let dImage = pass.imageGradients + image * pass.imageSize
            if method.totalVariation > 0 {
                TotalVariation.subtractGradient(
                    pass.images + image * pass.imageSize, weight: Float(method.totalVariation), dx: dImage, size: size)
            }
            augmentation.backward(
                dImage: dImage, view: views[image], share: 1 / Float(method.copies), dCanvas: dCanvas.pixels)
        }
        let p = parameters.pointer + run * parameterCount
        parameterisation.backward(
            p, saved: saved.pointer + run * parameterisation.savedCount, canvas: canvas(run), dCanvas: dCanvas.pixels,
            dParameters: dParameters.pointer)
        guard isFinite(dParameters.pointer, count: parameterCount) else { return false }
        update.apply(
            parameters: p, gradient: dParameters.pointer, firstMoment: firstMoments.pointer + run * parameterCount,
            secondMoment: secondMoments.pointer + run * parameterCount, count: parameterCount)
        parameterisation.constrain(p)
        return true
    }

    private func images(of run: Int) -> Range<Int> { run * method.copies..<(run + 1) * method.copies }

    private func canvas(_ run: Int) -> UnsafeMutablePointer<Pixel> {
        canvases.pixels + run * parameterisation.size.count
    }
}

extension FloatBuffer {
    /// The same memory as pixels.
    fileprivate var pixels: UnsafeMutablePointer<Pixel> {
        UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Pixel.self)
    }
}

/// Whether all of `count` values are finite; `count` is a multiple of 8.
private func isFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool {
    // 0 · x is 0 for finite x, and NaN otherwise.
    var sums = Lanes(repeating: 0)
    for i in stride(from: 0, to: count, by: 8) { sums += Lanes(at: x + i) * 0 }
    return sums.sum() == 0
}

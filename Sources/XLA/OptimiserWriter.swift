// Several steps of a batch of runs in one module: the loop is inside, so that nothing crosses to the host between steps.

import StableHLO
import ViT

/// What a module of steps is made for.
struct OptimiserShape {
    let model: ViT
    let address: Address
    let tokens: TokenSelection
    let method: Method
    let attention: AttentionMode
    /// Runs of a group.
    var runs: Int
    /// The most steps of one call.
    let steps: Int
    let precision: ProductPrecision

    var size: PictureSize {
        model.configuration.pictureSize
    }
    var augmentation: Augmentation { Augmentation(method: method, output: size) }
    var parameterCount: Int { method.parameterSpace(output: size).count }
    var images: Int { runs * method.copies }
    var isFrozen: Bool { if case .frozen = attention { true } else { false } }
    var isDetached: Bool { if case .detached = attention { true } else { false } }
}

/// A module's text, and the weights that follow a call's inputs.
struct WrittenModule {
    let text: String
    let weights: [(values: FloatBuffer, shape: [Int])]
}

extension OptimiserShape {
    /// The module that takes steps.
    ///
    /// Inputs: parameters, two moments, (B, P) each; whether each run goes on, (B); neurons and signs, (B); the number of
    /// steps; the optimiser's factors, (S, 3); the views (`ViewInputs`); noise, (S, N, 3, ·, ·), if the method has it;
    /// the reference picture, if attention is frozen. Outputs: the first four, the activations, (S, B), and whether each
    /// run's gradient was finite, (S, B).
    func stepModule() throws -> WrittenModule {
        let program = Program(precision: precision)
        let module = program.module
        let state = [
            program.input([runs, parameterCount]), program.input([runs, parameterCount]),
            program.input([runs, parameterCount]), program.input([runs], .bool),
        ]
        let neurons = program.input([runs], .int32)
        let signs = program.input([runs])
        let count = program.input([], .int32)
        let factors = program.input([steps, 3])
        let views = ViewInputs(program, augmentation, steps: steps, images: images)
        let noise = augmentation.addsNoise ? program.input([steps, images, 3, size.height, size.width]) : nil
        let reference = isFrozen ? program.input([3, size.height, size.width]) : nil

        let tap = TapWriter(ModelWriter(program: program, model: model, isDetached: isDetached), address, tokens)
        let patterns = reference.map(tap.patterns)
        let parameterisation = ParameterisationWriter(program, method, output: size)
        let framing = try AugmentationWriter(augmentation, method, output: size)
        let one = module.index(1)
        let results = [
            module.constant(0, TensorType([steps, runs])), module.constant(0, TensorType([steps, runs], .bool)),
        ]
        let end = module.loop([module.index(0)] + state + results) {
            $0[0].isLess(than: count)
        } body: { values in
            let (step, p) = (values[0], values[1])
            let canvas = parameterisation.canvas(p)
            let seen = framing.images(canvas, views: views.step(step), noise: noise?.element(at: step))
            let (activation, target) = objective(tap, seen, neurons: neurons, signs: signs, patterns: patterns)
            let gradient = module.gradients(of: target, withRespectTo: [p])[0]
            let isFinite = activation.isFinite().and(gradient.isFinite().all(over: [1])).and(values[4])
            let (newP, newM, newV) = updated(values, gradient, factors.element(at: step), parameterisation)
            let goesOn = isFinite.reshaped([runs, 1]).broadcast(to: p.shape)
            return [
                step + one, goesOn.choose(newP, p), goesOn.choose(newM, values[2]), goesOn.choose(newV, values[3]),
                isFinite, values[5].replacing(elementAt: step, with: activation),
                values[6].replacing(elementAt: step, with: isFinite),
            ]
        }
        return WrittenModule(text: module.text(returning: Array(end.dropFirst())), weights: program.weights)
    }

    /// The module that draws runs' pictures: parameters, (B, P), become bytes, (B, height, width, 3).
    func pictureModule() -> WrittenModule {
        let program = Program(precision: precision)
        let parameters = program.input([runs, parameterCount])
        let parameterisation = ParameterisationWriter(program, method, output: size)
        let bytes = parameterisation.bytes(of: parameterisation.canvas(parameters), factor: method.canvasScale)
        return WrittenModule(text: program.module.text(returning: [bytes]), weights: program.weights)
    }

    /// The mean activation of each run's copies, (B), and the scalar whose gradient is each run's own: the signed
    /// activations minus the regulariser.
    private func objective(
        _ tap: TapWriter, _ seen: Value, neurons: Value, signs: Value, patterns: [Value]?
    ) -> (activation: Value, target: Value) {
        let module = seen.module
        let copies = method.copies
        func perImage(_ x: Value) -> Value {
            x.reshaped([runs, 1]).broadcast(to: [runs, copies]).reshaped([images])
        }
        func perRun(_ x: Value) -> Value { x.reshaped([runs, copies]).mean(over: [1]) }
        let takesDetours = PreactivationDetour(address: address, tokens: tokens).readsActivated
        let (values, objective) = tap.activations(of: seen, neurons: perImage(neurons), patterns: patterns) { values in
            guard takesDetours else { return module.constant(0, TensorType([images], .bool)) }
            let zero = module.constant(0, TensorType([runs]))
            return perImage(signs.isGreater(than: zero).and(perRun(values).isAtMost(zero)))
        }
        var target = perRun(objective) * signs
        if method.totalVariation > 0 {
            target = target - perRun(totalVariation(of: seen)) * Float(method.totalVariation)
        }
        return (perRun(values), target.sum(over: [0]))
    }

    /// The sum over four neighbours of the mean over channels of the norm of differences (`TotalVariation`): (N).
    private func totalVariation(of x: Value) -> Value {
        func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Value {
            x.sliced(rows, along: 2).sliced(columns, along: 3)
        }
        let (h, w) = (size.height, size.width)
        let differences = [
            part(0..<h, 1..<w) - part(0..<h, 0..<w - 1), part(1..<h, 0..<w) - part(0..<h - 1, 0..<w),
            part(1..<h, 1..<w) - part(0..<h - 1, 0..<w - 1), part(1..<h, 0..<w - 1) - part(0..<h - 1, 1..<w),
        ]
        let norms = differences.map { ($0 * $0).sum(over: [2, 3]).squareRoot().mean(over: [1]) }
        return norms.dropFirst().reduce(norms[0], +)
    }

    /// Adam's or NAdam's step (`Optimiser.Step`).
    private func updated(
        _ values: [Value], _ gradient: Value, _ factors: Value, _ parameterisation: ParameterisationWriter
    ) -> (parameters: Value, first: Value, second: Value) {
        let step = Optimiser(method).step(0)
        func factor(_ index: Int) -> Value { factors.sliced(index..<index + 1, along: 0) }
        let first = values[2] * step.beta1 + gradient * step.rest1
        let second = values[3] * step.beta2 + gradient * gradient * step.rest2
        let divisor = second.squareRoot() * factor(0) + step.epsilon
        let moved = values[1] + (first * factor(1) + gradient * factor(2)) / divisor
        return (parameterisation.constrained(moved), first, second)
    }
}

// Every method's step against the scalar reference, in every attention mode: from parameters through views and the
// model to the gradient and the optimiser's update.

import Reference
import Testing

@testable import ViT

/// What one run draws for one step.
private struct Draws {
    let views: [View]
    let noise: [[Float]?]

    init(_ augmentation: Augmentation, step: Int, copies: Int, count: Int, using generator: inout RunGenerator) {
        views = augmentation.views(step: step, copies: copies, using: &generator)
        noise = (0..<copies).map { _ in augmentation.noise(count, using: &generator) }
    }
}

/// One step of one run, on the CPU and in the reference.
private struct MethodProbe {
    static let address = Address.block(1, .mlp3)
    static let neuron = 3

    let method: Method
    let model: ViT
    let space: ParameterSpace
    let augmentation: Augmentation
    let size: PictureSize

    init(_ method: Method, seed: Int) {
        self.method = method
        model = RandomModel.make(seed: seed, side: 16)
        size = PictureSize(height: 16, width: 16)
        space = method.parameterSpace(output: size)
        augmentation = Augmentation(method: method, output: size)
    }

    func draws(step: Int, using generator: inout RunGenerator) -> Draws {
        Draws(augmentation, step: step, copies: method.copies, count: 3 * size.count, using: &generator)
    }

    // MARK: - On the CPU

    /// The mean activation minus the regulariser, and its gradient.
    func gradient(_ parameters: [Float], _ draws: Draws, _ attention: AttentionMode) -> (Float, [Float]) {
        let parameterisation = method.makeParameterisation(output: size)
        let (pixels, saved) = ParameterisationProbe(parameterisation: parameterisation).forward(parameters)
        let pass = ModelPass(
            model: model, address: Self.address, tokens: .patches, capacity: method.copies, attention: attention)
        let objectives = Array(repeating: Objective(neuron: Self.neuron), count: method.copies)
        return withExtendedLifetime(pass) {
            for copy in 0..<method.copies {
                augmentation.forward(
                    pixels, view: draws.views[copy], noise: draws.noise[copy],
                    image: pass.images + copy * pass.imageSize)
            }
            objectives.withUnsafeBufferPointer { pass.forward(objectives: $0) }
            let total = (0..<method.copies).reduce(Float(0)) {
                $0 + pass.activation(slot: $1, objective: objectives[$1])
            }
            objectives.withUnsafeBufferPointer { pass.backward(objectives: $0) }
            let dCanvas = canvas(parameterisation.size.count) { dCanvas in
                for copy in 0..<method.copies {
                    let dImage = pass.imageGradients + copy * pass.imageSize
                    TotalVariation.subtractGradient(
                        pass.images + copy * pass.imageSize, weight: Float(method.totalVariation), dx: dImage,
                        size: size)
                    augmentation.backward(
                        dImage: dImage, view: draws.views[copy], share: 1 / Float(method.copies), dCanvas: dCanvas)
                }
            }
            let gradient = filled(parameters.count) {
                parameterisation.backward(parameters, saved: saved, canvas: pixels, dCanvas: dCanvas, dParameters: $0)
            }
            return (total / Float(method.copies), gradient)
        }
    }

    // MARK: - In the reference

    private var edge: ReferenceEdge {
        switch method.framing {
        case .affine(let affine):
            switch affine.border {
            case .constant(let padding, let value):
                let margin = (padding * Double(size.width * method.canvasScale)).rounded()
                return .constant(value: value, margin: Int(margin))
            case .reflect: return .reflect
            case .wrap: return .wrap
            }
        case .roll: return .wrap
        case .crop: return .constant(value: 0, margin: 0)
        }
    }

    func referenceCanvas(_ parameters: [Scalar], on tape: Tape) -> ReferenceCanvas {
        let side = size.width * method.canvasScale
        return tape.canvas(parameters, method, height: side, width: side) { channel, frequency in
            // In single precision, as on the CPU.
            Double(Float(NaturalSpectrum.magnitude(at: frequency) * NaturalSpectrum.channelScales[channel]))
        }
    }

    func referenceGradient(
        _ parameters: [Double], _ draws: Draws, _ attention: ReferenceAttention
    ) -> (activation: Double, gradient: [Double]) {
        let tape = Tape()
        let p = tape.variables(parameters)
        let canvas = referenceCanvas(p, on: tape)
        var terms: [(Scalar, Double)] = []
        var activation = 0.0
        let share = 1 / Double(method.copies)
        for copy in 0..<method.copies {
            let image = tape.image(
                canvas, draws.views[copy], edge: edge, noise: draws.noise[copy], height: 16, width: 16)
            let pass = ReferencePass(model, image: image, attention: attention, on: tape)
            let value = pass.activation(at: Self.address, .patches, neuron: Self.neuron)
            activation += value.value * share
            terms.append((value, share))
            if method.totalVariation > 0 {
                terms.append((tape.totalVariation(image, height: 16, width: 16), -method.totalVariation * share))
            }
        }
        return (activation, tape.gradient(of: tape.sum(terms), to: p))
    }
}

struct MethodGradientTests {
    /// The tolerance is 1e-3 of the largest gradient, because a spectrum's sums are in single precision.
    @Test(arguments: Method.presets.map(\.name), ["live", "detached", "frozen"])
    func aStepsGradientIsTheReferences(name: String, mode: String) throws {
        let method = try Method.named(name).applying(["steps": "4", "copies": "2"])
        for seed in 0..<2 {
            let probe = MethodProbe(method, seed: seed)
            var generator = RunGenerator(seed: UInt64(seed))
            let parameters = probe.space.start(seed: UInt64(seed) + 100)
            let draws = probe.draws(step: 1, using: &generator)
            let attention: AttentionMode =
                switch mode {
                case "live": .live
                case "detached": .detached
                default: .frozen(reference: probe.model.configuration.meanPicture)
                }
            let (activation, gradient) = probe.gradient(parameters, draws, attention)
            let truth = probe.referenceGradient(
                parameters.map(Double.init), draws, ReferenceAttention(attention, model: probe.model))
            #expect(abs(Double(activation) - truth.activation) < 1e-4)
            #expect(relativeError(gradient, truth.gradient.map { Float($0) }) < 1e-3, "seed \(seed)")
        }
    }

    /// Three steps of a device's batch of two runs, as the host requests them: activations within 1e-3 of their scale,
    /// pictures within a twentieth of a grey level on average. (An optimiser's step has the sign of the gradient, so a
    /// pixel with a gradient that is only rounding error may move the other way.)
    @Test(arguments: Method.presets.map(\.name)) func stepsAreTheReferences(name: String) throws {
        let method = try Method.named(name).applying(["steps": "3", "copies": "2"])
        let probe = MethodProbe(method, seed: 5)
        let optimiser = CPUDevice().makeOptimiser(
            model: probe.model, address: MethodProbe.address, tokens: .patches, method: method, attention: .live,
            capacity: 2)
        let starts = [probe.space.start(seed: 1), probe.space.start(seed: 2)]
        var generators = [RunGenerator(seed: 3), RunGenerator(seed: 4)]
        var states = starts.map { $0.map(Double.init) }
        var optimisers = states.map { ReferenceOptimiser(method, count: $0.count) }
        try optimiser.start(
            Array(repeating: Objective(neuron: MethodProbe.neuron), count: 2),
            parameters: FloatBuffer(starts.flatMap { $0 }))
        for step in 0..<3 {
            let draws = generators.indices.map { probe.draws(step: step, using: &generators[$0]) }
            let noise = draws.flatMap { $0.noise.compactMap { $0 } }
            var results = [StepResult](repeating: StepResult(activation: 0, isFinite: false), count: 2)
            try draws.flatMap(\.views).withUnsafeBufferPointer { views in
                try results.withUnsafeMutableBufferPointer { results in
                    try optimiser.advance(
                        1, views: views, noise: noise.isEmpty ? nil : FloatBuffer(noise.flatMap { $0 }),
                        results: results)
                }
            }
            for run in 0..<2 {
                let truth = probe.referenceGradient(states[run], draws[run], .live)
                optimisers[run].climb(&states[run], gradient: truth.gradient)
                #expect(results[run].isFinite)
                #expect(
                    abs(Double(results[run].activation) - truth.activation) < 1e-3 * max(1, abs(truth.activation)),
                    "step \(step)")
            }
        }
        for (run, picture) in try optimiser.pictures().enumerated() {
            let tape = Tape()
            let canvas = probe.referenceCanvas(states[run].map { Scalar($0) }, on: tape)
            let factor = method.canvasScale
            var total = 0.0
            for index in 0..<3 * 256 {
                let (channel, y, x) = (index % 3, index / 48, index / 3 % 16)
                var mean = 0.0
                for dy in 0..<factor {
                    for dx in 0..<factor {
                        let row = channel * canvas.height + y * factor + dy
                        mean += canvas.values[row * canvas.width + x * factor + dx].value / Double(factor * factor)
                    }
                }
                total += abs(Double(picture[index]) - (mean * 255).rounded())
            }
            #expect(total / 768 < 0.05, "run \(run)")
        }
    }
}

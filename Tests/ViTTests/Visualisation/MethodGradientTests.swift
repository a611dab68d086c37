// Every method's gradient, from the objective to its parameters, by finite differences, in every attention mode.

import Testing

@testable import ViT

/// The chain of one step of one run: parameterisation, augmentation, model, regulariser.
private struct MethodProbe {
    let method: Method
    let model: ViT
    let parameterisation: any ImageParameterisation
    let augmentation: Augmentation
    private let size: PictureSize
    private let seed: UInt64
    private let address = Address.block(1, .mlp3)

    init(method: Method, model: ViT, seed: Int) {
        self.method = method
        self.model = model
        self.seed = UInt64(seed)
        size = PictureSize(height: model.configuration.imageHeight, width: model.configuration.imageWidth)
        parameterisation = method.makeParameterisation(output: size)
        augmentation = Augmentation(method: method, output: size)
    }

    func start() -> [Float] {
        var generator = RunGenerator(seed: seed &+ 100)
        let space = method.parameterSpace(output: size)
        return filled(space.count) { space.draw($0, using: &generator) }
    }

    func makePass(_ attention: AttentionMode) -> ModelPass {
        ModelPass(model: model, address: address, tokens: .patches, capacity: method.copies, attention: attention)
    }

    private var objectives: [Objective] { Array(repeating: Objective(neuron: 3), count: method.copies) }

    /// The objective at these parameters, the same draws each time; and what is needed for its gradient.
    private func forward(_ parameters: [Float], _ pass: ModelPass) -> (
        value: Double, canvas: [Pixel], saved: [Float], views: [View]
    ) {
        let (pixels, saved) = ParameterisationProbe(parameterisation: parameterisation).forward(parameters)
        var generator = RunGenerator(seed: seed)
        let views = augmentation.views(step: 1, copies: method.copies, using: &generator)
        for copy in 0..<method.copies {
            augmentation.forward(
                pixels, view: views[copy], noise: augmentation.noise(pass.imageSize, using: &generator),
                image: pass.images + copy * pass.imageSize)
        }
        objectives.withUnsafeBufferPointer { pass.forward(objectives: $0) }
        var value = 0.0
        for copy in 0..<method.copies {
            value += Double(pass.activation(slot: copy, objective: objectives[copy]))
            let variation = TotalVariation.value(pass.images + copy * pass.imageSize, size: size)
            value -= method.totalVariation * Double(variation)
        }
        return (value / Double(method.copies), pixels, saved, views)
    }

    func value(_ parameters: [Float], _ pass: ModelPass) -> Double { forward(parameters, pass).value }

    /// The first copy's image.
    func image(_ parameters: [Float]) -> FloatBuffer {
        let pass = makePass(.live)
        _ = forward(parameters, pass)
        return FloatBuffer(UnsafeBufferPointer(start: pass.images, count: pass.imageSize))
    }

    func gradient(_ parameters: [Float], _ pass: ModelPass) -> [Float] {
        let (_, pixels, saved, views) = forward(parameters, pass)
        objectives.withUnsafeBufferPointer { pass.backward(objectives: $0) }
        let dCanvas = canvas(parameterisation.size.count) { dCanvas in
            for copy in 0..<method.copies {
                let dImage = pass.imageGradients + copy * pass.imageSize
                TotalVariation.subtractGradient(
                    pass.images + copy * pass.imageSize, weight: Float(method.totalVariation), dx: dImage, size: size)
                augmentation.backward(
                    dImage: dImage, view: views[copy], share: 1 / Float(method.copies), dCanvas: dCanvas)
            }
        }
        return filled(parameters.count) {
            parameterisation.backward(parameters, saved: saved, canvas: pixels, dCanvas: dCanvas, dParameters: $0)
        }
    }
}

struct MethodGradientTests {
    /// Compares g·u with a central difference along u, for u = g on random halves of the parameters.
    private func expectGradient(
        _ gradient: [Float], at parameters: [Float], seed: Int, of value: ([Float]) -> Double
    ) {
        var samples = SampleGenerator(seed: seed)
        let length = Float(innerProduct(gradient, gradient).squareRoot())
        #expect(length > 0)
        for half in 0..<3 {
            let mask = samples.values(gradient.count)
            let direction = zip(gradient, mask).map { $1 > 0 ? $0 / length : 0 }
            let slope = innerProduct(gradient, direction)
            // A change of the objective that float32 resolves, and that stays within its linear range.
            let step = Float(min(2e-3 / slope, 0.02))
            let above = value(zip(parameters, direction).map { $0 + step * $1 })
            let below = value(zip(parameters, direction).map { $0 - step * $1 })
            let difference = (above - below) / Double(2 * step)
            #expect(abs(difference - slope) < 0.02 * slope, "half \(half): \(difference), expected \(slope)")
        }
    }

    @Test(arguments: Method.presets.map(\.name), 0..<3)
    func liveGradientIsThatOfFiniteDifferences(name: String, seed: Int) throws {
        let probe = MethodProbe(
            method: try Method.named(name).applying(["steps": "4"]), model: RandomModel.make(seed: seed, side: 16),
            seed: seed)
        let pass = probe.makePass(.live)
        let parameters = probe.start()
        let gradient = probe.gradient(parameters, pass)
        expectGradient(gradient, at: parameters, seed: seed) { probe.value($0, pass) }
    }

    // A detached pattern is one that does not move with the image: the pattern of this very image, frozen.
    @Test(arguments: Method.presets.map(\.name), 0..<2)
    func detachedAndFrozenGradientsHoldThePatternFixed(name: String, seed: Int) throws {
        let method = try Method.named(name).applying(["steps": "4", "copies": "1"])
        let probe = MethodProbe(method: method, model: RandomModel.make(seed: seed, side: 16), seed: seed)
        let parameters = probe.start()
        let frozen = probe.makePass(.frozen(reference: probe.image(parameters)))
        let ofFrozen = probe.gradient(parameters, frozen)
        expectGradient(ofFrozen, at: parameters, seed: seed) { probe.value($0, frozen) }
        let ofDetached = probe.gradient(parameters, probe.makePass(.detached))
        #expect(relativeError(ofDetached, ofFrozen) < 1e-4)
        let ofLive = probe.gradient(parameters, probe.makePass(.live))
        #expect(relativeError(ofLive, ofFrozen) > 1e-3)
    }

    /// A hidden unit that is off is climbed by the gradient of what stands before GELU.
    @Test(arguments: [TokenSelection.patches, .cls, .center], 0..<2)
    func gradientThroughThePreactivationIsThatOfFiniteDifferences(tokens: TokenSelection, seed: Int) throws {
        let model = RandomModel.make(seed: seed, side: 16)
        let pass = ModelPass(model: model, address: .block(1, .mlp1), tokens: tokens, capacity: 1)
        var samples = SampleGenerator(seed: seed)
        let image = samples.values(pass.imageSize).map { 0.5 + $0 / 4 }
        func forward(_ image: [Float]) {
            pass.images.update(from: image, count: pass.imageSize)
            pass.forward(count: 1)
        }
        forward(image)
        let objectives = (0..<model.configuration.mlpWidth).map { Objective(neuron: $0, throughPreactivation: true) }
        let isOff: (Objective) -> Bool = { pass.preactivation(slot: 0, objective: $0) < -1 }
        let objective = try #require(objectives.first(where: isOff))
        // What is read is the activation all the same.
        let plain = Objective(neuron: objective.neuron)
        #expect(pass.activation(slot: 0, objective: objective) == pass.activation(slot: 0, objective: plain))
        #expect(pass.activation(slot: 0, objective: objective) <= 0 || tokens == .patches)

        [objective].withUnsafeBufferPointer { pass.backward(objectives: $0) }
        let gradient = Array(UnsafeBufferPointer(start: pass.imageGradients, count: pass.imageSize))
        expectGradient(gradient, at: image, seed: seed) { image in
            forward(image)
            return Double(pass.preactivation(slot: 0, objective: objective))
        }
    }
}

// The forward pass of a batch of images to an address, and the backward pass to the images.

/// One worker's buffers for passes from images to one address and back.
///
/// The forward pass stops at the address, where only the channels and tokens that the objectives read are computed. The
/// backward pass starts there. An image's activations and gradients are byte-identical in every slot and batch.
/// Nothing is allocated after `init`, except for directions: their weights over the stage, and with top-k all values of
/// the rows that are read. Not thread-safe.
public final class ModelPass {
    /// The model.
    public let model: ViT
    /// Where activations are read.
    public let address: Address
    /// The tokens over which they are read.
    public let tokens: TokenSelection
    /// Images that a batch can hold.
    public let capacity: Int
    /// The batch: (capacity, 3, height, width), RGB in 0…1; the caller writes it before `forward`.
    public let images: UnsafeMutablePointer<Float>
    /// The image gradients that `backward` writes: (capacity, 3, height, width), per unit of the images' 0…1.
    public let imageGradients: UnsafeMutablePointer<Float>
    /// Values of one image, 3 × height × width.
    public let imageSize: Int

    private let stage: Stage
    private let inputNorm: InputNorm?
    private let blocks: [BlockPass]
    private let final: FinalStage?
    private let tap: TapReader
    private let imageBuffer: FloatBuffer
    private let imageGradientBuffer: FloatBuffer
    private let patches: FloatBuffer
    private let embeddingBias: FloatBuffer
    private let patchShape: PatchShape
    private let inverseDeviation: [Float]
    private let layout: RowLayout
    private let scratch: BlockScratch
    private let gradient: FloatBuffer
    private let goesBack: Bool
    private var count = 0
    /// The token of each image that is read, if only one is.
    private var chosen: [Int]

    /// Allocates buffers for passes of `capacity` images from pixels to `address`, read over `tokens`, and back.
    ///
    /// - Precondition: the address and the token exist in the model (`TokenSelection.isDefined`), `capacity` > 0.
    public convenience init(
        model: ViT, address: Address, tokens: TokenSelection, capacity: Int, attention: AttentionMode = .live
    ) {
        self.init(model, address, tokens, capacity: capacity, attention: attention, goesBack: true)
    }

    /// Allocates buffers for forward-only passes of `capacity` images that read all tokens of `address`. The blocks share
    /// memory that they would otherwise keep for the backward pass.
    convenience init(reading model: ViT, at address: Address, attention: AttentionMode, capacity: Int) {
        self.init(model, address, .patches, capacity: capacity, attention: attention, goesBack: false)
    }

    private init(
        _ model: ViT, _ address: Address, _ tokens: TokenSelection, capacity: Int, attention: AttentionMode,
        goesBack: Bool
    ) {
        BLAS.useOneThread()
        precondition(capacity > 0 && tokens.isDefined(at: address, in: model.configuration))
        let configuration = model.configuration
        self.model = model
        self.address = address
        self.tokens = tokens
        self.capacity = capacity
        self.goesBack = goesBack
        stage = address.tap(over: tokens).stage
        layout = RowLayout(tokens: configuration.tokenCount, in: configuration)
        let choosesToken = stage.readsOneToken(tokens, in: configuration)
        let readLayout = choosesToken ? RowLayout(tokens: 1, in: configuration) : layout
        let scratch = BlockScratch(
            rows: layout.rows(capacity), configuration: configuration, goesBack: goesBack)
        self.scratch = scratch
        let lastBlock = address.block ?? configuration.blockCount - 1
        let frozen: [FloatBuffer]? =
            if case .frozen(let reference) = attention { Self.patterns(of: model, on: reference) } else { nil }
        let backpropagatesPattern = if case .live = attention { true } else { false }
        func memory(choosesToken: Bool, tokensOut: Int) -> BlockMemory {
            BlockMemory(
                configuration: configuration, capacity: capacity, tokensOut: tokensOut, choosesToken: choosesToken,
                keepsPattern: frozen == nil)
        }
        let shared =
            goesBack ? nil : memory(choosesToken: choosesToken, tokensOut: configuration.tokenCount)
        blocks = (0...lastBlock).map { index in
            let choosesToken = choosesToken && index == lastBlock
            let tokensOut = choosesToken ? 1 : configuration.tokenCount
            return BlockPass(
                model: model, index: index, choosesToken: choosesToken, frozen: frozen?[index],
                backpropagatesPattern: backpropagatesPattern,
                memory: shared ?? memory(choosesToken: choosesToken, tokensOut: tokensOut), scratch: scratch)
        }
        let rows = layout.rows(capacity)
        inputNorm = model.parameters.inputNorm.map {
            InputNorm($0, epsilon: configuration.layerNormEpsilon, rows: rows, channels: configuration.width)
        }
        final = stage.completesBlock ? FinalStage(model: model, capacity: capacity, layout: readLayout) : nil
        let (made, madeLayout) = final?.output(of: stage) ?? (scratch.output(of: stage), readLayout)
        tap = TapReader(
            model: model, address: address, tokens: tokens, input: made, layout: madeLayout,
            residual: blocks[lastBlock].middle)
        chosen = Array(repeating: tokens.fixedToken(at: address, in: configuration) ?? 0, count: capacity)

        imageSize = 3 * configuration.imageHeight * configuration.imageWidth
        imageBuffer = FloatBuffer(count: capacity * imageSize)
        imageGradientBuffer = FloatBuffer(count: goesBack ? capacity * imageSize : 0)
        images = imageBuffer.pointer
        imageGradients = imageGradientBuffer.pointer
        patchShape = PatchShape(
            rows: configuration.patchRows, columns: configuration.patchColumns, size: configuration.patchSize)
        inverseDeviation = configuration.standardDeviation.map { 1 / $0 }
        patches = FloatBuffer(count: layout.rows(capacity) * patchShape.values)
        gradient = FloatBuffer(count: goesBack ? layout.rows(capacity) * configuration.width : 0)
        embeddingBias = Self.embeddingBias(of: model)
    }

    /// The attention pattern of every block on one picture: (H, T, stride) each.
    private static func patterns(of model: ViT, on picture: FloatBuffer) -> [FloatBuffer] {
        let pass = ModelPass(model: model, address: .encoderNorm, tokens: .patches, capacity: 1)
        precondition(picture.count == pass.imageSize)
        return withExtendedLifetime((pass, picture)) {
            pass.images.update(from: picture.pointer, count: pass.imageSize)
            pass.forward(count: 1)
            return pass.blocks.map(\.pattern)
        }
    }

    /// Computes the activations of the first `count` images. For `slice`, use `forward(objectives:)`.
    public func forward(count: Int) { forward(count: count) { _, _ in } }

    /// The same; calls `onStage` when the output of a stage is in its buffer: within the block of this index, or after
    /// the blocks.
    func forward(count: Int, onStage: (_ block: Int?, Stage) -> Void) {
        precondition(count <= capacity)
        self.count = count
        let configuration = model.configuration
        let width = configuration.width
        let x = (inputNorm?.input ?? blocks[0].input).pointer
        for slot in 0..<count {
            let row = slot * layout.stride
            patchesForward(
                image: images + slot * imageSize, mean: configuration.mean, inverseDeviation: inverseDeviation,
                patches: patches.pointer + (row + configuration.prefixTokenCount) * patchShape.values,
                shape: patchShape)
            (x + row * width).update(from: embeddingBias.pointer, count: configuration.tokenCount * width)
            (x + (row + configuration.tokenCount) * width).update(
                repeating: 0, count: (layout.stride - configuration.tokenCount) * width)
        }
        linearForward(
            x: patches.pointer, xStride: patchShape.values, weight: model.parameters.patchProjection.weight.pointer,
            y: x, yStride: width, accumulating: true, images: count, rows: layout.stride, inputs: patchShape.values,
            outputs: width)
        inputNorm?.forward(rows: layout.rows(count), output: blocks[0].input)
        for (index, block) in blocks.enumerated() {
            let isLast = index == blocks.count - 1
            block.forward(
                count: count, to: isLast ? stage : .finalNorm, chosen: chosen,
                output: isLast ? final?.input.pointer : blocks[index + 1].input.pointer,
                onStage: { onStage(index, $0) })
        }
        guard let final else { return }
        final.forward(count: count)
        onStage(nil, .finalNorm)
        onStage(nil, .features)
    }

    /// A reader of another address that this pass reaches, through a tap: valid while the output of the tap's stage is in
    /// its buffer.
    ///
    /// - Precondition: the pass computes all tokens, and reaches the tap's stage.
    func reader(of address: Address, through tap: Tap) -> TapReader {
        var (made, madeLayout) = (patches, layout)
        if tap.stage.completesBlock {
            guard let final else { preconditionFailure("the pass stops before \(address)") }
            (made, madeLayout) = final.output(of: tap.stage)
        } else {
            made = scratch.output(of: tap.stage)
        }
        return TapReader(
            model: model, address: address, tap: tap, tokens: .patches, input: made, layout: madeLayout,
            residual: blocks[address.block ?? blocks.count - 1].middle)
    }

    /// Computes the activations that `objectives` read; one objective per image, from the first slot.
    public func forward(objectives: UnsafeBufferPointer<Objective>) {
        if tokens == .slice {
            for (slot, objective) in objectives.enumerated() { chosen[slot] = objective.neuron }
        }
        forward(count: objectives.count)
    }

    /// The activation that `objective` reads on the image in `slot` of the last forward pass, without its sign.
    ///
    /// Valid until the next `backward`.
    public func activation(slot: Int, objective: Objective) -> Float {
        tap.activation(slot: slot, neuron: objective.neuron, chosen: chosen[slot])
    }

    /// Every channel at the address for each token of the image in `slot`: (tokens, channels).
    ///
    /// - Precondition: the pass reads `patches`.
    func allActivations(slot: Int) -> [Float] { tap.allActivations(slot: slot) }

    /// What the head reads for the image in `slot`: (width).
    ///
    /// - Precondition: the address is after the blocks.
    func features(slot: Int) -> [Float] {
        guard let final else { preconditionFailure("\(address) is inside a block") }
        let width = model.configuration.width
        return Array(UnsafeBufferPointer(start: final.features.pointer + slot * final.featureCount, count: width))
    }

    /// Writes d(± activation)/d(image) for each image of the last forward pass, with one objective per image.
    ///
    /// Read the activations first: the gradients overwrite them.
    public func backward(objectives: UnsafeBufferPointer<Objective>) {
        precondition(goesBack && objectives.count == count)
        if final == nil {
            let rows = blocks[blocks.count - 1].outLayout.rows(count)
            gradient.pointer.update(repeating: 0, count: rows * model.configuration.width)
        }
        for (slot, objective) in objectives.enumerated() {
            tap.backward(slot: slot, objective: objective, chosen: chosen[slot], gradient: gradient.pointer)
        }
        if stage == .features { final?.poolingBackward(count: count) }
        final?.normBackward(count: count, gradient: gradient.pointer)
        for index in blocks.indices.reversed() {
            blocks[index].backward(
                count: count, from: index == blocks.count - 1 ? stage : .finalNorm, chosen: chosen,
                gradient: gradient.pointer)
        }
        inputNorm?.backward(rows: layout.rows(count), gradient: gradient)
        let configuration = model.configuration
        linearBackward(
            dy: gradient.pointer, dyStride: configuration.width,
            weight: model.parameters.patchProjection.weight.pointer, dx: patches.pointer, images: count,
            rows: layout.stride,
            inputs: patchShape.values, outputs: configuration.width)
        for slot in 0..<count {
            let row = slot * layout.stride + configuration.prefixTokenCount
            patchesBackward(
                dPatches: patches.pointer + row * patchShape.values, inverseDeviation: inverseDeviation,
                dImage: imageGradients + slot * imageSize, shape: patchShape)
            // The rows without a patch must be 0 again for the next forward pass.
            clearRowsWithoutPatch(slot: slot)
        }
    }

    private func clearRowsWithoutPatch(slot: Int) {
        let configuration = model.configuration
        let first = patches.pointer + slot * layout.stride * patchShape.values
        first.update(repeating: 0, count: configuration.prefixTokenCount * patchShape.values)
        (first + configuration.tokenCount * patchShape.values).update(
            repeating: 0, count: (layout.stride - configuration.tokenCount) * patchShape.values)
    }

    /// The initial value of every image's tokens: prefix tokens or the projection's bias, plus positions, (T, C).
    private static func embeddingBias(of model: ViT) -> FloatBuffer {
        let configuration = model.configuration
        let width = configuration.width
        let buffer = FloatBuffer(model.parameters.positionEmbedding.array)
        let prefix = configuration.prefixTokenCount * width
        accumulate(model.parameters.prefixTokens.pointer, scale: 1, into: buffer.pointer, count: prefix)
        for patch in 0..<configuration.patchCount {
            accumulate(
                model.parameters.patchProjection.bias.pointer, scale: 1, into: buffer.pointer + prefix + patch * width,
                count: width)
        }
        return buffer
    }
}

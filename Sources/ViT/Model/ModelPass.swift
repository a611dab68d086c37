// Forward to an address and back to the image, for a batch of images: what an optimisation step is made of.

/// One worker's buffers for passes from images to one address and back.
///
/// Both passes stop at the address; of the address itself only the channels and tokens that the objectives read are
/// computed. An image's activations and gradients are byte-identical whatever its slot, the batch's size and its
/// neighbours. Nothing is allocated after `init`. Not for use by several threads at once.
public final class ModelPass {
    /// The model.
    public let model: ViT
    /// Where activations are read.
    public let address: Address
    /// Over which tokens they are read.
    public let tokens: TokenSelection
    /// Images that a batch can hold.
    public let capacity: Int
    /// The batch: (capacity, 3, height, width), RGB in 0…1; the caller writes it before `forward`.
    public let images: UnsafeMutablePointer<Float>
    /// The gradient that `backward` writes: (capacity, 3, height, width), per unit of the images' 0…1.
    public let imageGradients: UnsafeMutablePointer<Float>
    /// Values of one image, 3 × height × width.
    public let imageSize: Int

    let stage: BlockStage
    let blocks: [BlockPass]
    let final: FinalStage?
    let scratch: BlockScratch
    let readLayout: RowLayout
    private let imageBuffer: FloatBuffer
    private let imageGradientBuffer: FloatBuffer
    private let patches: FloatBuffer
    private let embeddingBias: FloatBuffer
    private let patchShape: PatchShape
    private let inverseDeviation: [Float]
    private let layout: RowLayout
    let gradient: FloatBuffer
    private(set) var count = 0
    var chosen: [Int]
    /// For `slice`: the mean over channels of the address's linear layer, and of its bias.
    let meanChannel: (weight: FloatBuffer, bias: Float)?

    /// Buffers for `capacity` images from pixels to `address`, read over `tokens`.
    ///
    /// - Precondition: the address and the token exist in the model (`TokenSelection.isDefined`), `capacity` > 0.
    public init(
        model: ViT, address: Address, tokens: TokenSelection, capacity: Int, attention: AttentionMode = .live
    ) {
        BLAS.useOneThread()
        precondition(capacity > 0 && tokens.isDefined(at: address, in: model.configuration))
        let configuration = model.configuration
        self.model = model
        self.address = address
        self.tokens = tokens
        self.capacity = capacity
        let lastBlock: Int
        switch address {
        case .block(let index, let site):
            lastBlock = index
            stage = BlockStage(reading: site, tokens: tokens)
        case .encoderNorm, .head:
            lastBlock = configuration.blockCount - 1
            stage = .complete
        }
        layout = RowLayout(tokens: configuration.tokenCount, in: configuration)
        // The first LayerNorm precedes attention: there all tokens are at hand anyway.
        let choosesToken = stage != .norm1 && Self.readsOneToken(address: address, tokens: tokens, in: configuration)
        readLayout = choosesToken ? RowLayout(tokens: 1, in: configuration) : layout
        let scratch = BlockScratch(rows: layout.rows(capacity), configuration: configuration)
        self.scratch = scratch
        blocks = (0...lastBlock).map { index in
            BlockPass(
                model: model, index: index, capacity: capacity, choosesToken: choosesToken && index == lastBlock,
                attention: attention, scratch: scratch)
        }
        final = stage == .complete ? FinalStage(model: model, capacity: capacity, layout: readLayout) : nil
        chosen = Array(repeating: tokens.fixedToken(in: configuration) ?? 0, count: capacity)

        imageSize = 3 * configuration.imageHeight * configuration.imageWidth
        imageBuffer = FloatBuffer(count: capacity * imageSize)
        imageGradientBuffer = FloatBuffer(count: capacity * imageSize)
        images = imageBuffer.pointer
        imageGradients = imageGradientBuffer.pointer
        patchShape = PatchShape(
            rows: configuration.patchRows, columns: configuration.patchColumns, size: configuration.patchSize)
        inverseDeviation = configuration.standardDeviation.map { 1 / $0 }
        patches = FloatBuffer(count: layout.rows(capacity) * patchShape.values)
        gradient = FloatBuffer(count: layout.rows(capacity) * configuration.width)
        embeddingBias = Self.embeddingBias(of: model)
        meanChannel = tokens == .slice ? Self.meanChannel(of: model, at: address) : nil
    }

    /// Every block's attention pattern on the first image of the last forward pass.
    var patterns: [FloatBuffer] { blocks.map(\.pattern) }

    /// Computes the activations of the first `count` images; `slice` needs `forward(objectives:)`.
    public func forward(count: Int) {
        precondition(count <= capacity)
        self.count = count
        let configuration = model.configuration
        let width = configuration.width
        let x = blocks[0].input.pointer
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
        for (index, block) in blocks.enumerated() {
            let isLast = index == blocks.count - 1
            block.forward(
                count: count, to: isLast ? stage : .complete, chosen: chosen,
                output: isLast ? final?.input.pointer : blocks[index + 1].input.pointer)
        }
        final?.forward(count: count)
    }

    /// Computes the activations that `objectives`, one an image from the first slot on, are about to read.
    public func forward(objectives: UnsafeBufferPointer<Objective>) {
        if tokens == .slice {
            for (slot, objective) in objectives.enumerated() { chosen[slot] = objective.neuron }
        }
        forward(count: objectives.count)
    }

    /// Writes d(± activation)/d(image) of each image of the last forward pass, one objective an image.
    ///
    /// Activations must be read before: the gradients take their place.
    public func backward(objectives: UnsafeBufferPointer<Objective>) {
        precondition(objectives.count == count)
        seed(objectives)
        for index in blocks.indices.reversed() {
            blocks[index].backward(
                count: count, from: index == blocks.count - 1 ? stage : .complete, chosen: chosen,
                gradient: gradient.pointer)
        }
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
            // The rows that stand for no patch must be 0 again for the next forward pass.
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

    /// What every image's tokens start from: prefix tokens or the projection's bias, plus positions: (T, C).
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

    private static func readsOneToken(
        address: Address, tokens: TokenSelection, in configuration: ViTConfiguration
    ) -> Bool {
        switch address {
        case .block: tokens != .patches
        case .encoderNorm: configuration.pooling != .patchMeanThenNorm && tokens != .patches
        case .head: configuration.pooling == .classToken && configuration.headTokenCount == 1
        }
    }
}

extension BlockStage {
    /// The stage whose values the tap at `site` reads; a channel of a linear layer is read from the layer's input.
    init(reading site: Address.Site, tokens: TokenSelection) {
        self =
            switch site {
            case .ln1: .norm1
            case .selfAttention: .heads
            case .ln2, .mlp0: .norm2
            // All hidden channels of one token go through GELU first; a single one needs its own column only.
            case .mlp1: tokens == .slice ? .hidden : .norm2
            case .mlp3, .output: .hidden
            }
    }
}

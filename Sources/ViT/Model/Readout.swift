// What a finished picture does to the model: every neuron of the address, and the embedding, under live attention.

/// Measures pictures: forward only, live attention.
///
/// Not for use by several threads at once.
public final class Readout {
    private let atAddress: ModelPass
    /// The pass that embeddings are read from; its buffers, the model's largest, are made for the first embedding.
    private lazy var atEnd =
        atAddress.address == .encoderNorm
        ? atAddress : ModelPass(model: atAddress.model, address: .encoderNorm, tokens: .patches, capacity: 1)

    /// Buffers for one picture at a time.
    public init(model: ViT, address: Address) {
        atAddress = ModelPass(model: model, address: address, tokens: .patches, capacity: 1)
    }

    /// Every neuron's activation at the address over `tokens`, and the embedding, for `image`: (3, height, width) in
    /// 0…1.
    ///
    /// For `slice` the neurons are the tokens. The embedding is what the head reads after `encoder.ln`: the class
    /// token, or the pooled patches: (width).
    public func read(
        image: UnsafePointer<Float>, tokens: TokenSelection
    ) -> (activations: [Float], embedding: [Float]) {
        let activations = activations(image: image, tokens: tokens)
        if atEnd !== atAddress { forward(atEnd, image: image) }
        return (activations, atEnd.features(slot: 0))
    }

    /// The same for a buffer, which is kept until it is read.
    public func read(image: FloatBuffer, tokens: TokenSelection) -> (activations: [Float], embedding: [Float]) {
        withExtendedLifetime(image) { read(image: image.pointer, tokens: tokens) }
    }

    /// Every neuron's activation at the address alone, as `read` gives it: the model is computed no further.
    public func activations(image: UnsafePointer<Float>, tokens: TokenSelection) -> [Float] {
        forward(atAddress, image: image)
        let configuration = atAddress.model.configuration
        let channels = atAddress.address.width(in: configuration)
        let tokenCount = atAddress.address.tokenCount(in: configuration)
        let matrix = atAddress.allActivations(slot: 0)
        func row(_ token: Int) -> ArraySlice<Float> { matrix[token * channels..<(token + 1) * channels] }
        if tokenCount == 1 { return matrix }
        if tokens == .slice { return (0..<tokenCount).map { row($0).reduce(0, +) / Float(channels) } }
        if let token = tokens.fixedToken(in: configuration) { return Array(row(token)) }
        var mean = [Float](repeating: 0, count: channels)
        for token in configuration.prefixTokenCount..<tokenCount {
            for (channel, value) in row(token).enumerated() { mean[channel] += value }
        }
        return mean.map { $0 / Float(configuration.patchCount) }
    }

    /// The same for a buffer, which is kept until it is read.
    public func activations(image: FloatBuffer, tokens: TokenSelection) -> [Float] {
        withExtendedLifetime(image) { activations(image: image.pointer, tokens: tokens) }
    }

    private func forward(_ pass: ModelPass, image: UnsafePointer<Float>) {
        pass.images.update(from: image, count: pass.imageSize)
        pass.forward(count: 1)
    }
}

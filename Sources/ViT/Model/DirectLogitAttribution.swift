// Direct logit attribution: what a neuron adds to the logits along the direct path.

/// The class logits that an MLP neuron raises and lowers directly: through the residual stream, the final LayerNorm's
/// scale and the head, but not through later blocks (Elhage et al. 2021, "A Mathematical Framework for Transformer
/// Circuits"; for ViTs, Vilas et al. 2023, "Analyzing Vision Transformers for Image Classification in Class Embedding
/// Space").
public enum DirectLogitAttribution {
    /// Why the neurons of a model have none: what follows their direct path is no linear layer that gives classes.
    public enum Obstacle: Sendable {
        /// The head projects into a space that images and texts share.
        case projection
        /// Attention pooling lies between the residual stream and the output.
        case attentionPooling
        /// The model has no head.
        case noHead
    }

    /// Why the neurons of a model have no attribution; nil if they have one.
    public static func obstacle(in configuration: ViTConfiguration) -> Obstacle? {
        if configuration.output == .projection { return .projection }
        if configuration.pooling == .attention { return .attentionPooling }
        return configuration.classCount == 0 ? .noHead : nil
    }

    /// Whether a neuron at this address adds to the residual stream along a path of its own.
    public static func isDefined(at address: Address) -> Bool { contribution(at: address) != nil }

    /// What a channel adds to the residual stream. Directions are also defined over the stream itself.
    private static func contribution(at address: Address) -> Tap.Contribution? {
        if address.directionSet != nil, case .block(_, .output) = address.base { return .channel(scale: nil) }
        return address.base.tap.contribution
    }

    /// Each class's logit per unit of the neuron's activation: W·(γ ⊙ (d − mean d)). d is what the neuron adds to the
    /// residual stream: its own channel at `mlp.3` and `ls_2`, or its column of the second layer at `mlp.0` and `mlp.1`,
    /// after LayerScale if the model has it. For a direction w over such channels, or over a block's output, d is what the
    /// channels w / |w| add.
    ///
    /// Left out are LayerNorm's division by σ, which depends on the picture and scales all classes alike; the change of
    /// σ itself; the nonlinearity at `mlp.0`; and the effect of d on later blocks. If a head reads two tokens, or a token
    /// and the patches' mean, d is added to both. A mean over patches changes nothing.
    ///
    /// - Returns: (classes); nil at other addresses, and for a model without a linear head that gives classes.
    /// - Precondition: the address has the neuron.
    public static func logits(model: ViT, address: Address, neuron: Int) -> [Float]? {
        guard obstacle(in: model.configuration) == nil, let head = model.parameters.head,
            var direction = direction(model: model, address: address, neuron: neuron)
        else { return nil }
        let width = direction.count
        let mean = direction.reduce(0, +) / Float(width)
        let gamma = model.parameters.finalNorm.weight.pointer
        for channel in 0..<width { direction[channel] = gamma[channel] * (direction[channel] - mean) }
        let inputs = model.configuration.featureCount
        return (0..<model.configuration.classCount).map { index in
            let row = head.weight.pointer + index * inputs
            var logit: Float = 0
            for input in 0..<inputs { logit += row[input] * direction[input % width] }
            return logit
        }
    }

    /// What one unit of the neuron adds to the residual stream: (C); nil if the table of taps defines no contribution.
    private static func direction(model: ViT, address: Address, neuron: Int) -> [Float]? {
        guard let contribution = contribution(at: address), let index = address.block else { return nil }
        precondition((0..<address.width(in: model.configuration)).contains(neuron))
        let width = model.configuration.width
        let channels = channels(model: model, address: address, neuron: neuron)
        switch contribution {
        case .channel(let scale):
            let factors = scale.flatMap { model.parameters.blocks[index][keyPath: $0] }
            return (0..<width).map { channels[$0] * (factors?.pointer[$0] ?? 1) }
        case .column(let path):
            let weight = model.parameters.blocks[index][keyPath: path].weight
            let inputs = weight.count / width
            let used = channels.indices.filter { channels[$0] != 0 }
            return (0..<width).map { output in
                used.reduce(Float(0)) { $0 + channels[$1] * weight.pointer[output * inputs + $1] }
            }
        }
    }

    /// The neuron as channels of the model's own: one of them, or a direction of length 1.
    private static func channels(model: ViT, address: Address, neuron: Int) -> [Float] {
        guard let matrix = model.matrix(of: address.tap) else {
            return (0..<address.width(in: model.configuration)).map { $0 == neuron ? 1 : 0 }
        }
        let norm = Float(matrix.norm(of: neuron))
        return matrix.direction(neuron).map { $0 / norm }
    }
}

// The dimensions that config.json states beside the tensors, which have them too: a configuration of another model must
// not give this one its heads and its normalisation.

/// Dimensions as `config.json` states them, under transformers' names or in timm's `model_args`.
struct StatedDimensions: Decodable {
    private let hidden_size: Lenient<Int>?
    private let num_hidden_layers: Lenient<Int>?
    private let patch_size: Lenient<Int>?
    private let num_features: Lenient<Int>?
    private let model_args: Lenient<Arguments>?

    private struct Arguments: Decodable {
        let embed_dim: Lenient<Int>?
        let depth: Lenient<Int>?
        let patch_size: Lenient<Int>?
    }

    /// The first dimension that differs from the model's: its key, and what the file and the tensors say.
    func difference(from model: ViTConfiguration) -> (key: String, stated: Int, found: Int)? {
        let arguments = model_args?.value
        let dimensions = [
            ("hidden_size", hidden_size?.value, model.width), ("num_features", num_features?.value, model.width),
            ("embed_dim", arguments?.embed_dim?.value, model.width),
            ("num_hidden_layers", num_hidden_layers?.value, model.blockCount),
            ("depth", arguments?.depth?.value, model.blockCount), ("patch_size", patch_size?.value, model.patchSize),
            ("patch_size", arguments?.patch_size?.value, model.patchSize),
        ]
        for case (let key, let stated?, let found) in dimensions where stated != found { return (key, stated, found) }
        return nil
    }
}

/// A value of this type, or nothing if there is another one.
struct Lenient<Value: Decodable>: Decodable {
    let value: Value?

    init(from decoder: any Decoder) {
        value = try? Value(from: decoder)  // other models' configurations have other values under the same key
    }
}

extension CheckpointSettings {
    /// Checks the dimensions that a configuration file states against those of the tensors.
    ///
    /// - Throws: `ViTError` if one differs.
    func demandAgreement(_ configuration: ViTConfiguration) throws {
        for hint in hints {
            guard let (key, stated, found) = hint.dimensions?.difference(from: configuration) else { continue }
            throw ViTError(
                "\(hint.source): \(key) is \(stated), but it is \(found) by the tensors of \(path). The two belong to "
                    + "different models; put the right configuration beside the weights, or move this one away.")
        }
    }
}

// saev (OSU-NLP-Group/saev, saev/nn/modeling.py): sparse autoencoders for ViTs.

extension DirectionLibrary {
    /// `SparseAutoencoder.encode`: x·W_enc + b_enc, then the activation that the header names.
    ///
    /// Until July 2025 b_dec was subtracted from x: by the code that wrote files without a schema, and those of schema 1.
    func saev(_ header: ConfigurationValue, _ source: DirectionSource) throws -> DirectionLayout {
        let schema = header["schema"]?.integer ?? 0
        guard (0...5).contains(schema) else {
            throw ViTError(
                "\(source.path): has schema \(schema) of saev's format; 0 to 5 can be read. Name the encoder's matrix: "
                    + "'weight: \(weight)', and 'bias', 'centre' and 'nonlinearity' as needed.")
        }
        let configuration = header["cfg"] ?? header
        let activation = configuration["activation"]
        // Schema 1 had the activation's class as that of the whole configuration; before it there was ReLU alone.
        let settings = activation?["params"] ?? configuration
        let kind = schema == 0 ? "Relu" : (activation ?? header)["cls"]?.text ?? "unknown"
        var layout = DirectionLayout(name: "saev (\(kind))")
        layout.bias = prefix + "b_enc"
        if schema < 2 { layout.centre = prefix + "b_dec" }
        switch kind {
        case "Relu": layout.nonlinearity = .relu
        case "TopK":
            layout.nonlinearity = .topk
            layout.k = (settings["top_k"] ?? .number(32)).integer
            layout.difference = "saev keeps values below 0 if they are among the k highest; here they are 0."
        case "BatchTopK" where source.file.tensors[prefix + "activation.threshold"] != nil:
            layout.nonlinearity = .jumprelu
            layout.thresholds = .tensor(prefix + "activation.threshold", .notBelowZero)
        case "BatchTopK":
            layout.undecided =
                "BatchTopK compares the tokens of a batch, and the file has no threshold for single ones; "
                + "'nonlinearity: jumprelu' with a threshold comes near it"
        default: layout.undecided = "its activation is '\(kind)', which is not known here"
        }
        return layout
    }
}

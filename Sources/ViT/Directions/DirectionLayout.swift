// The layouts in which libraries save sparse autoencoders: which library wrote a file, and what its encoder computes.

/// How a library's encoder reads a layer's channels.
struct DirectionLayout {
    /// The library and the architecture, e.g. `SAELens (jumprelu)`.
    var name: String
    var bias: String?
    var centre: String?
    /// What scales the directions after the bias.
    var scaling: DirectionPlan.Scaling?
    /// Nil if the file does not say it; `undecided` then says why.
    var nonlinearity: DirectionRequest.Nonlinearity?
    /// Where JumpReLU's thresholds are; nil if the file does not have them.
    var thresholds: DirectionPlan.Thresholds?
    var k: Int?
    /// What the user must state, and why, if the nonlinearity is not known.
    var undecided: String?
    /// Where the library's nonlinearity differs from the one that is read, a sentence; nil if it does not.
    var difference: String?
}

/// The library that wrote a file, and the tensor that is its encoder's matrix.
struct DirectionLibrary {
    /// The libraries whose layouts are known.
    enum Kind {
        case saeLens(ConfigurationValue)
        case prisma(ConfigurationValue)
        case saev(ConfigurationValue)
        case overcomplete
    }

    let kind: Kind
    /// What precedes the tensors' names.
    let prefix: String
    /// The encoder's matrix.
    let weight: String
    /// How the library stores the matrix.
    let orientation: DirectionPlan.Orientation

    /// The library's name.
    var name: String {
        switch kind {
        case .saeLens: "SAELens"
        case .prisma: "ViT-Prisma"
        case .saev: "saev"
        case .overcomplete: "overcomplete"
        }
    }

    /// Recognises the library that wrote a file by its tensors and its configuration; nil for any other file, and for one
    /// with several encoders.
    init?(of source: DirectionSource) {
        guard source.namesTensors else { return nil }
        let tensors = source.file.tensors
        func prefixes(before name: String) -> [String] {
            tensors.keys.filter { $0 == name || $0.hasSuffix("." + name) }.map { String($0.dropLast(name.count)) }
        }
        let encoders = prefixes(before: "W_enc")
        if encoders.count == 1, let (origin, configuration) = source.configuration {
            (prefix, weight, orientation) = (encoders[0], encoders[0] + "W_enc", .columns)
            switch origin {
            case .saevHeader: kind = .saev(configuration)
            case .file(let path) where path.hasSuffix(DirectionSource.saeLensName): kind = .saeLens(configuration)
            case .file, .checkpoint:
                guard configuration["expansion_factor"] != nil, configuration["d_in"] != nil else { return nil }
                kind = .prisma(configuration)
            }
            return
        }
        let dictionaries = Set(
            tensors.keys.compactMap { name in name.range(of: "dictionary.").map { String(name[..<$0.lowerBound]) } })
        guard dictionaries.count == 1, let prefix = dictionaries.first else { return nil }
        let names = ["encoder.final_block.0.weight", "encoder.weight", "encoder.tied_to._weights"].map { prefix + $0 }
        guard let weight = names.first(where: { tensors[$0] != nil }) else { return nil }
        (kind, self.prefix, self.weight, orientation) = (.overcomplete, prefix, weight, .rows)
    }

    /// What the library's encoder computes.
    ///
    /// - Throws: `ViTError` for an encoder that is more than a linear map and a nonlinearity.
    func layout(of source: DirectionSource) throws -> DirectionLayout {
        switch kind {
        case .saeLens(let configuration): try saeLens(configuration, source)
        case .prisma(let configuration): try prisma(configuration, source)
        case .saev(let header): try saev(header, source)
        case .overcomplete: try overcomplete(source)
        }
    }

    /// The error for an encoder that cannot be read as the library computes it.
    ///
    /// - Parameter what: what it has, e.g. `normalises …`.
    /// - Parameter advice: what can be done in the library, a sentence.
    func refusal(_ what: String, _ source: DirectionSource, advice: String = "") -> ViTError {
        let place: String
        if case .file(let path)? = source.configuration?.origin { place = path } else { place = source.path }
        return ViTError(
            "\(place): \(name)'s encoder \(what); only a linear map of the layer's channels, with a nonlinearity, can be "
                + "read."
                + (advice.isEmpty ? "" : " \(advice)")
                + " To read the rows of a matrix without it, name it: 'weight: \(weight)', and 'bias', 'centre' and "
                + "'nonlinearity' as needed.")
    }
}

// What one source says about a model beyond its tensors; sources are asked in order.

/// What one source (the user, a configuration file, a file's metadata) says. Absent values are left to the next source.
struct Hints {
    /// The source's name, as messages show it.
    let source: String
    var headCount: Int?
    var layerNormEpsilon: Float?
    var imageSize: ImageSize?
    /// The size of the images that the model was first trained on; used only if nothing else gives the size.
    var pretrainingSize: ImageSize?
    var mean: [Float]?
    var standardDeviation: [Float]?
    /// The MLP's nonlinearity.
    var activation: Activation?
    /// Whether the head reads the patches' mean (true) or the class token (false).
    var poolsPatches: Bool?
    /// Whether the model pools the patches by attention.
    var poolsByAttention = false
    /// The base of rotary positions' periods.
    var ropeTheta: Float?
    var labels: [String]?
    /// Why the source's names of the classes cannot be used; nil if they can, or if there are none.
    var labelsProblem: String?
    /// The dimensions that the source says the tensors have.
    var dimensions: StatedDimensions?

    init(source: String) { self.source = source }

    /// What the user states. Labels and the image size to run at are handled separately.
    init(_ overrides: CheckpointOverrides) {
        source = "given"
        headCount = overrides.headCount
        activation = overrides.activation
        layerNormEpsilon = overrides.layerNormEpsilon
        mean = overrides.mean
        standardDeviation = overrides.standardDeviation
    }

    /// What a safetensors file's metadata says, under the keys that the embedded model uses.
    ///
    /// - Throws: `ViTError` for a key whose value cannot be read.
    init(metadataOf file: any WeightFile) throws {
        source = "the metadata of \(file.path)"
        let metadata = file.metadata
        func read<Value>(_ key: String, _ what: String, _ parse: (String) -> Value?) throws -> Value? {
            guard let text = metadata[key] else { return nil }
            guard let value = parse(text) else {
                throw ViTError("\(file.path): metadata '\(key)' is '\(text)'; expected \(what). Correct the file.")
            }
            return value
        }
        func numbers(_ text: String) -> [Float]? {
            let values = text.split(separator: ",").map { Float($0.drop { $0 == " " }) }
            return values.contains(nil) ? nil : values.compactMap { $0 }
        }
        headCount = try read("num_heads", "a number", Int.init)
        layerNormEpsilon = try read("layer_norm_eps", "a number", Float.init)
        mean = try read("mean", "three numbers", numbers)
        standardDeviation = try read("std", "three numbers", numbers)
        imageSize = try read("image_size", "one or two numbers, height first") { text in
            let sides = text.split(separator: ",").map { Int($0.drop { $0 == " " }) }
            guard let height = sides.first ?? nil, let width = sides.last ?? nil, sides.count <= 2 else { return nil }
            return ImageSize(height: height, width: width)
        }
    }
}

// Reads a model's tensors by name, checks their shapes, and records which were used.

/// Reads tensors out of one weight file into float32 buffers; no memory is allocated before a tensor's shape is
/// checked.
struct ParameterReader {
    let file: any WeightFile
    let place: ModelPlace
    /// Full names of the tensors that were taken, as `file` has them.
    private(set) var used: Set<String> = []
    /// Number formats of the tensors that were taken.
    private(set) var types: Set<ElementType> = []
    private var bytesLeft: Int

    init(file: any WeightFile, place: ModelPlace) {
        self.file = file
        self.place = place
        // Views may share storage: without a limit, a small file whose tensors all view the same bytes could ask for
        // any amount of memory.
        bytesLeft = file.files.reduce(64 << 20) { $0 + $1.count }
    }

    /// Whether the backbone has a tensor of this name.
    func has(_ name: String) -> Bool { file.tensors[place.backbonePrefix + name] != nil }

    /// Whether the file has a tensor of this name beside the backbone.
    func hasOutside(_ name: String) -> Bool { file.tensors[place.prefix + name] != nil }

    /// The first alternative that has a weight; the first one if none has.
    func choose(_ alternatives: [String], suffix: String = ".weight") -> String {
        alternatives.first { has($0 + suffix) } ?? alternatives.first ?? ""
    }

    /// The backbone's tensor of this name.
    ///
    /// - Throws: `ViTError` if the file has no such tensor.
    func demand(_ name: String, after prefix: String? = nil) throws -> StoredTensor {
        let fullName = (prefix ?? place.backbonePrefix) + name
        guard let tensor = file.tensors[fullName] else {
            throw ViTError(
                "\(file.path): tensor '\(fullName)' is missing (the file has \(file.tensors.count) tensors, with "
                    + "\(place.naming.rawValue)'s names). Use a complete checkpoint.")
        }
        return tensor
    }

    /// The tensor of this name, marked as used; apart from leading dimensions of 1, it must have this shape.
    ///
    /// - Throws: `ViTError` if it is missing or has another shape.
    mutating func take(_ name: String, _ shape: [Int], after prefix: String? = nil) throws -> StoredTensor {
        let tensor = try demand(name, after: prefix)
        guard tensor.shape.drop(while: { $0 == 1 }) == shape.drop(while: { $0 == 1 }) else {
            throw ViTError(
                "\(tensor.path): tensor '\(tensor.name)' has shape \(shapeText(tensor.shape)); \(shapeText(shape)) is "
                    + "expected from the other shapes. Use a complete checkpoint."
            )
        }
        bytesLeft -= tensor.byteCount
        guard bytesLeft >= 0 else {
            throw ViTError(
                "\(tensor.path): up to '\(tensor.name)', the tensors need more bytes than the file has, because they "
                    + "share storage. Save the state dict with each tensor cloned.")
        }
        used.insert((prefix ?? place.backbonePrefix) + name)
        types.insert(tensor.type)
        return tensor
    }

    /// Reads one tensor.
    ///
    /// - Throws: `ViTError` if it is missing, has another shape or holds a value that is not finite.
    mutating func buffer(_ name: String, _ shape: [Int], after prefix: String? = nil) throws -> FloatBuffer {
        try take(name, shape, after: prefix).values()
    }

    /// Reads tensors and stacks them along their first dimension.
    ///
    /// - Throws: as `buffer`.
    mutating func stack(_ parts: [(name: String, shape: [Int])]) throws -> FloatBuffer {
        var tensors: [StoredTensor] = []
        for (name, shape) in parts { tensors.append(try take(name, shape)) }
        let buffer = FloatBuffer(count: tensors.reduce(0) { $0 + $1.count })
        var offset = 0
        for tensor in tensors {
            try tensor.read(into: buffer.pointer + offset)
            offset += tensor.count
        }
        return buffer
    }

    /// Reads `name.weight`, (outputs, inputs…), and `name.bias`, (outputs).
    ///
    /// - Throws: as `buffer`.
    mutating func linear(_ name: String, _ shape: [Int], after prefix: String? = nil) throws -> LinearParameters {
        LinearParameters(
            weight: try buffer(name + ".weight", shape, after: prefix),
            bias: try buffer(name + ".bias", Array(shape.prefix(1)), after: prefix))
    }

    /// Reads `name.weight`, (outputs, inputs…), and `name.bias` if there is one; otherwise the bias is 0.
    ///
    /// - Throws: as `buffer`.
    mutating func linearWithOptionalBias(
        _ name: String, _ shape: [Int], after prefix: String? = nil
    ) throws -> LinearParameters {
        if file.tensors[(prefix ?? place.backbonePrefix) + name + ".bias"] != nil {
            return try linear(name, shape, after: prefix)
        }
        return LinearParameters(
            weight: try buffer(name + ".weight", shape, after: prefix), bias: FloatBuffer(count: shape.first ?? 0))
    }

    /// Reads `name.weight` and `name.bias`, each (channels).
    ///
    /// - Throws: as `buffer`.
    mutating func layerNorm(_ name: String, channels: Int) throws -> LayerNormParameters {
        LayerNormParameters(
            weight: try buffer(name + ".weight", [channels]), bias: try buffer(name + ".bias", [channels]))
    }
}

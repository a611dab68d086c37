// What the user states about a checkpoint, and what was assumed about it.

/// Height and width of an image in pixels.
public struct ImageSize: Sendable, Equatable, CustomStringConvertible {
    /// Height in pixels.
    public var height: Int
    /// Width in pixels.
    public var width: Int

    /// A size in pixels.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// Height × width.
    public var description: String { "\(height)×\(width)" }
}

/// What the user states about a checkpoint. Each setting takes precedence over what the checkpoint says.
public struct CheckpointOverrides: Sendable, Equatable {
    /// Attention heads per block.
    public var headCount: Int?
    /// The MLP's nonlinearity.
    public var activation: Activation?
    /// Mean of each RGB channel, in units of 0…1.
    public var mean: [Float]?
    /// Standard deviation of each RGB channel, in units of 0…1.
    public var standardDeviation: [Float]?
    /// The image size to run at; position embeddings are interpolated to it.
    public var imageSize: ImageSize?
    /// ε of every LayerNorm.
    public var layerNormEpsilon: Float?
    /// Which of a file's models: the prefix of its tensors' names, or the first parts of it, e.g. `state_dict_ema`.
    public var stateDict: String?
    /// Path of a text file with one class name per line.
    public var labelsPath: String?

    /// States the given settings only.
    public init(
        headCount: Int? = nil, activation: Activation? = nil, mean: [Float]? = nil, standardDeviation: [Float]? = nil,
        imageSize: ImageSize? = nil, layerNormEpsilon: Float? = nil, stateDict: String? = nil, labelsPath: String? = nil
    ) {
        self.headCount = headCount
        self.activation = activation
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.imageSize = imageSize
        self.layerNormEpsilon = layerNormEpsilon
        self.stateDict = stateDict
        self.labelsPath = labelsPath
    }
}

/// A setting that the model's tensors do not determine, and where it was taken from.
public struct Assumption: Sendable, Equatable, Codable {
    /// The setting's name, e.g. `heads`.
    public let name: String
    /// What was assumed, e.g. `12`.
    public let value: String
    /// Why, e.g. `config.json`.
    public let source: String
    /// Whether something that the file holds was left out: another model, a head, labels.
    public var leavesOut = false
}

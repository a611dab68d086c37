// What a user says about a checkpoint, and what was taken for granted about it in the end.

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

/// What the user states about a checkpoint; each goes before whatever the checkpoint says of itself.
public struct CheckpointOverrides: Sendable, Equatable {
    /// Attention heads a block.
    public var headCount: Int?
    /// Mean of each RGB channel, in units of 0…1.
    public var mean: [Float]?
    /// Standard deviation of each RGB channel, in units of 0…1.
    public var standardDeviation: [Float]?
    /// The image size to run at; position embeddings are interpolated to it.
    public var imageSize: ImageSize?
    /// Path of a text file with one class name a line.
    public var labelsPath: String?

    /// Nothing stated but what is given.
    public init(
        headCount: Int? = nil, mean: [Float]? = nil, standardDeviation: [Float]? = nil, imageSize: ImageSize? = nil,
        labelsPath: String? = nil
    ) {
        self.headCount = headCount
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.imageSize = imageSize
        self.labelsPath = labelsPath
    }
}

/// Something about the model that its tensors do not say, and where it was taken from.
public struct Assumption: Sendable, Equatable, Codable {
    /// What it is about, e.g. `heads`.
    public let name: String
    /// What was assumed, e.g. `12`.
    public let value: String
    /// Why, e.g. `config.json`.
    public let source: String
}

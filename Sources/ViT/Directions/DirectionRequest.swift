// What a user says about a file of directions.

/// What `atlas.yml` says about a file of directions.
///
/// Without `weight`, the file's layout says what the other keys do not. With `weight`, the matrix is read as these keys
/// alone say, so that any matrix of any file can be read.
public struct DirectionRequest: Hashable, Sendable {
    /// What is applied to the values, by its word in `atlas.yml`.
    public enum Nonlinearity: String, CaseIterable, Sendable {
        case none, relu, jumprelu, topk
    }

    /// Where JumpReLU's thresholds come from.
    public enum Threshold: Hashable, Sendable {
        /// One for all directions.
        case number(Float)
        /// The name of a tensor: (K), or one value for all.
        case tensor(String)
    }

    /// Path of the file or folder.
    public var path: String
    /// Name of the matrix: (K, C) or (C, K), or (C) for one direction. Nil: the layout's.
    public var weight: String?
    /// Name of what is added to the values, (K).
    public var bias: String?
    /// Name of what is subtracted from the channels first, (C).
    public var centre: String?
    /// What is applied to the values.
    public var nonlinearity: Nonlinearity?
    /// JumpReLU's thresholds.
    public var threshold: Threshold?
    /// How many directions of a token top-k keeps.
    public var k: Int?

    /// A request. What is nil is left to the file's layout.
    public init(
        path: String, weight: String? = nil, bias: String? = nil, centre: String? = nil,
        nonlinearity: Nonlinearity? = nil, threshold: Threshold? = nil, k: Int? = nil
    ) {
        self.path = path
        self.weight = weight
        self.bias = bias
        self.centre = centre
        self.nonlinearity = nonlinearity
        self.threshold = threshold
        self.k = k
    }
}

// Directions at an address: latents of a sparse autoencoder, linear probes, concept vectors.

/// What is applied to a direction's value.
public enum DirectionNonlinearity: Hashable, Sendable {
    /// Nothing: the value is the activation.
    case none
    /// max(z, 0).
    case relu
    /// z where it is above the direction's own threshold, otherwise 0 (Rajamanoharan et al. 2024, "Jumping Ahead").
    case jumpReLU
    /// max(z, 0) for the directions with the k highest values of a token, 0 for all others (Gao et al. 2024, "Scaling
    /// and evaluating sparse autoencoders").
    case topK(Int)
}

extension DirectionNonlinearity: CustomStringConvertible {
    /// Its name in configurations and records: `none`, `relu`, `jumprelu` or `topk 32`.
    public var description: String {
        switch self {
        case .none: "none"
        case .relu: "relu"
        case .jumpReLU: "jumprelu"
        case .topK(let k): "topk \(k)"
        }
    }

    /// Parses a name; nil if the text is none.
    public init?(_ text: String) {
        switch text {
        case "none": self = .none
        case "relu": self = .relu
        case "jumprelu": self = .jumpReLU
        default:
            guard text.hasPrefix("topk "), let k = Int(text.dropFirst("topk ".count)), k > 0 else { return nil }
            self = .topK(k)
        }
    }
}

/// A set of directions that are read at an address: each a row of a matrix over the address's channels, and a neuron of
/// the address `BASE@NAME`.
public struct DirectionSet: Hashable, Sendable {
    /// The set's name in addresses.
    public let name: String
    /// Where the directions read.
    public let base: Address
    /// Number of directions.
    public let count: Int
    /// What is applied to their values.
    public let nonlinearity: DirectionNonlinearity
    /// Identifies the matrix, and how it is read, in recipes.
    public let digest: String

    /// A set.
    ///
    /// - Precondition: `base` is an address of the model's own channels.
    public init(name: String, base: Address, count: Int, nonlinearity: DirectionNonlinearity, digest: String) {
        if case .directions = base { preconditionFailure("directions of directions") }
        self.name = name
        self.base = base
        self.count = count
        self.nonlinearity = nonlinearity
        self.digest = digest
    }
}

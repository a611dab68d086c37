// A model: its configuration and its weights, which all workers share and never write.

/// A Vision Transformer (Dosovitskiy et al. 2021), as torchvision's `VisionTransformer` computes it.
public struct ViT: Sendable {
    /// Architecture and preprocessing.
    public let configuration: ViTConfiguration
    /// The weights, shared and read-only.
    public let parameters: ViTParameters
    /// The matrices of `ViTConfiguration.directions`.
    public let directions: [DirectionSet: DirectionMatrix]

    /// A model. The weights' shapes must match the configuration; the loader checks this for every file.
    public init(configuration: ViTConfiguration, parameters: ViTParameters) {
        self.init(configuration, parameters, [:])
    }

    private init(
        _ configuration: ViTConfiguration, _ parameters: ViTParameters, _ directions: [DirectionSet: DirectionMatrix]
    ) {
        self.configuration = configuration
        self.parameters = parameters
        self.directions = directions
    }

    /// The same model with other weights.
    public func replacing(_ parameters: ViTParameters) -> ViT { ViT(configuration, parameters, directions) }

    /// The same model with directions that are read in it.
    ///
    /// - Precondition: the base of the set is an address of the model, whose width the matrix has, and the set has no
    ///   namesake there.
    public func adding(_ set: DirectionSet, _ matrix: DirectionMatrix) -> ViT {
        precondition(
            matrix.count == set.count && matrix.width == set.base.width(in: configuration)
                && matrix.nonlinearity == set.nonlinearity
                && !configuration.directions.contains { $0.base == set.base && $0.name == set.name })
        var (configuration, directions) = (configuration, directions)
        configuration.directions.append(set)
        directions[set] = matrix
        return ViT(configuration, parameters, directions)
    }

    /// The matrix of a tap that reads directions; nil for other taps.
    ///
    /// - Precondition: the model has the directions.
    package func matrix(of tap: Tap) -> DirectionMatrix? {
        tap.directions.map { set in
            guard let matrix = directions[set] else { preconditionFailure("the model has no directions \(set.name)") }
            return matrix
        }
    }
}

// A model: its configuration and its weights, which all workers share and never write.

/// A Vision Transformer (Dosovitskiy et al. 2021), as torchvision's `VisionTransformer` computes it.
public struct ViT: Sendable {
    /// Architecture and preprocessing.
    public let configuration: ViTConfiguration
    /// The weights, shared and read-only.
    public let parameters: ViTParameters

    /// A model. The weights' shapes must match the configuration; the loader checks this for every file.
    public init(configuration: ViTConfiguration, parameters: ViTParameters) {
        self.configuration = configuration
        self.parameters = parameters
    }
}

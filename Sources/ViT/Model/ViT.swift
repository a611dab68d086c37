// A model: its configuration and its weights, shared by all workers and never written.

/// A Vision Transformer (Dosovitskiy et al. 2021), as torchvision's `VisionTransformer` computes it.
public struct ViT: Sendable {
    /// Architecture and preprocessing.
    public let configuration: ViTConfiguration
    /// The weights, shared and read-only.
    public let parameters: ViTParameters

    /// A model; the weights' shapes must be the configuration's, as the loader demands of every file.
    public init(configuration: ViTConfiguration, parameters: ViTParameters) {
        self.configuration = configuration
        self.parameters = parameters
    }
}

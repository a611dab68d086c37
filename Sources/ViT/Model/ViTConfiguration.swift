// The hyperparameters of a Vision Transformer, and every variant that a checkpoint may need.

/// The architecture and the preprocessing of a Vision Transformer (Dosovitskiy et al. 2021, section 3.1).
///
/// Pre-norm blocks. Everything that differs between families and libraries is a field here, never a constant in the
/// code.
public struct ViTConfiguration: Sendable, Equatable {
    /// What the classification head reads after the last block.
    public enum Pooling: String, Sendable, Codable {
        /// The class token, after the final LayerNorm (torchvision's `VisionTransformer.forward`).
        case classToken
        /// The mean over the patch tokens of the final LayerNorm's output (timm's `global_pool="avg"`, `fc_norm=False`).
        case patchMean
        /// The final LayerNorm of the patch tokens' mean (timm's `global_pool="avg"` with `fc_norm`).
        case patchMeanThenNorm
        /// The class token, and after it the mean over the patch tokens, of the final LayerNorm's output (the classifiers
        /// of DINOv2; Oquab et al. 2023, section 7.1).
        case classTokenAndPatchMean
        /// A learned query's attention to all tokens of the final LayerNorm's output, and an MLP (SigLIP; Zhai et al.
        /// 2022, section 3.3). See `AttentionPoolParameters`.
        case attention
    }

    /// What `heads.head` gives.
    public enum Output: String, Sendable, Codable {
        /// The logits of classes.
        case classes
        /// The projection into a space that images and texts share (CLIP's `image_embeds`), before it is normalised.
        case projection
        /// What attention pooling gives, without another layer (SigLIP's `pooler_output`).
        case pooled
    }

    /// Input height in pixels; a multiple of `patchSize`.
    public var imageHeight: Int
    /// Input width in pixels; a multiple of `patchSize`.
    public var imageWidth: Int
    /// Side of a square patch in pixels.
    public var patchSize: Int
    /// Number of encoder blocks.
    public var blockCount: Int
    /// Attention heads per block; divides `width`.
    public var headCount: Int
    /// Channels of the residual stream (torchvision's `hidden_dim`).
    public var width: Int
    /// Channels of an MLP's hidden layer (torchvision's `mlp_dim`).
    public var mlpWidth: Int
    /// Channels of `heads.head`: the number of classes, if `output` is `classes`; 0 for a backbone without a head.
    public var classCount: Int
    /// What `heads.head` gives.
    public var output = Output.classes
    /// Learned tokens before the patches: 1 for a class token, 2 with DeiT's distillation token, more with registers,
    /// 0 for none.
    public var prefixTokenCount: Int
    /// Whether the first prefix token is a class token; a model may have only registers.
    public var hasClassToken: Bool
    /// What the head reads.
    public var pooling: Pooling
    /// How many prefix tokens the head reads, concatenated, if it reads the class token: 1, or 2 for DeiT's two heads
    /// (Touvron et al. 2021, section 4). Their mean is one layer, (classes, 2·C), on the class and distillation tokens.
    public var headTokenCount: Int
    /// The MLP's nonlinearity.
    public var activation = Activation.gelu
    /// Whether the MLP multiplies the activated values of one layer by those of another (SwiGLU).
    public var hasGatedMLP = false
    /// Whether attention's and the MLP's outputs are scaled by channel before they are added to the residual stream
    /// (LayerScale; Touvron et al. 2021, CaiT, equation 8).
    public var hasLayerScale = false
    /// Whether a LayerNorm precedes the first block (CLIP).
    public var hasInputNorm = false
    /// Whether queries and keys are rotated by the patches' places (rotary positions; DINOv3).
    public var hasRotaryPositions = false
    /// How the position embeddings were resized, if the image size is not the checkpoint's.
    public var positionInterpolation = PositionInterpolation.alignedCorners
    /// ε of every LayerNorm: 1e-6 in torchvision and timm, 1e-12 in Hugging Face's ViT.
    public var layerNormEpsilon: Float
    /// Mean of each RGB channel, in units of 0…1, subtracted before the first layer.
    public var mean: [Float]
    /// Standard deviation of each RGB channel, in units of 0…1, divided by before the first layer.
    public var standardDeviation: [Float]
    /// The sets of directions that are read beside the model's own channels. They are no part of the model's files, nor
    /// of the configuration as it is written (`Codable`).
    public internal(set) var directions: [DirectionSet] = []

    /// ImageNet's channel means, which torchvision's published weights expect.
    public static let imageNetMean: [Float] = [0.485, 0.456, 0.406]
    /// ImageNet's channel standard deviations, which torchvision's published weights expect.
    public static let imageNetStandardDeviation: [Float] = [0.229, 0.224, 0.225]

    /// Patches along the height.
    public var patchRows: Int { imageHeight / patchSize }
    /// Patches along the width.
    public var patchColumns: Int { imageWidth / patchSize }
    /// Patch tokens of an image.
    public var patchCount: Int { patchRows * patchColumns }
    /// All tokens of an image, prefix tokens first.
    public var tokenCount: Int { prefixTokenCount + patchCount }
    /// Channels of one attention head.
    public var headSize: Int { width / headCount }
    /// Channels of LayerScale's outputs; 0 in a model without it.
    public var layerScaleWidth: Int { hasLayerScale ? width : 0 }
    /// Outputs of the MLP's first layer: in a gated MLP, the gates and then the factors.
    public var mlpInputWidth: Int { hasGatedMLP ? 2 * mlpWidth : mlpWidth }
    /// Number of values that the head reads.
    public var featureCount: Int {
        switch pooling {
        case .classToken: headTokenCount * width
        case .classTokenAndPatchMean: 2 * width
        case .patchMean, .patchMeanThenNorm, .attention: width
        }
    }

    /// A configuration; the defaults are torchvision's. By default, a model with prefix tokens has a class token.
    public init(
        imageHeight: Int, imageWidth: Int, patchSize: Int, blockCount: Int, headCount: Int, width: Int, mlpWidth: Int,
        classCount: Int, prefixTokenCount: Int = 1, hasClassToken: Bool? = nil, pooling: Pooling = .classToken,
        headTokenCount: Int = 1, layerNormEpsilon: Float = 1e-6,
        mean: [Float] = Self.imageNetMean, standardDeviation: [Float] = Self.imageNetStandardDeviation
    ) {
        self.imageHeight = imageHeight
        self.imageWidth = imageWidth
        self.patchSize = patchSize
        self.blockCount = blockCount
        self.headCount = headCount
        self.width = width
        self.mlpWidth = mlpWidth
        self.classCount = classCount
        self.prefixTokenCount = prefixTokenCount
        self.hasClassToken = hasClassToken ?? (prefixTokenCount > 0)
        self.pooling = pooling
        self.headTokenCount = headTokenCount
        self.layerNormEpsilon = layerNormEpsilon
        self.mean = mean
        self.standardDeviation = standardDeviation
    }
}

// The families of models, at a size that a scalar reference can compute.

import ViT

extension ViTConfiguration {
    /// One of each pooling, and of each family that differs from torchvision's model: two blocks, 8 × 12 pixels.
    package static let smallFamilies: [ViTConfiguration] = [
        small(.classToken), small(.classToken, prefix: 2, headTokens: 2), small(.patchMean, prefix: 3),
        small(.patchMeanThenNorm, prefix: 0),
        // DINOv2 and its giant, with registers; CLIP; SigLIP; DINOv3.
        small(.classTokenAndPatchMean) { $0.hasLayerScale = true },
        small(.classToken, prefix: 3) {
            $0.hasLayerScale = true
            $0.hasGatedMLP = true
            $0.activation = .silu
        },
        small(.classToken) {
            $0.hasInputNorm = true
            $0.activation = .quickGELU
            $0.output = .projection
        },
        small(.attention, prefix: 0) {
            $0.activation = .tanhGELU
            $0.output = .pooled
            $0.classCount = $0.width
        },
        small(.classToken, prefix: 2) {
            $0.hasLayerScale = true
            $0.hasRotaryPositions = true
        },
    ]

    private static func small(
        _ pooling: ViTConfiguration.Pooling, prefix: Int = 1, headTokens: Int = 1,
        _ change: (inout ViTConfiguration) -> Void = { _ in }
    ) -> ViTConfiguration {
        var configuration = ViTConfiguration(
            imageHeight: 8, imageWidth: 12, patchSize: 4, blockCount: 2, headCount: 2, width: 12, mlpWidth: 20,
            classCount: 5, prefixTokenCount: prefix, pooling: pooling, headTokenCount: headTokens)
        change(&configuration)
        return configuration
    }
}

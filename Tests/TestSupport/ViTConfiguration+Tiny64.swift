// The embedded model's configuration.

@testable import ViT

extension ViTConfiguration {
    /// The embedded model's.
    static let tiny64 = ViTConfiguration(
        imageHeight: 64, imageWidth: 64, patchSize: 8, blockCount: 6, headCount: 4, width: 128, mlpWidth: 512,
        classCount: 50)
}

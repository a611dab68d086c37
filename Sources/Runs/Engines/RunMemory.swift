// How many workers and images fit in memory.

import Support
import ViT

/// The memory of runs on the CPU: each worker has its own buffers, and all share the weights.
///
/// The results do not depend on the number of workers or images.
package struct RunMemory: Sendable, Equatable {
    /// Number of workers.
    package let workers: Int
    /// Images that each computes side by side.
    package let images: Int
    /// Bytes that all of it takes, about. More than the limit if even one worker with one image does not fit.
    package let bytes: Double

    /// The part of the memory that runs may take. The rest is for pictures, scores and other programs.
    private static let share = 0.75
    /// The model as trained, and two controls.
    private static let models = 3.0
    /// A worker's buffers by those of a pass over its images: the parameters, their moments, and a pass without
    /// gradients that reads the finished pictures. Measured: 1.25 to 1.35.
    private static let overhead = 1.35

    /// As many workers as fit, of those that are wanted, and then as many images as fit: 8 images are as fast as more,
    /// 4 are a few per cent slower, and a worker less is slower by its share.
    ///
    /// - Parameters:
    ///   - limit: bytes that this process may use.
    init(_ model: ViTConfiguration, workers: Int, images: Int, limit: Double) {
        let weights = model.blockMemory * Self.models
        let image = model.imageMemory * Self.overhead
        let room = limit * Self.share - weights
        let workers = max(1, min(workers, Int(max(0, room / image))))
        let images = max(1, min(images, Int(max(0, room / image)) / workers))
        self.workers = workers
        self.images = images
        bytes = weights + Double(workers * images) * image
    }
}

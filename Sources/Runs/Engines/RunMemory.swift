// How many workers and images fit in memory.

import Foundation
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
    /// Bytes of the program without a model: measured, 50 MB.
    private static let program = 5e7
    /// A worker's buffers by those of a pass over its images: the parameters, their moments, and a pass without
    /// gradients that reads the finished pictures. Measured by what a second worker adds: 1.27 for DINOv2-small at 224
    /// pixels, 1.6 for the embedded model, whose rows are padded more.
    private static let overhead = 1.3

    /// As many workers as fit, of those that are wanted, and then as many images as fit.
    ///
    /// - Parameters:
    ///   - limit: bytes that this process may use.
    init(_ model: ViTConfiguration, workers: Int, images: Int, limit: Double) {
        let fixed = Self.program + model.blockMemory * Self.models
        let image = model.imageMemory * Self.overhead
        let room = limit * Self.share - fixed
        let workers = max(1, min(workers, Int(max(0, room / image))))
        let images = max(1, min(images, Int(max(0, room / image)) / workers))
        self.workers = workers
        self.images = images
        bytes = fixed + Double(workers * images) * image
    }

    /// `about 1.7 GB of memory`
    var text: String {
        let tens = Int((bytes / 1e7).rounded())
        return "about " + (tens < 100 ? "\(10 * tens) MB" : String(format: "%.1f GB", bytes / 1e9)) + " of memory"
    }
}

// The CPU as a device: OpenBLAS for matrix products, and vector functions for the rest.

import Foundation

/// The CPU. Each worker is single-threaded and has its own buffers; weights are shared and read-only.
public struct CPUDevice: Device {
    /// `CPU`.
    public let name = "CPU"
    /// The kernel that OpenBLAS chose, e.g. `Haswell` or `SkylakeX`.
    public let kind = BLAS.kernelName
    /// OpenBLAS's version.
    public let version = BLAS.version
    /// Single precision.
    public let precision = Precision.float32
    /// One worker per core: the cores that Slurm gave this task (`SLURM_CPUS_PER_TASK`), otherwise all that this
    /// process may use.
    public let workers: Int
    /// Enough images to make the matrix products tall, and few enough that the buffers fit in memory.
    public let batchSize = 8

    /// This machine's CPU.
    public init() {
        self.init(
            environment: ProcessInfo.processInfo.environment, cores: ProcessInfo.processInfo.activeProcessorCount)
    }

    init(environment: [String: String], cores: Int) {
        let assigned = environment["SLURM_CPUS_PER_TASK"].flatMap { Int($0) } ?? 0
        workers = assigned > 0 ? assigned : max(1, cores)
    }

    /// Allocates buffers for `capacity` runs with their copies, from parameters to images and through the model.
    public func makeOptimiser(
        model: ViT, address: Address, tokens: TokenSelection, method: Method, attention: AttentionMode, capacity: Int
    ) -> any BatchOptimiser {
        CPUBatchOptimiser(
            model: model, address: address, tokens: tokens, method: method, attention: attention, capacity: capacity)
    }

    /// Allocates buffers for passes of `capacity` pictures to the address. Those for passes to the end of the encoder
    /// are allocated for the first embedding.
    public func makeReader(
        model: ViT, address: Address, tokens: TokenSelection, attention: AttentionMode, capacity: Int
    ) -> any PictureReader {
        CPUPictureReader(model: model, address: address, tokens: tokens, attention: attention, capacity: capacity)
    }

    /// Allocates buffers for passes of `capacity` pictures to the last of the places.
    public func makePlacesReader(model: ViT, places: [ReadingPlace], capacity: Int) -> any PlacesReader {
        CPUPlacesReader(model: model, places: places, capacity: capacity)
    }
}

// The first device: this machine's CPU, with OpenBLAS for products and vector functions for the rest.

import Foundation

/// The CPU. Each worker is single-threaded and has its own buffers; weights are shared and read-only.
public struct CPUDevice: Device {
    /// `CPU`.
    public let name = "CPU"
    /// The kernel that OpenBLAS chose, e.g. `Haswell` or `SkylakeX`.
    public let kind = BLAS.kernelName
    /// OpenBLAS's version.
    public let version = BLAS.version
    /// A worker a core: what Slurm gave this task (`SLURM_CPUS_PER_TASK`), or else every core that this process may use.
    public let workers: Int
    /// Enough images to make the matrix products tall, few enough that buffers stay in memory.
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

    /// Buffers for `capacity` runs with their copies, from parameters to images and through the model.
    public func makeOptimiser(
        model: ViT, address: Address, tokens: TokenSelection, method: Method, attention: AttentionMode, capacity: Int
    ) -> any BatchOptimiser {
        CPUBatchOptimiser(
            model: model, address: address, tokens: tokens, method: method, attention: attention, capacity: capacity)
    }

    /// Buffers for `capacity` pictures on their way to the address; the first embedding makes those of the way to the
    /// end of the encoder.
    public func makeReader(
        model: ViT, address: Address, tokens: TokenSelection, capacity: Int
    ) -> any PictureReader {
        CPUPictureReader(model: model, address: address, tokens: tokens, capacity: capacity)
    }
}

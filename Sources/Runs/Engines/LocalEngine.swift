// Makes runs on this machine: one worker per core, each in its own thread.

import Foundation
import Support
import ViT

/// Workers that take batches from a queue and store each batch's runs as soon as they are made.
///
/// The threads are not part of Swift's cooperative pool, because long computations would block it.
package struct LocalEngine: Engine {
    /// Number of workers.
    package let workerCount: Int
    /// Reads photographs.
    private var reader: any Device = LocalDevice.device
    /// Number of workers that read photographs; nil for the device's number.
    var readerCount: Int?
    /// A worker computes at most this many images side by side: runs, or copies if the method makes several per run.
    let batchSize: Int
    /// Stores a run; called from the workers' threads.
    let save: @Sendable (RunRecord) throws -> Void
    /// Makes one worker's maker, on that worker's thread.
    let makeMaker: @Sendable (_ worker: Int) throws -> any RunMaker
    /// What the workers compute with, in words.
    private var deviceName = "this machine"
    package private(set) var kind: String?
    package var interruptMessage = "stopping after this step; press Ctrl-C again to stop now."
    package var stopMessage = "Finished runs are kept: `atlasgen build` continues from there."

    package init(
        workerCount: Int, batchSize: Int, save: @escaping @Sendable (RunRecord) throws -> Void,
        makeMaker: @escaping @Sendable (_ worker: Int) throws -> any RunMaker
    ) {
        self.workerCount = workerCount
        self.batchSize = batchSize
        self.save = save
        self.makeMaker = makeMaker
    }

    /// The engine for a model and its controls.
    ///
    /// - Parameters:
    ///   - references: the pictures of frozen attention by their digest.
    ///   - device: the device that computes.
    ///   - workers: number of workers; nil for the device's number.
    ///   - memoryLimit: bytes that this process may use.
    ///   - filmSteps: as for `VisualiserMaker`.
    package init(
        model: ViT, references: [String: FloatBuffer], device: any Device = LocalDevice.device, workers: Int? = nil,
        memoryLimit: Double = MemoryLimit.bytes, filmSteps: @escaping @Sendable (Recipe) -> [Int] = { _ in [] },
        save: @escaping @Sendable (RunRecord) throws -> Void
    ) {
        let source = RecipeModels(model: model, references: references).source
        // An accelerator's plugin tells when its own memory does not suffice.
        let memory =
            device is CPUDevice
            ? RunMemory(
                model.configuration, workers: workers ?? device.workers, images: device.batchSize, limit: memoryLimit)
            : nil
        let batchSize = memory?.images ?? device.batchSize
        self.init(workerCount: memory?.workers ?? workers ?? device.workers, batchSize: batchSize, save: save) { _ in
            VisualiserMaker(source, device: device, capacity: batchSize, filmSteps: filmSteps)
        }
        reader = device
        readerCount = workers
        kind = device.kind
        deviceName = memory.map { "the CPU (\(device.kind)), \($0.text)" } ?? device.kind
    }

    /// The engine of a project, which keeps its runs in `store`.
    ///
    /// - Parameter workers: number of workers; nil for the device's number.
    package init(of project: Project, store: Store, device: any Device, workers: Int?) {
        self.init(
            model: project.model.model, references: project.references, device: device, workers: workers,
            filmSteps: project.filmSteps(of:), save: store.save)
    }

    package var advice: String? {
        "Ctrl-C stops it, and the same command goes on from there. `--dry-run` tells the time of each layer; `--device` and "
            + "`--engine slurm` make the runs on an accelerator or a cluster."
    }
    package var means: String { "\(workerCount == 1 ? "1 worker" : "\(workerCount) workers") on \(deviceName)" }

    /// Bytes of a worker's stack, as large as the main thread's.
    private static let stackSize = 8 << 20

    /// Makes all `recipes` and returns when they are stored, when `signal` stops them, or when one fails. Runs that
    /// were finished are stored in every case. Recipes of one kind and neuron are made in their order.
    ///
    /// - Throws: the first error of a worker.
    package func make(
        _ recipes: [Recipe], of plan: Plan, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary {
        guard !recipes.isEmpty else { return EngineSummary() }
        let count = min(workerCount, recipes.count)
        let workers = Workers(
            engine: self, queue: WorkQueue(recipes, workerCount: count, batchSize: batchSize), signal: signal,
            working: count, onEvent: onEvent)
        let made: Int = try await withCheckedThrowingContinuation { continuation in
            for worker in 0..<count {
                let thread = Thread {
                    workers.work(worker)
                    if let result = workers.finish() { continuation.resume(with: result) }
                }
                thread.stackSize = Self.stackSize
                thread.name = "atlasgen worker \(worker)"
                thread.start()
            }
        }
        return EngineSummary(made: made, wasStopped: made < recipes.count)
    }
}

extension LocalEngine {
    /// Reads on all workers.
    package func read(
        _ plan: Plan, share shard: Shard?, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary {
        guard let scan = plan.scan else { return EngineSummary() }
        let made = try await PhotographScanner(scan, device: reader, workers: readerCount).make(shard, until: signal) {
            onEvent(.read($0))
        }
        return EngineSummary(made: made, wasStopped: try signal.isStopping && scan.missingCount(of: shard) > 0)
    }
}

/// The state that the workers of one call share.
///
/// Unchecked Sendable: the counters are read and written under the lock.
private final class Workers: @unchecked Sendable {
    private let engine: LocalEngine
    private let queue: WorkQueue
    private let signal: StopSignal
    private let onEvent: @Sendable (EngineEvent) -> Void
    private let lock = NSLock()
    private var working: Int
    private var made = 0
    private var failure: (any Error)?

    init(
        engine: LocalEngine, queue: WorkQueue, signal: StopSignal, working: Int,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) {
        self.engine = engine
        self.queue = queue
        self.signal = signal
        self.working = working
        self.onEvent = onEvent
    }

    /// Whether the workers are to stop: on request, or because one of them failed.
    private var isStopping: Bool { signal.isStopping || lock.withLock { failure != nil } }

    /// Makes batches until the queue is empty or the work stops.
    func work(_ worker: Int) {
        do {
            let maker = try engine.makeMaker(worker)
            while !isStopping, let batch = queue.next() {
                let records = try maker.make(
                    batch, shouldStop: { isStopping },
                    onStep: { step in
                        onEvent(.step(worker: worker, recipe: batch[0], runs: batch.count, step: step))
                    })
                guard let records else { return }
                for record in records {
                    try engine.save(record)
                    lock.withLock { made += 1 }
                }
                onEvent(.stored(records.map(\.header), worker: worker))
            }
        } catch {
            lock.withLock { if failure == nil { failure = error } }
        }
    }

    /// Called when a worker ends; returns the result to the last one.
    func finish() -> Result<Int, any Error>? {
        lock.withLock {
            working -= 1
            guard working == 0 else { return nil }
            return failure.map { .failure($0) } ?? .success(made)
        }
    }
}

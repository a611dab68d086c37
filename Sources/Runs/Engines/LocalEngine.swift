// Makes runs on this machine: one worker a core, each a thread of its own.

import Foundation
import ViT

/// Workers that take batches from a queue and store each batch's runs as soon as they are made.
///
/// The threads are outside Swift's cooperative pool, which long computations must not occupy.
package struct LocalEngine: Engine {
    /// Number of workers.
    let workerCount: Int
    /// Images that a worker computes side by side, at most: runs, or their copies where a method has several.
    let batchSize: Int
    /// Stores a run; called from the workers' threads.
    let save: @Sendable (RunRecord) throws -> Void
    /// Makes one worker's maker, on that worker's thread.
    let makeMaker: @Sendable (_ worker: Int) throws -> any RunMaker
    package var wordsAtInterrupt = "stopping after this step; once more to stop now."
    package var wordsAfterStop = "What is done is kept: `atlasgen build` goes on from there."

    package init(
        workerCount: Int, batchSize: Int, save: @escaping @Sendable (RunRecord) throws -> Void,
        makeMaker: @escaping @Sendable (_ worker: Int) throws -> any RunMaker
    ) {
        self.workerCount = workerCount
        self.batchSize = batchSize
        self.save = save
        self.makeMaker = makeMaker
    }

    /// The engine of one model and its shuffles.
    ///
    /// - Parameters:
    ///   - references: the pictures of frozen attention by their digest.
    ///   - device: what does the arithmetic.
    ///   - workers: number of workers; nil for the device's.
    package init(
        model: ViT, references: [String: FloatBuffer], device: any Device = CPUDevice(), workers: Int? = nil,
        save: @escaping @Sendable (RunRecord) throws -> Void
    ) {
        let source = RecipeModels(model: model, references: references).source
        self.init(workerCount: workers ?? device.workers, batchSize: device.batchSize, save: save) { _ in
            VisualiserMaker(source, device: device)
        }
    }

    /// Makes engines of this machine.
    package static func maker(workers: Int?) -> EngineMaker {
        { project, store in
            LocalEngine(
                model: project.model.model, references: project.references, workers: workers, save: store.save)
        }
    }

    /// Bytes of a worker's stack: as the main thread's.
    private static let stackSize = 8 << 20

    /// Makes all `recipes`, those of one kind and neuron in their order, and returns when they are stored, when
    /// `signal` stops them, or when one fails: then what was finished is stored.
    ///
    /// - Throws: the first error of a worker.
    package func make(
        _ recipes: [Recipe], of plan: Plan, until signal: StopSignal,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws -> EngineSummary {
        guard !recipes.isEmpty else { return EngineSummary() }
        let count = min(workerCount, recipes.count)
        let crew = Crew(
            engine: self, queue: WorkQueue(recipes, workerCount: count, batchSize: batchSize), signal: signal,
            working: count, onEvent: onEvent)
        let made: Int = try await withCheckedThrowingContinuation { continuation in
            for worker in 0..<count {
                let thread = Thread {
                    crew.work(worker)
                    if let result = crew.leave() { continuation.resume(with: result) }
                }
                thread.stackSize = Self.stackSize
                thread.name = "atlasgen worker \(worker)"
                thread.start()
            }
        }
        return EngineSummary(made: made, wasStopped: made < recipes.count)
    }
}

/// The workers of one call, and what they share.
///
/// Unchecked Sendable: the counters are read and written under the lock.
private final class Crew: @unchecked Sendable {
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

    /// One worker's life.
    func work(_ worker: Int) {
        do {
            let maker = try engine.makeMaker(worker)
            while !isStopping, let batch = queue.next() {
                let records = try maker.make(
                    batch, shouldStop: { isStopping },
                    onStep: { step in
                        onEvent(.step(worker: worker, runs: batch.count, step: step))
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

    /// A worker ends; the last one gets the result.
    func leave() -> Result<Int, any Error>? {
        lock.withLock {
            working -= 1
            guard working == 0 else { return nil }
            return failure.map { .failure($0) } ?? .success(made)
        }
    }
}

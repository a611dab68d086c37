// Reads many pictures on a device while the CPU's cores prepare them.

import Foundation
import Support
import Synchronization
import ViT

extension Device {
    /// The pictures of a worker's batch, or why there are none, in order. The CPU's cores prepare them, where they compute
    /// nothing else.
    ///
    /// - Parameters:
    ///   - workers: number of workers that read at the same time, and share the cores.
    ///   - prepare: decodes or draws a picture; called from several threads.
    func prepared(
        _ batch: Range<Int>, workers: Int, _ prepare: @Sendable (Int) throws -> FloatBuffer
    ) -> [Result<FloatBuffer, any Error>] {
        let threads = self is CPUDevice ? 1 : min(batch.count, max(1, LocalDevice.device.workers / workers))
        let parts = concurrently(threads) { thread in
            stride(from: batch.lowerBound + thread, to: batch.upperBound, by: threads).map { index in
                Result { try prepare(index) }
            }
        }
        return (0..<batch.count).map { parts[$0 % threads][$0 / threads] }
    }

    /// What `read` gives for each of `count` pictures, in order. All workers read, in batches of at most the device's size.
    ///
    /// - Parameters:
    ///   - prepare: makes a picture, (3, height, width); called from several threads.
    ///   - makeReader: makes one worker's reader, for batches of `capacity` pictures.
    ///   - read: what the reader says of a batch, a value for each picture.
    /// - Throws: the first error, in the order of workers.
    package func readings<Reader, Reading: Sendable>(
        of count: Int, prepare: @Sendable (Int) throws -> FloatBuffer,
        makeReader: @Sendable (_ capacity: Int) throws -> Reader,
        read: @Sendable (Reader, [FloatBuffer], _ batch: Range<Int>) throws -> [Reading]
    ) throws -> [Reading] {
        guard count > 0 else { return [] }
        // Before the first thread multiplies matrices.
        BLAS.useOneThread()
        let workers = min(workers, count)
        let capacity = min(batchSize, (count + workers - 1) / workers)
        let batches = stride(from: 0, to: count, by: capacity).map { $0..<min(count, $0 + capacity) }
        // Whichever worker is free takes the next batch.
        let queue = Mutex(batches.indices)
        let parts: [Result<[(batch: Int, readings: [Reading])], any Error>] = concurrently(workers) { _ in
            Result {
                var reader: Reader?
                var parts: [(batch: Int, readings: [Reading])] = []
                do {
                    while let next = queue.withLock({ $0.popFirst() }) {
                        let own = try reader ?? makeReader(capacity)
                        reader = own
                        let pictures = try prepared(batches[next], workers: workers, prepare).map { try $0.get() }
                        parts.append((next, try read(own, pictures, batches[next])))
                    }
                } catch {
                    // The others finish their batches.
                    queue.withLock { $0 = 0..<0 }
                    throw error
                }
                return parts
            }
        }
        var readings = [[Reading]](repeating: [], count: batches.count)
        for part in parts {
            for (batch, values) in try part.get() { readings[batch] = values }
        }
        return Array(readings.joined())
    }
}

// Reads the photographs that the store lacks: one worker per core or device, each in its own thread.

import Foundation
import Render
import Support
import Synchronization
import ViT

/// Makes the shards of a scan.
package struct PhotographScanner: Sendable {
    let scan: PhotographScan
    let device: any Device
    let workerCount: Int

    /// - Parameter workers: number of workers; nil for the device's number.
    package init(_ scan: PhotographScan, device: any Device = LocalDevice.device, workers: Int? = nil) {
        self.scan = scan
        self.device = device
        workerCount = workers ?? device.workers
    }

    /// Reads what the store lacks, and returns when all of it is stored or `signal` stops it. What was read is stored in
    /// either case.
    ///
    /// - Parameters:
    ///   - shard: only this share of the photographs; nil for all.
    ///   - onRead: called with the number of photographs that were read, from several threads.
    /// - Returns: the number of photographs that were read.
    package func make(
        _ shard: Shard? = nil, until signal: StopSignal, onRead: @escaping @Sendable (Int) -> Void
    ) async throws -> Int {
        let units = try scan.missing(of: shard)
        guard !units.isEmpty else { return 0 }
        // Whichever worker is free takes the next unit.
        let queue = Mutex(units[...])
        let failed = StopSignal()
        let results = await withCheckedContinuation { continuation in
            // Not in Swift's cooperative pool, because long computations would block it.
            let thread = Thread {
                let results = concurrently(min(workerCount, units.count)) { _ in
                    Result {
                        var count = 0
                        while !signal.isStopping, !failed.isStopping, let unit = queue.withLock({ $0.popFirst() }) {
                            do {
                                count += try read(unit, until: signal, onRead: onRead)
                            } catch {
                                failed.stop()
                                throw error
                            }
                        }
                        return count
                    }
                }
                continuation.resume(returning: results)
            }
            thread.stackSize = Self.stackSize
            thread.start()
        }
        return try results.reduce(0) { $0 + (try $1.get()) }
    }

    /// Bytes of the stack of the thread that waits for the workers, and is one of them.
    private static let stackSize = 8 << 20

    /// Reads one unit's photographs, or those before `signal` stops it, and stores them.
    private func read(
        _ unit: PhotographScan.Unit, until signal: StopSignal, onRead: (Int) -> Void
    ) throws -> Int {
        let configuration = scan.model.configuration
        // A unit may be one photograph, and buffers for a whole batch cost more than it.
        let capacity = min(device.batchSize, unit.photographs.count)
        let reader = try device.makePlacesReader(model: scan.model, places: unit.places, capacity: capacity)
        var readings: [(digest: String, places: [PlaceReading])] = []
        var unreadable: [String: String] = [:]
        var rest = unit.photographs[...]
        while !rest.isEmpty, !signal.isStopping {
            let batch = rest.prefix(capacity)
            rest = rest.dropFirst(capacity)
            var images: [(digest: String, planes: FloatBuffer)] = []
            let decoded = device.prepared(batch.indices, workers: workerCount) { try scan.image(of: batch[$0]).planes }
            for (photograph, image) in zip(batch, decoded) {
                do {
                    images.append((photograph.digest, try image.get()))
                } catch let error as RenderError {
                    unreadable[photograph.digest] = Self.reason(error, of: photograph)
                }
            }
            for (image, places) in zip(images, try reader.read(images.map(\.planes))) {
                if places.allSatisfy({ $0.activations.allSatisfy(\.isFinite) && $0.peaks.allSatisfy(\.isFinite) }) {
                    readings.append((image.digest, places))
                } else {
                    unreadable[image.digest] = "the model's activations on it are not finite"
                }
            }
            onRead(batch.count)
        }
        guard !readings.isEmpty || !unreadable.isEmpty else { return 0 }
        for (index, place) in unit.places.enumerated() {
            let shard = PhotographShard(
                place: scan.text(of: place), kernel: device.kind,
                neurons: place.tokens.neuronCount(at: place.address, in: configuration),
                hasPatches: place.hasPatches(in: configuration),
                readings.map { ($0.digest, $0.places[index]) }, unreadable: unreadable)
            try scan.store.save(shard, in: scan.shardFolder(of: place))
        }
        return readings.count + unreadable.count
    }

    /// What is wrong with a photograph, without its name: equal files at other paths are equally wrong.
    private static func reason(_ error: RenderError, of photograph: Photograph) -> String {
        let text = error.description
        let name = "\(photograph.path): "
        return text.hasPrefix(name) ? String(text.dropFirst(name.count)) : text
    }
}

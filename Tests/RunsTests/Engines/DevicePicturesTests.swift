// Many pictures on a device: every picture once, in order, and the first error ends it.

import Foundation
import Synchronization
import Testing
import ViT

@testable import Runs

@Suite struct DevicePicturesTests {
    private struct Failure: Error {}

    @Test(arguments: [0, 1, 2, 7, 16, 17, 100]) func everyPictureIsReadOnceAndInOrder(count: Int) throws {
        let device = LocalDevice.device
        let capacities = Mutex<[Int]>([])
        let readings = try device.readings(of: count) { index in
            FloatBuffer([Float(index)])
        } makeReader: { capacity in
            capacities.withLock { $0.append(capacity) }
            return capacity
        } read: { capacity, pictures, batch in
            #expect(pictures.count == batch.count && pictures.count <= capacity)
            return zip(pictures, batch).map { picture, index in [Int(picture.pointer[0]), index] }
        }
        #expect(readings == (0..<count).map { [$0, $0] })
        let made = capacities.withLock { $0 }
        #expect(made.count <= device.workers && made.allSatisfy { (1...device.batchSize).contains($0) })
        #expect(made.isEmpty == (count == 0))
    }

    @Test(arguments: ["prepare", "makeReader", "read"]) func anErrorEndsIt(place: String) {
        let count = Mutex(0)
        let hasFailed = Mutex(false)
        /// Fails once, so that another worker would read all the rest.
        @Sendable func fail(at other: String) throws {
            guard place == other else { return }
            let isFirst = hasFailed.withLock { hasFailed in
                defer { hasFailed = true }
                return !hasFailed
            }
            if isFirst { throw Failure() }
        }
        #expect(throws: Failure.self) {
            try LocalDevice.device.readings(of: 10_000) { _ in
                try fail(at: "prepare")
                return FloatBuffer(count: 1)
            } makeReader: { _ in
                try fail(at: "makeReader")
            } read: { _, pictures, _ in
                count.withLock { $0 += pictures.count }
                try fail(at: "read")
                // All batches would take more than a second.
                usleep(1000)
                return pictures.map { _ in 0 }
            }
        }
        #expect(count.withLock { $0 } < 9_000)
    }

    @Test func aDeviceIsOpenedOnceAndNotBefore() throws {
        let calls = Mutex(0)
        let device = SharedDevice {
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            if call == 1 { throw Failure() }
            return LocalDevice.device
        }
        #expect(calls.withLock { $0 } == 0)
        #expect(throws: Failure.self) { try device() }
        for _ in 0..<3 { #expect(try device().kind == LocalDevice.device.kind) }
        #expect(calls.withLock { $0 } == 2)
    }
}

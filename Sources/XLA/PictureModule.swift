// A module that reads pictures: any number of them, in batches of one size.

import PJRT
import StableHLO
import ViT

/// One worker's module for batches of pictures. Where the device has too little memory for a batch, the batches become half
/// as large.
final class PictureModule {
    private let accelerator: Accelerator
    private let share: DeviceShare
    private let size: PictureSize
    private let reference: Buffer?
    private let write: (_ batchSize: Int) -> WrittenModule
    private var batchSize: Int
    private var module: LoadedModule

    /// - Parameters:
    ///   - attention: where it is frozen, the module's second input is the picture whose patterns are replayed.
    ///   - write: writes the module for batches of a size. Its first input is the pictures: (size, 3, height, width).
    init(
        size: PictureSize, batchSize: Int, attention: AttentionMode = .live, on share: DeviceShare,
        of accelerator: Accelerator, write: @escaping (_ batchSize: Int) -> WrittenModule
    ) throws {
        self.accelerator = accelerator
        self.share = share
        self.size = size
        self.write = write
        reference = try accelerator.reference(of: attention, size: size, on: share.index)
        (self.batchSize, module) = try Self.load(
            min(batchSize, accelerator.batchLimit), write, on: share, of: accelerator)
    }

    /// The module for batches of this size, or for smaller ones if the device has too little memory.
    private static func load(
        _ batchSize: Int, _ write: (Int) -> WrittenModule, on share: DeviceShare, of accelerator: Accelerator
    ) throws -> (Int, LoadedModule) {
        var batchSize = max(1, batchSize)
        while true {
            do {
                return (batchSize, try LoadedModule(write(batchSize), on: share.index, of: accelerator))
            } catch let error as PJRTError where error.kind == .outOfMemory && batchSize > 1 {
                batchSize /= 2
                accelerator.limitBatches(to: batchSize)
            }
        }
    }

    /// What each picture gives.
    ///
    /// - Parameters:
    ///   - pictures: (3, height, width) each.
    ///   - inputs: the module's further inputs for these pictures, which fill the first slots of a batch of a size.
    ///   - decode: what the outputs say of these pictures.
    func read<Reading>(
        _ pictures: [FloatBuffer], inputs: (Range<Int>, _ batchSize: Int) throws -> [Buffer] = { _, _ in [] },
        decode: (_ outputs: [Buffer], Range<Int>, _ batchSize: Int) throws -> [Reading]
    ) throws -> [Reading] {
        var readings: [Reading] = []
        while readings.count < pictures.count {
            do {
                let batch = readings.count..<min(pictures.count, readings.count + batchSize)
                let given = [try buffer(of: pictures[batch])] + (reference.map { [$0] } ?? [])
                readings += try decode(try module(given + inputs(batch, batchSize)), batch, batchSize)
            } catch let error as PJRTError where error.kind == .outOfMemory && batchSize > 1 {
                accelerator.limitBatches(to: batchSize / 2)
                (batchSize, module) = try Self.load(batchSize / 2, write, on: share, of: accelerator)
            }
        }
        return readings
    }

    /// The pictures in the module's shape; black where there is none.
    private func buffer(of pictures: ArraySlice<FloatBuffer>) throws -> Buffer {
        let count = 3 * size.count
        var images = [Float](repeating: 0, count: batchSize * count)
        for (slot, picture) in pictures.enumerated() {
            precondition(picture.count == count)
            images.replaceSubrange(slot * count..<(slot + 1) * count, with: picture.array)
        }
        return try accelerator.client.buffer(
            images, .float32, shape: [batchSize, 3, size.height, size.width],
            on: accelerator.client.devices[share.index])
    }
}

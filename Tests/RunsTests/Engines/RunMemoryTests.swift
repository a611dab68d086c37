// Workers and images by the memory that there is.

import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct RunMemoryTests {
    private let model = ViTConfiguration.tiny64

    private func memory(_ limit: Double, workers: Int = 4) -> RunMemory {
        RunMemory(model, workers: workers, images: 8, limit: limit)
    }

    @Test func enoughMemoryChangesNothing() {
        let memory = memory(64e9)
        #expect(memory.workers == 4 && memory.images == 8)
        #expect(memory.text.hasPrefix("about ") && memory.text.hasSuffix(" MB of memory"))
        #expect(memory.bytes > 3 * model.blockMemory + 32 * model.imageMemory && memory.bytes < 1e9)
    }

    @Test func imagesAreGivenUpBeforeWorkers() {
        let whole = memory(64e9)
        var last = whole
        var seen: Set<Int> = []
        for step in 0..<200 {
            let limit = whole.bytes / 0.75 * (1.01 - Double(step) / 200)
            let now = memory(limit)
            #expect(now.workers * now.images <= last.workers * last.images)
            #expect(now.images == 1 || now.workers == 4)
            #expect(now.bytes <= 0.75 * limit || (now.workers == 1 && now.images == 1))
            seen.insert(now.workers * now.images)
            last = now
        }
        #expect(seen.isSuperset(of: [32, 16, 4, 1]))
    }

    @Test func withoutMemoryOneImageIsTried() {
        #expect(memory(0) == memory(1))
        #expect(memory(0).workers == 1 && memory(0).images == 1)
    }

    @Test func anEngineKeepsToTheLimit() throws {
        let model = try LoadedModel(path: Installation.embeddedModel()).model
        let whole = LocalEngine(model: model, references: [:], workers: 2) { _ in }
        #expect(whole.workerCount == 2 && whole.batchSize == CPUDevice().batchSize)
        #expect(whole.means.hasPrefix("2 workers on the CPU (\(BLAS.kernelName)), about "))
        let small = LocalEngine(model: model, references: [:], workers: 2, memoryLimit: 1) { _ in }
        #expect(small.workerCount == 1 && small.batchSize == 1)
    }
}

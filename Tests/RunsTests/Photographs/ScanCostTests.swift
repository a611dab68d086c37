// What a scan takes beside its forward passes: printed, not judged, and only where it is asked for.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

struct ScanCostTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

    /// The photographs of the default atlas through a model, whose checkpoint `ATLASGEN_MEASURE` names, against the same
    /// forward passes over images that are decoded already; three rounds of both.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["ATLASGEN_MEASURE"]?.contains("/") == true))
    func aScanAgainstItsForwardPasses() async throws {
        let path = ProcessInfo.processInfo.environment["ATLASGEN_MEASURE"] ?? ""
        var overrides = CheckpointOverrides()
        overrides.imageSize = ImageSize(height: 224, width: 224)
        let model = try LoadedModel(path: path, overrides: overrides)
        let last = model.model.configuration.blockCount - 1
        let places = [ReadingPlace(address: .block(last, .mlp1), tokens: .patches)]
        let device = LocalDevice.device
        for round in 0..<3 {
            let folder = try TemporaryFolder()
            let store = try Store(folder: folder.path) { _ in }
            let scan = PhotographScan(
                try PhotographFolder(
                    Self.root.appending(path: "photographs").path, limit: nil, digests: PhotographDigests(in: store)),
                model: model.model, digest: model.digest, preparation: model.checkpoint.preparation, places: places,
                store: store)
            let photographs = scan.folder.photographs
            let clock = ContinuousClock()
            let whole = try await clock.measure {
                _ = try await PhotographScanner(scan).make(until: StopSignal()) { _ in }
            }
            let images = try photographs.map { try scan.image(of: $0).planes }
            BLAS.useOneThread()
            let passes = try clock.measure {
                let results = concurrently(device.workers) { worker in
                    Result {
                        let reader = try device.makePlacesReader(
                            model: model.model, places: places, capacity: device.batchSize)
                        let own = stride(from: worker, to: images.count, by: device.workers).map { images[$0] }
                        for start in stride(from: 0, to: own.count, by: device.batchSize) {
                            _ = try reader.read(Array(own[start..<min(start + device.batchSize, own.count)]))
                        }
                    }
                }
                for result in results { try result.get() }
            }
            let rate = { (duration: Duration) in Format.number(Double(photographs.count) / (duration / .seconds(1))) }
            print(
                "round \(round): \(rate(whole)) photographs a second; forward passes alone \(rate(passes)); ratio "
                    + Format.number(passes / whole))
        }
    }
}

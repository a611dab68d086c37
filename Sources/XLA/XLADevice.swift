// Accelerators as a device: StableHLO modules, run by a PJRT plugin.

import Foundation
import PJRT
import StableHLO
import Support
import ViT

/// All devices of one PJRT plugin.
package struct XLADevice: Device {
    /// The platform, e.g. `cuda`.
    package let name: String
    /// The kind of device, and the plugin's version, which a run's bytes depend on too.
    package let kind: String
    /// The plugin's version, in its own words.
    package let version: String
    /// One worker a device.
    package let workers: Int
    /// Images of a batch.
    package let batchSize: Int

    private let accelerator: Accelerator
    /// How exact the products of an optimisation are; pictures are read in single precision.
    package let precision: Precision

    /// Opens a plugin's devices.
    ///
    /// - Parameters:
    ///   - plugin: the file.
    ///   - store: where compiled modules are kept.
    /// - Throws: `AtlasError` if the file is no plugin, or finds no device.
    package init(plugin path: String, precision: Precision = .float32, store: ExecutableStore? = nil) throws {
        do {
            // XLA's own log shows errors only, unless the user asks for more.
            setenv("TF_CPP_MIN_LOG_LEVEL", "2", 0)
            NVIDIALibraries.load(beside: path)
            self.init(try Client(try Plugin(path: path)), precision: precision, store: store)
        } catch let error as PJRTError {
            throw AtlasError(.data, "\(error)")
        }
    }

    /// The devices of an open client.
    ///
    /// - Parameter batchSize: images of a batch; nil for what suits the platform.
    init(
        _ client: Client, precision: Precision = .float32, batchSize: Int? = nil, store: ExecutableStore? = nil
    ) {
        name = client.platform
        version = client.platformVersion
        let software = "\(Self.firstLine(of: client.platformVersion)), PJRT \(client.plugin.apiVersion)"
        kind = "\(client.devices[0].kind) (\(software))"
        workers = client.devices.count
        // On a GPU, larger batches are no faster. XLA's products on the CPU round the rows of a batch in more than one way,
        // so that a run would depend on its place.
        self.batchSize = batchSize ?? (client.platform == "cpu" ? 1 : 64)
        self.precision = precision
        accelerator = Accelerator(client: client, store: store)
    }

    /// Bytes of memory of the first device, if the plugin says so.
    package var memory: Int? { accelerator.client.memory(of: accelerator.client.devices[0]) }

    private static func firstLine(of text: String) -> String {
        text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    /// Makes an optimiser whose module always has the same number of runs, so that a run's bytes do not depend on how
    /// many others there are.
    package func makeOptimiser(
        model: ViT, address: Address, tokens: TokenSelection, method: Method, attention: AttentionMode, capacity: Int
    ) throws -> any BatchOptimiser {
        let augmentation = Augmentation(method: method, output: model.configuration.pictureSize)
        let shape = OptimiserShape(
            model: model, address: address, tokens: tokens, method: method, attention: attention,
            runs: max(1, min(batchSize, accelerator.batchLimit) / method.copies),
            steps: min(method.steps, augmentation.addsNoise ? Self.noisySteps : Self.steps),
            precision: precision.ofProducts(on: name))
        return try reportingFailures { try XLABatchOptimiser(shape, accelerator) }
    }

    /// Steps of one call: enough that calls cost nothing, and few enough that a stop takes effect soon.
    private static let steps = 16
    /// The same where the host sends noise for every step.
    private static let noisySteps = 4

    /// Makes a reader of the device's batch size.
    package func makeReader(
        model: ViT, address: Address, tokens: TokenSelection, attention: AttentionMode, capacity: Int
    ) throws -> any PictureReader {
        try reportingFailures {
            try XLAPictureReader(
                model: model, address: address, tokens: tokens, attention: attention, batchSize: batchSize,
                accelerator)
        }
    }

    /// Makes a reader of the device's batch size.
    package func makePlacesReader(model: ViT, places: [ReadingPlace], capacity: Int) throws -> any PlacesReader {
        try reportingFailures {
            try XLAPlacesReader(model: model, places: places, batchSize: batchSize, accelerator)
        }
    }
}

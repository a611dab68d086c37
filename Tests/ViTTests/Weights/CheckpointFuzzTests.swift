// Mutations of good files of each format: every one ends in a typed error or in a model that can be run, never in a
// trap or a hang.

import Foundation
import Reference
import Testing

@testable import ViT

struct CheckpointFuzzTests {
    /// Number of mutations of all files together; the environment variable ATLASGEN_FUZZ_COUNT sets another one.
    static let count = ProcessInfo.processInfo.environment["ATLASGEN_FUZZ_COUNT"].flatMap(Int.init) ?? 10_000

    /// Each file to mutate, and the folder's other files that it needs.
    static let files: [(name: String, companions: [String])] = [
        ("tv-i20-p10-h1.safetensors", []), ("timm-noclass.safetensors", []), ("timm-avg.pth", []),
        ("tv-views.pt", []), ("hf-backbone/pytorch_model.bin", ["config.json"]),
        (
            "hf-deit/model.safetensors.index.json",
            ["config.json", "preprocessor_config.json"] + (1...3).map { "model-0000\($0)-of-00003.safetensors" }
        ),
        ("hf-vit/config.json", ["model.safetensors", "preprocessor_config.json"]),
        ("dinov2-registers-meta.pth", []), ("clip-openai.pt", []), ("siglip-timm/model.safetensors", ["config.json"]),
        ("dinov3-hf/config.json", ["model.safetensors", "preprocessor_config.json"]),
        ("clip-open/open_clip_config.json", ["open_clip_model.safetensors"]),
    ]

    /// The most memory with which a mutation's model is run; the few larger models are only loaded.
    static let largestRun = 64e6

    @Test(arguments: files.indices) func everyMutationEndsInAnErrorOrAModel(_ index: Int) throws {
        let (name, companions) = Self.files[index]
        let folder = try TemporaryFolder()
        let original = URL(filePath: Fixture.path(name))
        for companion in companions {
            let source = original.deletingLastPathComponent().appending(path: companion)
            try FileManager.default.copyItem(at: source, to: folder.url.appending(path: companion))
        }
        let bytes = try [UInt8](Data(contentsOf: original))
        let places = Mutation.interestingPlaces(in: bytes)
        let overrides = CheckpointOverrides(headCount: 3, imageSize: ImageSize(height: 16, width: 24))
        let loadsFolder = name.hasSuffix("config.json")
        var models = 0
        for seed in 0...Self.count / Self.files.count {
            var generator = SampleGenerator(seed: seed << 8 | index)
            let mutated = Mutation.apply(to: bytes, near: places, using: &generator)
            let file = try folder.write(original.lastPathComponent, mutated)
            let path = loadsFolder ? folder.url.path(percentEncoded: false) : file
            do {
                let checkpoint = try Checkpoint.load(
                    path: path, overrides: seed.isMultiple(of: 2) ? overrides : .init())
                let configuration = checkpoint.configuration
                #expect(configuration.imageMemory <= CheckpointLoader.maximumImageMemory, "seed \(seed)")
                models += 1
                guard configuration.imageMemory <= Self.largestRun else { continue }
                let model = ViT(configuration: configuration, parameters: checkpoint.parameters)
                let repeats = Self.step(model) == Self.step(model)
                #expect(repeats, "seed \(seed): a step differs from itself")
            } catch let error as ViTError {
                #expect(!error.description.isEmpty)
            } catch {
                Issue.record("seed \(seed): an error that is no ViTError: \(error)")
            }
        }
        // A mutation of a weight leaves a model. If there were none, mutations would be too coarse to reach the loader.
        #expect(models > 0)
    }

    /// The bits of the results of one step to the model's last address and back. A mutation may make weights as large
    /// as float32 allows, so the test checks only that the values do not depend on what was in memory before.
    private static func step(_ model: ViT) -> [UInt32] {
        let address = model.configuration.classCount > 0 ? Address.head : .encoderNorm
        let pass = ModelPass(model: model, address: address, tokens: .patches, capacity: 1)
        return withExtendedLifetime(pass) {
            pass.images.update(repeating: 0.5, count: pass.imageSize)
            return [Objective(neuron: 0)].withUnsafeBufferPointer { objectives in
                pass.forward(objectives: objectives)
                let activation = pass.activation(slot: 0, objective: objectives[0])
                pass.backward(objectives: objectives)
                let gradient = UnsafeBufferPointer(start: pass.imageGradients, count: pass.imageSize)
                return ([activation] + gradient).map { $0.isNaN ? UInt32.max : $0.bitPattern }
            }
        }
    }
}

/// One random change of a file.
enum Mutation {
    /// Positions that control a reader: the start, the end, and what looks like a header or a pickle.
    static func interestingPlaces(in bytes: [UInt8]) -> [Int] {
        var places = Array(0..<min(64, bytes.count)) + Array(max(0, bytes.count - 128)..<bytes.count)
        let text = bytes.prefix(16_384)
        places += text.indices.filter { (0x20..<0x7f).contains(text[$0]) }
        // Zip signatures anywhere in the file.
        for place in 0..<max(0, bytes.count - 4) where bytes[place] == 0x50 && bytes[place + 1] == 0x4b {
            places += place..<min(place + 50, bytes.count)
        }
        return places
    }

    static func apply(
        to original: [UInt8], near places: [Int], using generator: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            guard !bytes.isEmpty else { break }
            let steering = min(places.randomElement(using: &generator) ?? 0, bytes.count - 1)
            let place = Bool.random(using: &generator) ? steering : Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 2: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
            case 3:  // a length or an offset
                let value = [0, 1, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, UInt64.max, 1 << 62]
                let field = littleEndian(value.randomElement(using: &generator) ?? 0)
                    .prefix([1, 2, 4, 8].randomElement(using: &generator) ?? 1)
                for (offset, byte) in field.enumerated() where place + offset < bytes.count {
                    bytes[place + offset] = byte
                }
            case 4:  // a digit, in JSON and in names
                bytes[place] = UInt8(ascii: "0") + UInt8.random(in: 0..<10, using: &generator)
            case 5:  // an opcode
                bytes[steering] = Array("().]}NJKMGXRQbtasueqhcio0".utf8).randomElement(using: &generator) ?? 0
            case 6:  // a piece repeated
                let piece = bytes[place..<min(bytes.count, place + Int.random(in: 1...64, using: &generator))]
                bytes.insert(contentsOf: piece, at: place)
            default:  // a piece removed
                bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...64, using: &generator)))
            }
        }
        return bytes
    }
}

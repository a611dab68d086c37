// Paths of the files from scripts/make-fixtures and of the embedded model, and temporary folders.

import Foundation
import Testing

@testable import ViT

enum Fixture {
    /// torchvision's models of odd sizes.
    static let torchvision = ["tv-i42-p7-h3", "tv-i32-p8-h2", "tv-i48-p16-h4", "tv-i20-p10-h1"]

    /// Path of a file in the Fixtures folder.
    static func path(_ name: String) -> String {
        Bundle.module.bundleURL.appending(path: "Fixtures").appending(path: name).path(percentEncoded: false)
    }

    /// The reference tensors of a model.
    static func reference(_ name: String) throws -> Safetensors {
        try Safetensors(path: path("\(name).reference.safetensors"))
    }

    /// Path of the model that is embedded in the program.
    static var embeddedModel: String {
        URL(filePath: #filePath).appending(path: "../../../../models/vit-tiny64.safetensors").standardizedFileURL
            .path(percentEncoded: false)
    }
}

extension Safetensors {
    /// The values of a tensor that must be present.
    func values(_ name: String) throws -> [Float] {
        try #require(tensors[name], "\(path) has no tensor '\(name)'").values().array
    }
}

/// A folder that is removed after the test.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "atlasgen-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }  // a leftover folder does no harm

    /// Writes a file and returns its path.
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path(percentEncoded: false)
    }
}

// Photographs as models read them, against torchvision, timm and transformers; and references of frozen attention.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct PicturePreparationTests {
    private struct Fixture: Decodable {
        struct Pixels: Decodable {
            let width: Int
            let height: Int
            let rgb: Data
        }

        struct Case: Decodable {
            let name: String
            let picture: String
            let imageHeight: Int
            let imageWidth: Int
            let naming: String
            /// Height and width.
            let native: [Int]
            /// The text of preprocessor_config.json.
            let processor: String?
            /// The text of config.json.
            let configuration: String?
            let sha256: String
        }

        let pictures: [String: Pixels]
        let cases: [Case]
    }

    @Test func everyPixelIsTheLibrarys() throws {
        let file = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/prepared.json")
        let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
        let folder = try TemporaryFolder()
        #expect(fixture.cases.count == 36)
        for one in fixture.cases {
            let pixels = try #require(fixture.pictures[one.picture])
            let picture = Picture(width: pixels.width, height: pixels.height, pixels: [UInt8](pixels.rgb))
            let preparation = try PicturePreparation(
                of: ImageSize(height: one.imageHeight, width: one.imageWidth),
                native: ImageSize(height: one.native[0], width: one.native[1]),
                naming: #require(Naming(rawValue: one.naming)), family: .plain,
                processor: one.processor.map { try folder.write($0.utf8, to: "preprocessor_config.json") },
                configuration: one.configuration.map { try folder.write($0.utf8, to: "config.json") },
                openCLIP: nil)
            let prepared = try picture.prepared(preparation)
            #expect((prepared.height, prepared.width) == (one.imageHeight, one.imageWidth))
            #expect(
                Digest.hexadecimal(prepared.pixels) == one.sha256, "\(one.name), \(one.picture): \(preparation.words)")
        }
    }

    /// A reference of the model's size keeps the digest, and so the keys of its runs; another one is prepared first.
    @Test func referencesArePrepared() throws {
        let small = try PictureFile.read(CommandRun.fixture("pictures/disc.png"))
        let large = small.scaled(by: 3)
        func project(_ picture: Picture) throws -> Project {
            let folder = try TemporaryFolder.project("attention: {frozen: picture.png}")
            _ = try folder.write(PNG.encode(picture), to: "picture.png")
            return try Project(file: "\(folder.path)/atlas.yml")
        }
        let plain = try project(small)
        #expect(plain.attention == [.frozen(reference: Digest.hexadecimal(small.pixels))])
        let other = try project(large)
        let prepared = try large.prepared(other.model.checkpoint.preparation)
        let digest = Digest.hexadecimal(prepared.pixels)
        #expect((prepared.width, prepared.height) == (64, 64) && prepared != small)
        #expect(other.attention == [.frozen(reference: digest)])
        #expect(other.references[digest]?.array == prepared.planes.array)
    }
}

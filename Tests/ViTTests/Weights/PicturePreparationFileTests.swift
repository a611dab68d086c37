// What a checkpoint's files say about the preparation of pictures: sources, sizes in proportion, refusals.

import Foundation
import Testing

@testable import ViT

struct PicturePreparationFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func preparation(
        processor: String? = nil, configuration: String? = nil, openCLIP: String? = nil, naming: Naming = .timm,
        family: Family = .plain, side: Int = 224
    ) throws -> PicturePreparation {
        try PicturePreparation(
            of: ImageSize(height: side, width: side), native: ImageSize(height: 224, width: 224), naming: naming,
            family: family,
            processor: processor.map { try folder.write("preprocessor_config.json", Array($0.utf8)) },
            configuration: configuration.map { try folder.write("config.json", Array($0.utf8)) },
            openCLIP: openCLIP.map { try folder.write("open_clip_config.json", Array($0.utf8)) })
    }

    @Test(arguments: [
        (
            #"{"preprocess_cfg": {"interpolation": "bicubic", "resize_mode": "squash"}}"#,
            "squeezed to 224 × 224 (bicubic)"
        ),
        (#"{"preprocess_cfg": {"resize_mode": "shortest"}}"#, "shorter side to 224 (bicubic), centre 224 × 224"),
        (#"{"preprocess_cfg": {"mean": [0.5, 0.5, 0.5]}}"#, "shorter side to 224 (bicubic), centre 224 × 224"),
    ])
    func openCLIPsFileIsFollowed(text: String, words: String) throws {
        #expect(try preparation(openCLIP: text, naming: .openCLIP, family: .clip).words == words)
    }

    @Test(arguments: [
        (Naming.huggingFaceCLIP, Family.clip, "shorter side to 224 (bicubic), centre 224 × 224"),
        (.huggingFaceCLIP, .siglip, "squeezed to 224 × 224 (bicubic)"),
        (.huggingFace, .dinov2, "shorter side to 256 (bicubic), centre 224 × 224"),
        (.huggingFaceDINOv3, .dinov3, "squeezed to 224 × 224 (bilinear)"),
    ])
    func aFamilyHasItsProcessorsConvention(naming: Naming, family: Family, words: String) throws {
        #expect(try preparation(naming: naming, family: family).words == words)
    }

    @Test func theFileThatSaysMostIsFollowed() throws {
        let timm = #"{"pretrained_cfg": {"crop_pct": 0.95, "interpolation": "bilinear"}}"#
        let dino =
            #"{"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 256}, "crop_size": 224, "resample": 3}"#
        #expect(
            try preparation(processor: dino, configuration: timm).words
                == "shorter side to 256 (bicubic), centre 224 × 224")
        // Only how pixels are normalised.
        #expect(
            try preparation(processor: #"{"image_mean": [0.5, 0.5, 0.5]}"#, configuration: timm).words
                == "shorter side to 235 (bilinear), centre 224 × 224")
        #expect(
            try preparation(configuration: #"{"model_type": "vit"}"#).words
                == "shorter side to 248 (bicubic), centre 224 × 224")
        #expect(
            try preparation(processor: #"{"do_resize": false}"#, naming: .huggingFace).words
                == "squeezed to 224 × 224 (bilinear)")
        // 224 and 256 at the size that the model runs at.
        #expect(try preparation(processor: dino, side: 448).words == "shorter side to 512 (bicubic), centre 448 × 448")
        #expect(
            try preparation(naming: .torchvision, side: 448).words == "shorter side to 512 (bilinear), centre 448 × 448"
        )
        // Height and width without names.
        #expect(
            try preparation(processor: #"{"size": [256, 240], "crop_size": [224, 224], "do_center_crop": true}"#).words
                == "squeezed to 240 × 256 (bilinear), centre 224 × 224")
        // A longer side that has an end, at twice the size, too.
        let edges = #"{"size": {"shortest_edge": 256, "longest_edge": 333}, "crop_size": 224, "do_center_crop": true}"#
        #expect(
            try preparation(processor: edges, side: 448).words
                == "shorter side to 512, longer side at most 666 (bilinear), centre 448 × 448")
    }

    @Test(arguments: [
        (#"{"size": 0}"#, "size is 0; expected pixels, 1 to 65536"),
        (#"{"size": {"height": 9223372036854775807, "width": 1}}"#, "size is 9223372036854775807; expected pixels"),
        (#"{"size": {"shortest_edge": -1}}"#, "size is -1"),
        (#"{"size": {"shortest_edge": 224, "longest_edge": 0}}"#, "longest_edge is 0; expected pixels"),
        (#"{"size": {"longest_edge": 224}}"#, "size has longest_edge alone"),
        (#"{"size": 224, "do_center_crop": true, "crop_size": -5}"#, "crop_size is -5"),
        (#"{"size": 224, "resample": 9}"#, "resample is 9; expected Pillow's number of a filter, 0 to 5"),
        (#"{"size": {"shortest_edge": 224}, "crop_pct": 0}"#, "crop_pct is 0.0; expected a share above 0.01"),
        (#"{"size": "large"}"#, "preprocessor_config.json: cannot be read: at size: expected"),
    ])
    func impossibleProcessorsAreRefused(text: String, message: String) {
        let error = #expect(throws: ViTError.self) { try preparation(processor: text) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        (#"{"crop_pct": 1e-300}"#, "crop_pct is 1e-300"), (#"{"crop_pct": 2}"#, "crop_pct is 2.0"),
        (#"{"interpolation": "cubic"}"#, "the interpolation 'cubic' is not known"),
        (#"{"crop_mode": "left"}"#, "the crop_mode 'left' is not known; expected center, squash or border"),
        (#"{"crop_mode": "border", "mean": [0.5]}"#, "mean has 1 numbers; expected 3"),
    ])
    func impossibleConfigurationsAreRefused(text: String, message: String) {
        let error = #expect(throws: ViTError.self) { try preparation(configuration: text) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    /// The largest sizes that files may state, and the longest pictures, stay numbers.
    @Test func extremesDoNotTrap() throws {
        let processor = #"{"image_processor_type": "BitImageProcessor", "size": 65536, "crop_size": 1}"#
        let preparation = try preparation(processor: processor, side: 16384)
        let size = preparation.resizedSize(height: 1, width: 1 << 26)
        #expect(size.height == 65536 * 16384 && size.width == size.height << 26)
        #expect(preparation.offset(of: 16384, in: size.width) == (size.width - 16384) / 2)
    }
}

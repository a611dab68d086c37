// The preparation of pictures from transformers' and timm's files; without one, from the conventions of the library
// whose names the tensors have.

extension PicturePreparation {
    /// The largest size in pixels that a file may state.
    private static let largestSide = 1 << 16

    /// The preparation for a model.
    ///
    /// - Parameters:
    ///   - image: the image size that the model runs at. Sizes in files are for their own image size, and are scaled.
    ///   - native: the image size of the stored position embeddings, which conventions are about; nil if there are none.
    ///   - processor: the path of `preprocessor_config.json`.
    ///   - configuration: the path of `config.json`.
    ///   - openCLIP: the path of `open_clip_config.json`.
    /// - Throws: `ViTError` for a file that cannot be read, or that states a size, filter or share that cannot be.
    init(
        of image: ImageSize, native: ImageSize?, naming: Naming, family: Family, processor: String?,
        configuration: String?, openCLIP: String?
    ) throws {
        if let processor, let stated = try readJSON(ProcessorFile.self, at: processor).preparation(processor, image) {
            self = stated
        } else if let configuration,
            let stated = try readJSON(TimmFile.self, at: configuration).preparation(configuration, image)
        {
            self = stated
        } else if let openCLIP, let stated = try readJSON(OpenCLIPFile.self, at: openCLIP).preparation(openCLIP, image)
        {
            self = stated
        } else {
            self.init(conventionOf: naming, family, image: image, native: native ?? image)
        }
    }

    /// What the library does with its published weights.
    private init(conventionOf naming: Naming, _ family: Family, image: ImageSize, native: ImageSize) {
        // The sides of published models with a margin around the centre.
        let isUsual = native == ImageSize(height: 224, width: 224)
        switch naming {
        case .torchvision:
            // ImageNet-1k's weights; those from SWAG, of 384 pixels and more, have no margin.
            let isSWAG = [384, 512, 518].contains(native.height)
            self.init(
                .torchvision, image, isUsual ? Self.margin(image, share: 0.875) : Self.whole(image),
                isSWAG ? .bicubic : .bilinear, source: "torchvision's convention")
        case .timm:
            self.init(
                .timm, image, isUsual ? Self.margin(image, share: 0.9) : Self.whole(image), .bicubic,
                source: "timm's convention")
        case .openCLIP:
            self.init(.torchvision, image, Self.whole(image), .bicubic, source: "OpenCLIP's convention")
        case .huggingFace, .huggingFaceCLIP, .huggingFaceDINOv3:
            // The published models' processors.
            let squeezed = Resizing.squeezed(height: image.height, width: image.width)
            let (resizing, interpolation): (Resizing, Interpolation) =
                switch family {
                case .plain, .dinov3: (squeezed, .bilinear)
                case .siglip: (squeezed, .bicubic)
                case .clip: (Self.whole(image), .bicubic)
                case .dinov2: (Self.margin(image, share: 0.875), .bicubic)
                }
            self.init(
                .transformers, image, resizing, interpolation,
                source: "transformers' convention for \(family.rawValue)")
        }
    }

    fileprivate init(
        _ library: Library, _ image: ImageSize, _ resizing: Resizing, _ interpolation: Interpolation,
        ground: [UInt8] = [0, 0, 0], source: String
    ) {
        self.init(
            library: library, resizing: resizing, interpolation: interpolation, ground: ground,
            imageHeight: image.height, imageWidth: image.width, source: source)
    }

    /// A picture that is just as large as the image.
    private static func whole(_ image: ImageSize) -> Resizing { margin(image, share: 1) }

    /// A picture of which the image is this share, as in timm's `transforms_imagenet_eval`. (224 pixels are 0.875 of
    /// torchvision's 256.)
    fileprivate static func margin(_ image: ImageSize, share: Double) -> Resizing {
        let (height, width) = (Int(Double(image.height) / share), Int(Double(image.width) / share))
        return height == width ? .shorterSide(height) : .covering(height: height, width: width)
    }

    /// Refuses a side that no picture has.
    fileprivate static func demandSide(_ side: Int, _ key: String, _ path: String) throws {
        guard (1...largestSide).contains(side) else {
            throw ViTError("\(path): \(key) is \(side); expected pixels, 1 to \(largestSide). Correct the file.")
        }
    }

    /// Refuses a share that cannot be one of a picture's side.
    fileprivate static func demandShare(_ share: Double, _ path: String) throws {
        guard share > 0.01, share <= 1 else {
            throw ViTError("\(path): crop_pct is \(share); expected a share above 0.01, up to 1. Correct the file.")
        }
    }
}

/// The keys of `preprocessor_config.json` that say how pictures are resized.
private struct ProcessorFile: Decodable {
    let image_processor_type: String?
    let feature_extractor_type: String?
    let do_resize: Bool?
    let size: Sides?
    let resample: Int?
    let do_center_crop: Bool?
    let crop_size: Sides?
    let crop_pct: Double?

    /// One number; the height and the width, with or without names; or the shorter side, and how long the longer one may
    /// be. Other names are passed over.
    struct Sides: Decodable {
        let side: Int?
        let shortest_edge: Int?
        let longest_edge: Int?
        let height: Int?
        let width: Int?

        private enum Key: String, CodingKey {
            case shortest_edge, longest_edge, height, width
        }

        init(from decoder: any Decoder) throws {
            // Neither a number nor a list: an object, or the error below.
            let value = try decoder.singleValueContainer()
            side = try? value.decode(Int.self)
            let sides = try? value.decode([Int].self)
            guard side == nil, sides?.count != 2 else {
                (shortest_edge, longest_edge, height, width) = (nil, nil, sides?.first, sides?.last)
                return
            }
            let container = try decoder.container(keyedBy: Key.self)
            shortest_edge = try container.decodeIfPresent(Int.self, forKey: .shortest_edge)
            longest_edge = try container.decodeIfPresent(Int.self, forKey: .longest_edge)
            height = try container.decodeIfPresent(Int.self, forKey: .height)
            width = try container.decodeIfPresent(Int.self, forKey: .width)
        }
    }

    /// What a class of transformers does where the file is silent.
    private struct Defaults {
        var shorterSide: Int?
        var square = 224
        var crop: Int?
        var interpolation = PicturePreparation.Interpolation.bilinear

        init(type: String) {
            func isOne(_ names: String...) -> Bool { names.contains { type.hasPrefix($0) } }
            if isOne("DeiT") {
                (square, crop, interpolation) = (256, 224, .bicubic)
            } else if isOne("Bit", "CLIP", "ChineseCLIP") {
                (shorterSide, crop, interpolation) = (224, 224, .bicubic)
            } else if isOne("ConvNext") {
                shorterSide = 384
            } else if isOne("Beit", "Siglip") {
                interpolation = .bicubic
            }
        }
    }

    /// The preparation; nil if the file says nothing of sizes, or in a form that is not known.
    func preparation(_ path: String, _ image: ImageSize) throws -> PicturePreparation? {
        let stated = image_processor_type ?? feature_extractor_type
        guard stated != nil || size != nil || crop_size != nil || do_resize != nil else { return nil }
        let type = stated ?? "ViTImageProcessor"
        if type.hasPrefix("TimmWrapper") { return nil }
        let defaults = Defaults(type: type)
        let interpolation = try resample.map { try Self.interpolation($0, path) } ?? defaults.interpolation
        func prepared(_ resizing: PicturePreparation.Resizing) -> PicturePreparation {
            PicturePreparation(.transformers, image, resizing, interpolation, source: path)
        }
        let crop = try cropSize(defaults, path)
        guard do_resize ?? true else { return crop == nil ? nil : prepared(.none) }

        let edge =
            size.map { $0.shortest_edge ?? (defaults.shorterSide == nil ? nil : $0.side) } ?? defaults.shorterSide
        if let edge {
            try PicturePreparation.demandSide(edge, "size", path)
            if type.hasPrefix("ConvNext") || crop_pct != nil {
                // ConvNextImageProcessor.resize
                let share = crop_pct ?? 224.0 / 256
                try PicturePreparation.demandShare(share, path)
                guard edge < 384 else { return prepared(.squeezed(height: image.height, width: image.width)) }
                return prepared(
                    scaled(ImageSize(side: Int(Double(edge) / share)), ImageSize(side: edge), image, keeps: true))
            }
            let crop = crop ?? ImageSize(side: edge)
            let resizing = scaled(ImageSize(side: edge), crop, image, keeps: true)
            guard let longest = size?.longest_edge, case .shorterSide(let shortest) = resizing else {
                return prepared(resizing)
            }
            try PicturePreparation.demandSide(longest, "longest_edge", path)
            return prepared(.edges(shortest: shortest, longest: Self.side(longest, crop.height, image.height)))
        }
        if size?.longest_edge != nil, size?.height == nil {
            throw ViTError(
                "\(path): size has longest_edge alone, which transformers' processors of these models refuse; expected "
                    + "height and width, or shortest_edge. Correct the file.")
        }
        let height = size.map { $0.height ?? $0.side } ?? defaults.square
        let width = size.map { $0.width ?? $0.side } ?? defaults.square
        guard let height, let width else { return nil }
        try PicturePreparation.demandSide(height, "size", path)
        try PicturePreparation.demandSide(width, "size", path)
        let square = ImageSize(height: height, width: width)
        return prepared(scaled(square, crop ?? square, image, keeps: false))
    }

    /// The size of the part around the centre; nil if the whole picture is read.
    private func cropSize(_ defaults: Defaults, _ path: String) throws -> ImageSize? {
        guard do_center_crop ?? (defaults.crop != nil) else { return nil }
        let side = crop_size?.side ?? crop_size?.shortest_edge ?? defaults.crop ?? 224
        let crop = ImageSize(height: crop_size?.height ?? side, width: crop_size?.width ?? side)
        try PicturePreparation.demandSide(crop.height, "crop_size", path)
        try PicturePreparation.demandSide(crop.width, "crop_size", path)
        return crop
    }

    /// The stated size in proportion to the image that the model runs at, which may be another than `crop`.
    private func scaled(
        _ size: ImageSize, _ crop: ImageSize, _ image: ImageSize, keeps: Bool
    ) -> PicturePreparation.Resizing {
        let height = Self.side(size.height, crop.height, image.height)
        let width = Self.side(size.width, crop.width, image.width)
        if !keeps { return .squeezed(height: height, width: width) }
        return height == width ? .shorterSide(height) : .covering(height: height, width: width)
    }

    /// A side in proportion to the image's, which is as long as `crop` in the file.
    private static func side(_ count: Int, _ crop: Int, _ image: Int) -> Int {
        max(1, Int((Double(count) * Double(image) / Double(crop)).rounded()))
    }

    /// The filter of Pillow's number.
    private static func interpolation(_ code: Int, _ path: String) throws -> PicturePreparation.Interpolation {
        let codes: [PicturePreparation.Interpolation] = [.nearest, .lanczos, .bilinear, .bicubic, .box, .hamming]
        guard codes.indices.contains(code) else {
            throw ViTError(
                "\(path): resample is \(code); expected Pillow's number of a filter, 0 to 5. Correct the file.")
        }
        return codes[code]
    }
}

extension OpenCLIPFile {
    /// The preparation, open_clip's `image_transform`; nil if the file does not say.
    fileprivate func preparation(_ path: String, _ image: ImageSize) throws -> PicturePreparation? {
        guard let stated = preprocess_cfg, stated.interpolation != nil || stated.resize_mode != nil else { return nil }
        let name = stated.interpolation ?? "bicubic"
        guard let interpolation = PicturePreparation.Interpolation(rawValue: name) else {
            throw ViTError(
                "\(path): the interpolation '\(name)' is not known; expected nearest, box, bilinear, hamming, bicubic or "
                    + "lanczos. Correct the file.")
        }
        let resizing: PicturePreparation.Resizing
        switch stated.resize_mode ?? "shortest" {
        case "shortest": resizing = PicturePreparation.margin(image, share: 1)
        case "squash": resizing = .squeezed(height: image.height, width: image.width)
        case "longest": resizing = .inside(height: image.height, width: image.width)
        case let mode:
            throw ViTError(
                "\(path): the resize_mode '\(mode)' is not known; expected shortest, squash or longest. Correct the "
                    + "file.")
        }
        return PicturePreparation(.torchvision, image, resizing, interpolation, source: path)
    }
}

/// The keys of timm's `config.json` that say how pictures are resized: under `pretrained_cfg`, before timm 0.8 at the top.
private struct TimmFile: Decodable {
    let pretrained_cfg: Configuration?
    let top: Configuration

    struct Configuration: Decodable {
        let mean: [Double]?
        let crop_pct: Double?
        let crop_mode: String?
        let interpolation: String?
    }

    private enum Key: String, CodingKey {
        case pretrained_cfg
    }

    init(from decoder: any Decoder) throws {
        pretrained_cfg = try decoder.container(keyedBy: Key.self)
            .decodeIfPresent(Configuration.self, forKey: .pretrained_cfg)
        top = try Configuration(from: decoder)
    }

    /// The preparation, timm's `transforms_imagenet_eval`; nil for another library's file.
    func preparation(_ path: String, _ image: ImageSize) throws -> PicturePreparation? {
        let stated = pretrained_cfg ?? top
        guard stated.crop_pct != nil || stated.interpolation != nil || stated.crop_mode != nil else { return nil }
        // timm's defaults where the file is silent.
        let share = stated.crop_pct ?? 0.875
        try PicturePreparation.demandShare(share, path)
        let name = stated.interpolation ?? "bicubic"
        guard let interpolation = PicturePreparation.Interpolation(rawValue: name) else {
            throw ViTError(
                "\(path): the interpolation '\(name)' is not known; expected nearest, box, bilinear, hamming, bicubic or "
                    + "lanczos. Correct the file.")
        }
        let (height, width) = (Int(Double(image.height) / share), Int(Double(image.width) / share))
        var ground: [UInt8] = [0, 0, 0]
        let resizing: PicturePreparation.Resizing
        switch stated.crop_mode ?? "center" {
        case "center": resizing = PicturePreparation.margin(image, share: share)
        case "squash": resizing = .squeezed(height: height, width: width)
        case "border":
            resizing = .inside(height: height, width: width)
            let mean = stated.mean ?? [0.485, 0.456, 0.406]
            ground = mean.map { UInt8(max(0, min(255, (255 * $0).rounded(.toNearestOrEven)))) }
            guard ground.count == 3 else {
                throw ViTError("\(path): mean has \(ground.count) numbers; expected 3. Correct the file.")
            }
        case let mode:
            throw ViTError(
                "\(path): the crop_mode '\(mode)' is not known; expected center, squash or border. Correct the file.")
        }
        return PicturePreparation(.timm, image, resizing, interpolation, ground: ground, source: path)
    }
}

extension ImageSize {
    /// A square.
    fileprivate init(side: Int) { self.init(height: side, width: side) }
}

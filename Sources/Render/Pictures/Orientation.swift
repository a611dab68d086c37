// How a camera was held, from a file's EXIF data, and the picture turned upright.

import Foundation

/// The orientation of a stored picture (Exif 2.32, tag 0x0112).
enum Orientation: Int {
    case upright = 1
    case mirrored, upsideDown, flipped, transposed, turnedLeft, transversed, turnedRight

    /// Whether turning exchanges width and height.
    var swapsSides: Bool { rawValue > 4 }

    /// The orientation that a file's EXIF data state; upright if there are none, or if they are damaged.
    init(of data: Data, _ format: PictureFormat) {
        let bytes = Bytes(data: data, isBigEndian: true)
        let block =
            switch format {
            case .png: Self.block(ofPNG: bytes)
            case .jpeg: Self.block(ofJPEG: bytes)
            }
        self = block.flatMap { Self.stated(in: bytes, from: $0) } ?? .upright
    }

    /// Where the EXIF data of a PNG begin: the chunk eXIf.
    private static func block(ofPNG file: Bytes) -> Int? {
        var chunk = 8
        while let length = file.number(at: chunk, bytes: 4), let name = file.number(at: chunk + 4, bytes: 4) {
            if name == 0x6558_4966 {
                return file.hasExifMark(at: chunk + 8) ? chunk + 14 : chunk + 8
            }
            chunk += 12 + length
        }
        return nil
    }

    /// Where the EXIF data of a JPEG begin: after the mark in a segment APP1.
    private static func block(ofJPEG file: Bytes) -> Int? {
        var segment = 2
        while let marker = file.number(at: segment, bytes: 2) {
            if marker == 0xFFFF {  // filling
                segment += 1
                continue
            }
            // Up to the pixels; a segment begins with its length.
            guard marker > 0xFF00, marker != 0xFFDA, marker != 0xFFD9,
                let length = file.number(at: segment + 2, bytes: 2)
            else { return nil }
            if marker == 0xFFE1, file.hasExifMark(at: segment + 4) { return segment + 10 }
            segment += 2 + length
        }
        return nil
    }

    /// What the first directory of a block in TIFF's form says.
    private static func stated(in file: Bytes, from start: Int) -> Orientation? {
        var file = file
        switch file.number(at: start, bytes: 2) {
        case 0x4949: file.isBigEndian = false
        case 0x4D4D: break
        default: return nil
        }
        guard let offset = file.number(at: start + 4, bytes: 4),
            let count = file.number(at: start + offset, bytes: 2)
        else { return nil }
        for entry in 0..<count {
            let place = start + offset + 2 + 12 * entry
            guard let tag = file.number(at: place, bytes: 2), let type = file.number(at: place + 2, bytes: 2) else {
                return nil
            }
            // The type is a number of 16 bits; some programs write one of 32.
            guard tag == 0x0112 else { continue }
            return file.number(at: place + 8, bytes: type == 4 ? 4 : 2).flatMap(Orientation.init)
        }
        return nil
    }

    /// A file's bytes as numbers; nil past its end.
    private struct Bytes {
        let data: Data
        var isBigEndian: Bool

        func number(at offset: Int, bytes count: Int) -> Int? {
            guard offset + count <= data.count else { return nil }
            let digits = data[(data.startIndex + offset)...].prefix(count)
            return (isBigEndian ? Array(digits) : digits.reversed()).reduce(0) { $0 << 8 | Int($1) }
        }

        func hasExifMark(at offset: Int) -> Bool {
            number(at: offset, bytes: 4) == 0x4578_6966 && number(at: offset + 4, bytes: 2) == 0
        }
    }
}

extension Picture {
    /// The picture upright, as Pillow's `ImageOps.exif_transpose` turns it.
    func turned(_ orientation: Orientation) -> Picture {
        let (newWidth, newHeight) = orientation.swapsSides ? (height, width) : (width, height)
        if orientation == .upright { return self }
        var result: [UInt8] = []
        result.reserveCapacity(pixels.count)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let (column, row) =
                    switch orientation {
                    case .upright: (x, y)
                    case .mirrored: (width - 1 - x, y)
                    case .upsideDown: (width - 1 - x, height - 1 - y)
                    case .flipped: (x, height - 1 - y)
                    case .transposed: (y, x)
                    case .turnedLeft: (y, height - 1 - x)
                    case .transversed: (width - 1 - y, height - 1 - x)
                    case .turnedRight: (width - 1 - y, x)
                    }
                let source = 3 * (row * width + column)
                result += pixels[source..<(source + 3)]
            }
        }
        return Picture(width: newWidth, height: newHeight, pixels: result)
    }
}

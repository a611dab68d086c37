// The size of a picture from the first bytes of its file, without its pixels.

import Foundation
import Support

extension PictureFile {
    /// The most bytes of a file that are read for its size; a JPEG may have a preview and a profile before it.
    private static let headerSize = 1 << 18

    /// Width and height in pixels as a browser shows the picture in a PNG, JPEG, GIF or WebP file; nil for other files,
    /// and if the file does not say.
    ///
    /// - Throws: `AtlasError` if the file cannot be read.
    package static func size(of path: String) throws -> (width: Int, height: Int)? {
        guard let bytes = try FileSystem.read(path, count: headerSize) else { return nil }
        return size(start: bytes)
    }

    /// The size that the start of a file says.
    package static func size(start bytes: [UInt8]) -> (width: Int, height: Int)? {
        func has(_ text: String, at offset: Int) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
        /// A number of up to four bytes, the least significant one first.
        func little(_ offset: Int, _ count: Int) -> Int {
            guard offset + count <= bytes.count else { return 0 }
            return (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        func big(_ offset: Int, _ count: Int) -> Int {
            guard offset + count <= bytes.count else { return 0 }
            return bytes[offset..<(offset + count)].reduce(0) { $0 << 8 | Int($1) }
        }
        var size = (width: 0, height: 0)
        if bytes.starts(with: [0x89]), has("PNG", at: 1), has("IHDR", at: 12) {
            size = (big(16, 4), big(20, 4))
        } else if has("GIF8", at: 0) {
            size = (little(6, 2), little(8, 2))
        } else if has("RIFF", at: 0), has("WEBP", at: 8) {
            if has("VP8 ", at: 12) {
                size = (little(26, 2) & 0x3FFF, little(28, 2) & 0x3FFF)
            } else if has("VP8L", at: 12) {
                let bits = little(21, 4)
                size = ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
            } else if has("VP8X", at: 12) {
                size = (little(24, 3) + 1, little(27, 3) + 1)
            }
        } else if bytes.starts(with: [0xFF, 0xD8]) {
            // The segments up to the frame's header.
            var offset = 2
            while offset + 9 < bytes.count, bytes[offset] == 0xFF {
                let kind = bytes[offset + 1]
                if kind == 0xFF || kind == 0x01 || (0xD0...0xD8).contains(kind) {
                    offset += kind == 0xFF ? 1 : 2
                } else if (0xC0...0xCF).contains(kind), ![0xC4, 0xC8, 0xCC].contains(kind) {
                    size = (big(offset + 7, 2), big(offset + 5, 2))
                    break
                } else {
                    offset += 2 + max(2, big(offset + 2, 2))
                }
            }
            if Orientation(of: Data(bytes), .jpeg).swapsSides { size = (size.height, size.width) }
        }
        return size.width > 0 && size.height > 0 ? size : nil
    }
}

// SHA-256 as text: the one file that calls swift-crypto.

import Crypto
import Foundation

/// Digests of bytes that identify recipes, weights, reference images and records.
enum Digest {
    /// Number of bytes of a SHA-256 digest.
    static let byteCount = 32

    /// The 32 bytes of the SHA-256 of `bytes`.
    static func sha256(_ bytes: some DataProtocol) -> [UInt8] {
        Array(SHA256.hash(data: bytes))
    }

    /// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
    static func hexadecimal(_ bytes: some DataProtocol) -> String {
        hexadecimal(digest: sha256(bytes))
    }

    /// The SHA-256 of a file, read piece by piece: a mapping's pages would count as the program's memory.
    ///
    /// - Throws: `AtlasError` where the file cannot be read.
    static func hexadecimal(ofFile path: String) throws -> String {
        guard let file = try OpenFile(reading: path) else {
            throw AtlasError(.data, "\(path): the file was there, and is not any more; run the command again")
        }
        var hash = SHA256()
        let pieceSize = 1 << 20
        for offset in stride(from: 0, to: try file.size(), by: pieceSize) {
            hash.update(data: try file.read(from: offset, count: pieceSize))
        }
        return hexadecimal(digest: Array(hash.finalize()))
    }

    /// The bytes of a digest as lower-case hexadecimal digits.
    static func hexadecimal(digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * digest.count)
        for byte in digest {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

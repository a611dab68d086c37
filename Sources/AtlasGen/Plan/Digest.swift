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

// SHA-256: the one file that calls the system's cryptographic library, libcrypto (CryptoKit on macOS).

import Foundation

#if canImport(CryptoKit)
    import CryptoKit
#else
    import CCrypto
#endif

/// Digests of bytes that identify recipes, weights, reference images and records.
package enum Digest {
    /// Number of bytes of a SHA-256 digest.
    package static let byteCount = 32

    /// The 32 bytes of the SHA-256 of `bytes`.
    package static func sha256(_ bytes: some DataProtocol) -> [UInt8] {
        var hash = SHA256Hash()
        hash.update(bytes)
        return hash.finish()
    }

    /// The SHA-256 of `bytes` as 64 lower-case hexadecimal digits.
    package static func hexadecimal(_ bytes: some DataProtocol) -> String {
        hexadecimal(digest: sha256(bytes))
    }

    /// The SHA-256 of a file. It is read in pieces, because the pages of a mapped file would count as the program's
    /// memory.
    ///
    /// - Throws: `AtlasError` if the file cannot be read.
    package static func hexadecimal(ofFile path: String) throws -> String {
        guard let file = try OpenFile(reading: path) else {
            throw AtlasError(.data, "\(path): the file disappeared while it was being read; run the command again")
        }
        var hash = SHA256Hash()
        let pieceSize = 1 << 20
        for offset in stride(from: 0, to: try file.size(), by: pieceSize) {
            hash.update(try file.read(from: offset, count: pieceSize))
        }
        return hexadecimal(digest: hash.finish())
    }

    /// The bytes of a digest as lower-case hexadecimal digits.
    package static func hexadecimal(digest: [UInt8]) -> String {
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

/// A SHA-256 that takes its bytes in pieces.
private struct SHA256Hash: ~Copyable {
    #if canImport(CryptoKit)
        private var hash = SHA256()

        mutating func update(_ bytes: some DataProtocol) { hash.update(data: bytes) }

        consuming func finish() -> [UInt8] { Array(hash.finalize()) }
    #else
        private let context: OpaquePointer

        init() {
            // libcrypto fails here only if it is out of memory or was built without SHA-256.
            guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
                preconditionFailure("libcrypto has no SHA-256")
            }
            self.context = context
        }

        deinit { EVP_MD_CTX_free(context) }

        mutating func update(_ bytes: some DataProtocol) {
            for region in bytes.regions {
                region.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
            }
        }

        consuming func finish() -> [UInt8] {
            [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { buffer, count in
                EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
                count = Digest.byteCount
            }
        }
    #endif
}

// The text of a label file, in the encodings in which people save one.

/// A text and its encoding.
struct LabelText {
    let text: String
    /// The encoding's name if it is not UTF-8.
    let encoding: String?

    /// Decodes UTF-8, UTF-16 (by its byte order mark, or by the zeros that no other text has), or else Windows-1252,
    /// which is Latin-1 with more printable characters. A byte order mark is no part of the text.
    init(_ bytes: [UInt8]) {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
            (text, encoding) = (String(decoding: bytes.dropFirst(3), as: UTF8.self), nil)
        } else if let isLittleEndian = Self.isLittleEndianUTF16(bytes) {
            let units = stride(from: 0, to: bytes.count - 1, by: 2).map { place in
                let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
                return isLittleEndian ? second << 8 | first : first << 8 | second
            }
            (text, encoding) = (String(decoding: units.drop { $0 == 0xfeff }, as: UTF16.self), "UTF-16")
        } else if let utf8 = String(validating: bytes, as: UTF8.self) {
            (text, encoding) = (utf8, nil)
        } else {
            let scalars = bytes.map { Unicode.Scalar(Self.windows1252[$0] ?? UInt16($0)) ?? "\u{fffd}" }
            (text, encoding) = (String(String.UnicodeScalarView(scalars)), "Windows-1252")
        }
    }

    /// Whether UTF-16's lower bytes come first; nil if the bytes are no UTF-16.
    private static func isLittleEndianUTF16(_ bytes: [UInt8]) -> Bool? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        if bytes.starts(with: [0xff, 0xfe]) { return true }
        if bytes.starts(with: [0xfe, 0xff]) { return false }
        var zeros = [0, 0]
        for (place, byte) in bytes.enumerated() where byte == 0 { zeros[place % 2] += 1 }
        // Most characters of such a text have one byte.
        guard 4 * max(zeros[0], zeros[1]) > bytes.count, min(zeros[0], zeros[1]) == 0 else { return nil }
        return zeros[0] == 0
    }

    /// Where Windows-1252 differs from Latin-1 (Unicode's CP1252.TXT).
    private static let windows1252: [UInt8: UInt16] = [
        0x80: 0x20ac, 0x82: 0x201a, 0x83: 0x0192, 0x84: 0x201e, 0x85: 0x2026, 0x86: 0x2020, 0x87: 0x2021, 0x88: 0x02c6,
        0x89: 0x2030, 0x8a: 0x0160, 0x8b: 0x2039, 0x8c: 0x0152, 0x8e: 0x017d, 0x91: 0x2018, 0x92: 0x2019, 0x93: 0x201c,
        0x94: 0x201d, 0x95: 0x2022, 0x96: 0x2013, 0x97: 0x2014, 0x98: 0x02dc, 0x99: 0x2122, 0x9a: 0x0161, 0x9b: 0x203a,
        0x9c: 0x0153, 0x9e: 0x017e, 0x9f: 0x0178,
    ]
}

// NumPy's format of one array, as the entries of an .npz archive have it.

/// A number that an array can hold.
package protocol NPYElement: CustomStringConvertible, Sendable {
    /// NumPy's name of the type, e.g. `float32`.
    static var typeName: String { get }
    /// NumPy's code of the type with its byte order, e.g. `<f4`.
    static var typeCode: String { get }
    /// Bytes of a value.
    static var size: Int { get }
    /// The values' bytes, the lowest byte of each first.
    static func bytes(of values: [Self]) -> [UInt8]
}

extension Float: NPYElement {
    package static let typeName = "float32"
    package static let typeCode = "<f4"
    package static let size = 4
    package static func bytes(of values: [Float]) -> [UInt8] {
        values.map(\.bitPattern.littleEndian).withUnsafeBytes { Array($0) }
    }
}

extension Double: NPYElement {
    package static let typeName = "float64"
    package static let typeCode = "<f8"
    package static let size = 8
    package static func bytes(of values: [Double]) -> [UInt8] {
        values.map(\.bitPattern.littleEndian).withUnsafeBytes { Array($0) }
    }
}

/// NumPy's format, version 1.0 (numpy.lib.format): a header, then the values row by row.
package enum NPYArray {
    /// What stands before the values of an array.
    ///
    /// - Parameter shape: at least one length.
    package static func header<Element: NPYElement>(of type: Element.Type, shape: [Int]) -> [UInt8] {
        // Python writes a tuple of one as (3,).
        let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let text = "{'descr': '\(type.typeCode)', 'fortran_order': False, 'shape': (\(lengths)), }"
        let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        // The values begin at a multiple of 64, after a line feed.
        let length = (start.count + 2 + text.utf8.count + 1 + 63) / 64 * 64 - start.count - 2
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: length - text.utf8.count - 1)
        return start + [UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8) + padding + [UInt8(ascii: "\n")]
    }
}

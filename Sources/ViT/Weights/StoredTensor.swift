// A tensor in a mapped file, and its conversion to float32.

/// A tensor in a file: its shape, its number format and where its elements are. Nothing is read before `read(into:)`.
public struct StoredTensor: Sendable {
    /// The name in the file, e.g. `encoder.layers.encoder_layer_0.ln_1.weight`.
    public let name: String
    /// Sizes of the dimensions, outermost first.
    public let shape: [Int]
    /// How the elements are encoded.
    public let type: ElementType
    /// Number of elements.
    public let count: Int

    private let strides: [Int]
    private let start: Int
    private let extent: Int
    private let file: MappedFile

    /// Path of the file that holds the tensor.
    public var path: String { file.path }
    /// Bytes of all elements as stored.
    var byteCount: Int { count * type.size }

    /// Checks that every element lies inside `range` of the file.
    ///
    /// - Parameter strides: distance in elements between neighbours of each dimension; nil means row-major.
    /// - Parameter offset: the first element, in elements from the range's start.
    /// - Throws: `ViTError` for a negative or overflowing size and for elements outside the range.
    init(
        name: String, shape: [Int], strides: [Int]? = nil, type: ElementType, offset: Int = 0, in range: Range<Int>,
        of file: MappedFile
    ) throws {
        func refuse(_ what: String) -> ViTError {
            ViTError("\(file.path): tensor '\(name)' of shape \(shapeText(shape)): \(what). The file is damaged.")
        }
        guard name.utf8.count <= 512, shape.count <= 16 else {
            throw ViTError(
                "\(file.path): a tensor has \(shape.count) dimensions and a name of \(name.utf8.count) bytes, "
                    + "'\(name.prefix(40))…'; at most 16 dimensions and 512 bytes are allowed. The file is damaged.")
        }
        guard let count = product(shape), product([count, type.size]) != nil else {
            throw refuse("a size is negative or too large")
        }
        let rowMajor = Self.rowMajorStrides(shape)
        let strides = strides ?? rowMajor
        guard strides.count == shape.count, offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
            throw refuse("the strides \(shapeText(strides)) and the offset \(offset) do not fit the shape")
        }
        // One past the last element's index; 0 for an empty tensor.
        var end = 0
        if count > 0 {
            end = 1
            for (size, stride) in zip(shape, strides) {
                let (span, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
                let (sum, overflowed) = end.addingReportingOverflow(span)
                guard !overflow, !overflowed else { throw refuse("a stride is too large") }
                end = sum
            }
        }
        let (last, overflow) = end.addingReportingOverflow(offset)
        let (bytes, overflowed) = last.multipliedReportingOverflow(by: type.size)
        guard !overflow, !overflowed, bytes <= range.count else {
            throw refuse("its elements need \(overflowed ? "too many" : "\(bytes)") bytes; \(range.count) are stored")
        }
        self.name = name
        self.shape = shape
        self.type = type
        self.count = count
        self.strides = strides == rowMajor || count == 0 ? [] : strides
        self.start = range.lowerBound + offset * type.size
        self.extent = end * type.size
        self.file = file
    }

    private static func rowMajorStrides(_ shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] &* shape[axis + 1] }
        return strides
    }

    /// Writes all elements, row-major, as float32 to `destination` (`count` values).
    ///
    /// - Throws: `ViTError` if the elements are not floating-point numbers, or one is not finite.
    public func read(into destination: UnsafeMutablePointer<Float>) throws {
        defer { file.release(start..<start + extent) }
        guard count > 0 else { return }
        try file.read(start..<start + extent) { source in
            if strides.isEmpty {
                try convert(from: source, to: destination, count: count)
            } else {
                try gather(from: source, axis: 0, to: destination)
            }
        }
        try demandFinite(destination)
    }

    /// All elements, row-major, as float32.
    ///
    /// - Throws: `ViTError` as `read(into:)`.
    public func values() throws -> FloatBuffer {
        let buffer = FloatBuffer(count: count)
        try read(into: buffer.pointer)
        return buffer
    }

    /// Converts `count` neighbouring elements. The source need not be aligned.
    private func convert(from source: UnsafeRawPointer, to destination: UnsafeMutablePointer<Float>, count: Int) throws
    {
        switch type {
        case .float32:
            UnsafeMutableRawPointer(destination).copyMemory(from: source, byteCount: count * 4)
        case .float64:
            for index in 0..<count {
                let value = source.loadUnaligned(fromByteOffset: index &* 8, as: Double.self)
                destination[index] = Float(value)
                guard destination[index].isFinite || !value.isFinite else {
                    throw ViTError(
                        "\(path): tensor '\(name)' of shape \(shapeText(shape)) holds the value \(value), outside "
                            + "float32's ± \(Float.greatestFiniteMagnitude), the type of all computations. Use another "
                            + "checkpoint.")
                }
            }
        case .float16:
            for index in 0..<count {
                let bits = UInt32(source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))
                // The exponent's bias is 127 in binary32 and 15 in binary16: shifted into place, the value is 2¹¹²
                // too small, subnormals included. Infinity and NaN keep their bits below.
                let magnitude =
                    Float(bitPattern: (bits & 0x7fff) << 13) * Float(sign: .plus, exponent: 112, significand: 1)
                let value = bits & 0x7c00 == 0x7c00 ? Float.nan : magnitude
                destination[index] = bits & 0x8000 == 0 ? value : -value
            }
        case .bfloat16:
            for index in 0..<count {
                let bits = UInt32(source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))
                destination[index] = Float(bitPattern: bits << 16)
            }
        default:
            throw ViTError(
                "\(path): tensor '\(name)' holds \(type.rawValue) values; weights must be F32, F16, BF16 or F64. "
                    + "Save the model unquantised.")
        }
    }

    /// Converts a view with strides, element by element along the last dimension.
    private func gather(from source: UnsafeRawPointer, axis: Int, to destination: UnsafeMutablePointer<Float>) throws {
        let inner = shape[(axis + 1)...].reduce(1, &*)
        for index in 0..<shape[axis] {
            let element = source + index &* strides[axis] &* type.size
            if axis == shape.count - 1 {
                try convert(from: element, to: destination + index, count: 1)
            } else {
                try gather(from: element, axis: axis + 1, to: destination + index &* inner)
            }
        }
    }

    private func demandFinite(_ values: UnsafeMutablePointer<Float>) throws {
        let magnitude: UInt32 = 0x7fff_ffff
        let infinity = Float.infinity.bitPattern
        var largest: UInt32 = 0
        for index in 0..<count { largest = max(largest, values[index].bitPattern & magnitude) }
        guard largest >= infinity else { return }
        let place = (0..<count).first { values[$0].bitPattern & magnitude >= infinity } ?? 0
        throw ViTError(
            "\(path): tensor '\(name)' of shape \(shapeText(shape)) holds a value that is not finite, at element "
                + "\(place). Use a checkpoint from before training diverged.")
    }
}

/// A shape as messages show it, e.g. `(197, 768)`; `()` for a scalar.
func shapeText(_ shape: [Int]) -> String { "(" + shape.map(String.init).joined(separator: ", ") + ")" }

/// The product of sizes; nil if one is negative or the product overflows.
func product(_ sizes: [Int]) -> Int? {
    var result = 1
    for size in sizes {
        let (next, overflow) = result.multipliedReportingOverflow(by: size)
        guard size >= 0, !overflow else { return nil }
        result = next
    }
    return result
}

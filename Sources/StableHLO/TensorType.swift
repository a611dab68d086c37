// The types of values in a module.

/// What an array holds. The raw values are MLIR's names.
public enum ElementType: String, Sendable {
    /// A truth value.
    case bool = "i1"
    /// Signed integers.
    case int32 = "i32"
    case int64 = "i64"
    /// Bytes.
    case uint8 = "ui8"
    /// Single precision.
    case float32 = "f32"
    /// The upper half of single precision, for the factors of products only.
    case bfloat16 = "bf16"

    var isFloat: Bool { self == .float32 }
}

/// The shape and the elements of an array; a scalar has no dimensions.
public struct TensorType: Equatable, Sendable, CustomStringConvertible {
    /// Length of each dimension, the slowest first.
    public let shape: [Int]
    /// What the array holds.
    public let element: ElementType

    /// A type.
    public init(_ shape: [Int], _ element: ElementType = .float32) {
        self.shape = shape
        self.element = element
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// As MLIR writes it, e.g. `tensor<2x3xf32>`.
    public var description: String {
        "tensor<" + shape.map { "\($0)x" }.joined() + element.rawValue + ">"
    }
}

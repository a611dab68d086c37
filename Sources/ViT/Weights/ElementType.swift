// The number formats in weight files, by their safetensors names.

/// How a stored tensor's elements are encoded.
///
/// Only the four floating-point formats can be read as weights; the others are known so that a file that carries, say,
/// integer position indices still opens.
public enum ElementType: String, Sendable, Comparable {
    /// IEEE binary64.
    case float64 = "F64"
    /// IEEE binary32.
    case float32 = "F32"
    /// IEEE binary16.
    case float16 = "F16"
    /// The upper half of a binary32.
    case bfloat16 = "BF16"
    /// 64-bit signed integers.
    case int64 = "I64"
    /// 32-bit signed integers.
    case int32 = "I32"
    /// 16-bit signed integers.
    case int16 = "I16"
    /// 8-bit signed integers.
    case int8 = "I8"
    /// 64-bit unsigned integers.
    case uint64 = "U64"
    /// 32-bit unsigned integers.
    case uint32 = "U32"
    /// 16-bit unsigned integers.
    case uint16 = "U16"
    /// 8-bit unsigned integers.
    case uint8 = "U8"
    /// Booleans, one byte each.
    case bool = "BOOL"
    /// 8-bit floats, 4 exponent bits.
    case float8e4m3 = "F8_E4M3"
    /// 8-bit floats, 5 exponent bits.
    case float8e5m2 = "F8_E5M2"
    /// 8-bit floats, 4 exponent bits, without infinities and negative zero.
    case float8e4m3fnuz = "F8_E4M3FNUZ"
    /// 8-bit floats, 5 exponent bits, without infinities and negative zero.
    case float8e5m2fnuz = "F8_E5M2FNUZ"
    /// 8-bit exponents, the scales of blocks of smaller floats.
    case float8e8m0 = "F8_E8M0"
    /// Pairs of binary32, a real and an imaginary part.
    case complex64 = "C64"

    /// Bytes per element.
    public var size: Int {
        switch self {
        case .float64, .int64, .uint64, .complex64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool, .float8e4m3, .float8e5m2, .float8e4m3fnuz, .float8e5m2fnuz, .float8e8m0: 1
        }
    }

    /// By name, so that a list of formats has one order.
    public static func < (a: ElementType, b: ElementType) -> Bool { a.rawValue < b.rawValue }
}

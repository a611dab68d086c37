// How exact an optimisation's arithmetic is.

/// The precision of the matrix products of an optimisation. Sums and everything else are in single precision, and so is
/// the reading of finished pictures.
public enum Precision: String, Sendable, Codable, CaseIterable {
    /// Single precision.
    case float32
    /// Factors with 10 bits of mantissa: NVIDIA's TensorFloat-32.
    case tf32
    /// Factors with 7 bits of mantissa and the exponents of single precision.
    case bfloat16
}

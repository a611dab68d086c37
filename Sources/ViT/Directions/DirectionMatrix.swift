// The numbers of a set of directions.

/// A matrix of directions. K = directions, C = channels of the address that they read.
///
/// The value of direction i on a token's channels x is z = wᵢ·x + bᵢ. What a file subtracts from x first is a part of b.
public struct DirectionMatrix: Sendable {
    /// w: (K, C), and b: (K).
    public let rows: LinearParameters
    /// What is applied to the values.
    public let nonlinearity: DirectionNonlinearity
    /// The thresholds of `jumpReLU`: (K); nil otherwise.
    public let thresholds: FloatBuffer?

    /// Wraps w and b, and for `jumpReLU` the thresholds.
    public init(rows: LinearParameters, nonlinearity: DirectionNonlinearity, thresholds: FloatBuffer? = nil) {
        precondition((nonlinearity == .jumpReLU) == (thresholds != nil))
        self.rows = rows
        self.nonlinearity = nonlinearity
        self.thresholds = thresholds
    }

    /// K.
    public var count: Int { rows.bias.count }
    /// C.
    public var width: Int { rows.weight.count / rows.bias.count }

    /// A direction's weights: (C).
    package func direction(_ index: Int) -> [Float] {
        withExtendedLifetime(rows) {
            Array(UnsafeBufferPointer(start: rows.weight.pointer + index * width, count: width))
        }
    }

    /// What is added to a direction's product with the channels.
    package func bias(of direction: Int) -> Float { rows.bias.pointer[direction] }

    /// JumpReLU's threshold for a direction; nil for other nonlinearities.
    package func threshold(of direction: Int) -> Float? { thresholds?.pointer[direction] }
}

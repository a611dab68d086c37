// Numbers that record how they were computed, so that gradients need no separate formulas.

/// A number in double precision on a tape.
public struct Scalar {
    /// Its value.
    public let value: Double
    /// Its index on the tape; negative for a constant.
    fileprivate let place: Int

    /// A constant: it has no gradient.
    public init(_ value: Double) {
        self.value = value
        place = -1
    }

    fileprivate init(_ value: Double, place: Int) {
        self.value = value
        self.place = place
    }

    /// The same number as a constant.
    public var detached: Scalar { Scalar(value) }
}

/// The record of a computation, for reverse-mode automatic differentiation (Linnainmaa 1970), one scalar at a time.
public final class Tape {
    /// Number `i` depends on `parents[ends[i - 1]..<ends[i]]`, with the partial derivatives at the same indices.
    private var ends: [Int] = []
    private var parents: [Int32] = []
    private var partials: [Double] = []

    /// An empty tape.
    public init() {}

    /// Numbers for which gradients can be computed.
    public func variables(_ values: some Sequence<some BinaryFloatingPoint>) -> [Scalar] {
        values.map { finish(Double($0)) }
    }

    /// c + Σ w·x.
    public func sum(_ terms: some Sequence<(Scalar, Double)>, plus constant: Double = 0) -> Scalar {
        var value = constant
        for (x, weight) in terms {
            value += x.value * weight
            add(x, weight)
        }
        return finish(value)
    }

    /// scale·Σ a·b.
    public func dot(_ a: some Collection<Scalar>, _ b: some Collection<Scalar>, scale: Double = 1) -> Scalar {
        var value = 0.0
        for (x, y) in zip(a, b) {
            value += x.value * y.value
            add(x, scale * y.value)
            add(y, scale * x.value)
        }
        return finish(scale * value)
    }

    /// a·b.
    public func product(_ a: Scalar, _ b: Scalar) -> Scalar { dot([a], [b]) }

    /// f(x), given its value and its slope.
    public func apply(_ x: Scalar, _ value: Double, slope: Double) -> Scalar {
        add(x, slope)
        return finish(value)
    }

    /// dy/dx of each x.
    public func gradient(of y: Scalar, to x: [Scalar]) -> [Double] {
        var gradients = [Double](repeating: 0, count: ends.count)
        if y.place >= 0 { gradients[y.place] = 1 }
        for i in stride(from: y.place, through: 0, by: -1) where gradients[i] != 0 {
            for edge in (i == 0 ? 0 : ends[i - 1])..<ends[i] {
                gradients[Int(parents[edge])] += gradients[i] * partials[edge]
            }
        }
        return x.map { $0.place < 0 ? 0 : gradients[$0.place] }
    }

    private func add(_ x: Scalar, _ partial: Double) {
        guard x.place >= 0 else { return }
        parents.append(Int32(x.place))
        partials.append(partial)
    }

    private func finish(_ value: Double) -> Scalar {
        ends.append(parents.count)
        return Scalar(value, place: ends.count - 1)
    }
}

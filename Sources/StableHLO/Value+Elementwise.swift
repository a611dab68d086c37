// Operations on each element, with their gradients. Shapes broadcast as NumPy's do.

extension Value {
    private func unary(_ operation: String) -> Value {
        module.emit("stablehlo.\(operation) \(name)", "\(type)", type)
    }

    /// Both values in their common shape.
    private static func aligned(_ a: Value, _ b: Value, _ operation: String) -> (Value, Value) {
        precondition(a.type.element == b.type.element, "\(operation) of \(a.type) and \(b.type)")
        guard a.shape != b.shape else { return (a, b) }
        let rank = max(a.shape.count, b.shape.count)
        let shapes = [a, b].map { Array(repeating: 1, count: rank - $0.shape.count) + $0.shape }
        let common = zip(shapes[0], shapes[1]).map { x, y in
            precondition(x == y || x == 1 || y == 1, "\(operation) of \(a.type) and \(b.type)")
            return max(x, y)
        }
        return (a.broadcast(to: common), b.broadcast(to: common))
    }

    private static func binary(_ operation: String, _ a: Value, _ b: Value) -> Value {
        a.module.emit("stablehlo.\(operation) \(a.name), \(b.name)", "\(a.type)", a.type)
    }

    // MARK: - Arithmetic

    /// The sum.
    public static func + (a: Value, b: Value) -> Value {
        let (a, b) = aligned(a, b, "add")
        let y = binary("add", a, b)
        a.module.record(y, [a, b]) { dy in [dy, dy] }
        return y
    }

    /// The difference.
    public static func - (a: Value, b: Value) -> Value {
        let (a, b) = aligned(a, b, "subtract")
        let y = binary("subtract", a, b)
        a.module.record(y, [a, b]) { dy in [dy, -dy] }
        return y
    }

    /// The product of elements.
    public static func * (a: Value, b: Value) -> Value {
        let (a, b) = aligned(a, b, "multiply")
        let y = binary("multiply", a, b)
        a.module.record(y, [a, b]) { dy in [dy * b, dy * a] }
        return y
    }

    /// The quotient.
    public static func / (a: Value, b: Value) -> Value {
        let (a, b) = aligned(a, b, "divide")
        let y = binary("divide", a, b)
        a.module.record(y, [a, b]) { dy in [dy / b, -dy * y / b] }
        return y
    }

    /// The negative.
    public static prefix func - (a: Value) -> Value {
        let y = a.unary("negate")
        a.module.record(y, [a]) { dy in [-dy] }
        return y
    }

    /// The sum with a number.
    public static func + (a: Value, b: Float) -> Value { a + a.module.constant(b, a.type) }
    /// The difference to a number.
    public static func - (a: Value, b: Float) -> Value { a - a.module.constant(b, a.type) }
    /// The product with a number.
    public static func * (a: Value, b: Float) -> Value { a * a.module.constant(b, a.type) }
    /// The quotient by a number.
    public static func / (a: Value, b: Float) -> Value { a / a.module.constant(b, a.type) }
    /// The sum with a number.
    public static func + (a: Float, b: Value) -> Value { b.module.constant(a, b.type) + b }
    /// The difference from a number.
    public static func - (a: Float, b: Value) -> Value { b.module.constant(a, b.type) - b }
    /// The product with a number.
    public static func * (a: Float, b: Value) -> Value { b.module.constant(a, b.type) * b }
    /// The quotient of a number.
    public static func / (a: Float, b: Value) -> Value { b.module.constant(a, b.type) / b }

    // MARK: - Functions

    /// eˣ.
    public func exponential() -> Value {
        let y = unary("exponential")
        module.record(y, [self]) { dy in [dy * y] }
        return y
    }

    /// 1/(1 + e^(−x)).
    public func sigmoid() -> Value {
        let y = unary("logistic")
        module.record(y, [self]) { dy in [dy * (y * (1 - y))] }
        return y
    }

    /// sin x.
    public func sine() -> Value {
        let y = unary("sine")
        module.record(y, [self]) { dy in [dy * self.cosine()] }
        return y
    }

    /// cos x.
    public func cosine() -> Value {
        let y = unary("cosine")
        module.record(y, [self]) { dy in [-dy * self.sine()] }
        return y
    }

    /// √x, whose slope at 0 is taken as 0.
    public func squareRoot() -> Value {
        let y = unary("sqrt")
        module.record(y, [self]) { dy in
            let isPositive = y.isGreater(than: module.constant(0, y.type))
            return [isPositive.choose(dy * 0.5 / isPositive.choose(y, 1), 0)]
        }
        return y
    }

    /// 1/√x.
    public func inverseSquareRoot() -> Value {
        let y = unary("rsqrt")
        module.record(y, [self]) { dy in [dy * (y * y * y) * -0.5] }
        return y
    }

    /// |x|, for values that no gradient passes.
    public func magnitude() -> Value {
        let y = unary("abs")
        module.recordWithoutGradient(y, [self], "abs")
        return y
    }

    /// The greatest whole number not above x.
    public func floor() -> Value { unary("floor") }

    /// The value, as a constant for gradients.
    public func withoutGradient() -> Value {
        Value(name: name, id: module.value(type, name: name).id, type: type, module: module)
    }

    // MARK: - Truth values and integers

    private func compare(_ direction: String, _ other: Value) -> Value {
        let (a, b) = Value.aligned(self, other, "compare")
        let kind = a.type.element.isFloat ? "FLOAT" : a.type.element == .bool ? "UNSIGNED" : "SIGNED"
        return module.emit(
            "stablehlo.compare \(direction), \(a.name), \(b.name), \(kind)",
            "(\(a.type), \(a.type)) -> \(TensorType(a.shape, .bool))", TensorType(a.shape, .bool))
    }

    /// Whether each element equals the other; false for NaN.
    public func isEqual(to other: Value) -> Value { compare("EQ", other) }
    /// Whether each element is greater; false for NaN.
    public func isGreater(than other: Value) -> Value { compare("GT", other) }
    /// Whether each element is less; false for NaN.
    public func isLess(than other: Value) -> Value { compare("LT", other) }

    /// Whether each element is less or equal; false for NaN.
    public func isAtMost(_ other: Value) -> Value { compare("LE", other) }

    /// Whether each element is neither infinite nor NaN.
    public func isFinite() -> Value {
        let result = TensorType(shape, .bool)
        return module.emit("stablehlo.is_finite \(name)", "(\(type)) -> \(result)", result)
    }

    /// Both: of truth values, or of bits.
    public func and(_ other: Value) -> Value {
        let (a, b) = Value.aligned(self, other, "and")
        return Value.binary("and", a, b)
    }

    /// Bits moved to the right by a number of places; the sign is kept.
    public func shiftedRight(_ places: Int) -> Value {
        Value.binary("shift_right_arithmetic", self, module.constant(places, type))
    }

    /// What remains of a division, with the sign of the dividend.
    public func remainder(_ divisor: Int) -> Value {
        Value.binary("remainder", self, module.constant(divisor, type))
    }

    /// `a` where this is true, else `b`.
    public func choose(_ a: Value, _ b: Value) -> Value {
        precondition(type.element == .bool, "a choice by \(type)")
        let (a, b) = Value.aligned(a, b, "select")
        let (choice, _) = Value.aligned(self, module.constant(0, TensorType(a.shape, .bool)), "select")
        precondition(choice.shape == a.shape, "a choice by \(type) between \(a.type)")
        let y = module.emit(
            "stablehlo.select \(choice.name), \(a.name), \(b.name)", "\(choice.type), \(a.type)", a.type)
        guard a.type.element.isFloat else { return y }
        module.record(y, [a, b]) { dy in [choice.choose(dy, 0), choice.choose(0, dy)] }
        return y
    }

    /// `a` where this is true, else the number.
    public func choose(_ a: Value, _ b: Float) -> Value { choose(a, module.constant(b, a.type)) }
    /// The number where this is true, else `b`.
    public func choose(_ a: Float, _ b: Value) -> Value { choose(module.constant(a, b.type), b) }

    /// The elements in another type; fractions are cut off, truth values become 0 and 1.
    public func converted(to element: ElementType) -> Value {
        guard element != type.element else { return self }
        let result = TensorType(shape, element)
        let y = module.emit("stablehlo.convert \(name)", "(\(type)) -> \(result)", result)
        guard element.isFloat && type.element.isFloat else { return y }
        module.record(y, [self]) { dy in [dy.converted(to: self.type.element)] }
        return y
    }
}

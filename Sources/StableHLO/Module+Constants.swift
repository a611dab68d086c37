// Values that are known when a module is written.

extension Module {
    /// An array of one number; by default a scalar.
    public func constant(_ number: Float, _ type: TensorType = TensorType([])) -> Value {
        precondition(type.element == .float32, "a float in \(type)")
        return emit("stablehlo.constant dense<\(hexadecimal(number))>", "\(type)", type)
    }

    /// An array of one whole number, or of a truth value: 0 or 1.
    public func constant(_ number: Int, _ type: TensorType) -> Value {
        switch type.element {
        case .float32: return constant(Float(number), type)
        case .bool: return emit("stablehlo.constant dense<\(number == 0 ? "false" : "true")>", "\(type)", type)
        case .bfloat16: preconditionFailure("a constant of \(type)")
        case .int32, .int64, .uint8: return emit("stablehlo.constant dense<\(number)>", "\(type)", type)
        }
    }

    /// A scalar of `int32`, as indices are.
    public func index(_ number: Int) -> Value { constant(number, TensorType([], .int32)) }

    /// An array of these numbers, row-major.
    public func constant(_ numbers: [Float], shape: [Int]) -> Value {
        let type = TensorType(shape)
        precondition(numbers.count == type.count, "\(numbers.count) numbers in \(type)")
        if let first = numbers.first, numbers.allSatisfy({ $0.bitPattern == first.bitPattern }) {
            return constant(first, type)
        }
        var text = "0x"
        for number in numbers {
            // The bytes in the order of memory.
            for byte in 0..<4 { text += hexadecimal(UInt8(truncatingIfNeeded: number.bitPattern >> (8 * byte))) }
        }
        return emit("stablehlo.constant dense<\"\(text)\">", "\(type)", type)
    }

    /// The index along one dimension.
    public func iota(_ shape: [Int], along dimension: Int, _ element: ElementType = .int32) -> Value {
        let type = TensorType(shape, element)
        return emit("stablehlo.iota dim = \(dimension)", "\(type)", type)
    }

    /// All bits, so that nothing is rounded.
    private func hexadecimal(_ number: Float) -> String {
        let digits = String(number.bitPattern, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}

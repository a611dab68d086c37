// A method's parameters by name: for configurations that override them, and for the provenance of a picture.

/// The value of a method's parameter.
public enum MethodValue: Sendable, Equatable, CustomStringConvertible {
    /// A number; counts are whole.
    case number(Double)
    /// One of several words.
    case word(String)

    /// The value as a configuration writes it.
    public var description: String {
        switch self {
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        case .word(let word): word
        }
    }
}

extension Method {
    /// The parameters that have an effect on this method, in the order of computation.
    public var parameters: [(name: String, value: MethodValue)] {
        Parameter.all.filter { $0.applies(self) }.map { ($0.name, $0.value(self)) }
    }

    /// This method with some parameters overridden, by name, with values as a configuration writes them.
    ///
    /// An unknown name, a parameter that has no effect on the resulting method, and a value that is no number, out of
    /// range or not among the words are errors that say what is possible.
    public func applying(_ overrides: [String: String]) throws(ViTError) -> Method {
        var method = self
        for (name, text) in overrides.sorted(by: { $0.key < $1.key }) {
            guard let parameter = Parameter.all.first(where: { $0.name == name }) else {
                throw ViTError(
                    "The method “\(self.name)” has no parameter “\(name)”. Its parameters are "
                        + "\(Self.quoted(parameters.map(\.name))).")
            }
            do throws(Parameter.Refusal) {
                try parameter.set(&method, text)
            } catch {
                throw ViTError(
                    "The parameter “\(name)” of the method “\(self.name)” is “\(text)”; expected \(error.expected).")
            }
        }
        for name in overrides.keys.sorted() {
            guard Parameter.all.contains(where: { $0.name == name && $0.applies(method) }) else {
                throw ViTError(
                    "The parameter “\(name)” has no effect on the method “\(self.name)”. The parameters that have are "
                        + "\(Self.quoted(method.parameters.map(\.name))).")
            }
        }
        guard method.smallestScale <= method.largestScale else {
            throw ViTError(
                "The method “\(self.name)” has smallestScale \(method.smallestScale) above largestScale "
                    + "\(method.largestScale); set both.")
        }
        return method
    }

    /// Names as messages list them.
    static func quoted(_ names: [String]) -> String { names.map { "“\($0)”" }.joined(separator: ", ") }
}

/// A parameter that a configuration can name.
private struct Parameter: Sendable {
    /// A value that is not possible, and what is.
    struct Refusal: Error {
        let expected: String
    }

    let name: String
    let value: @Sendable (Method) -> MethodValue
    let set: @Sendable (inout Method, String) throws(Refusal) -> Void
    /// Whether the parameter has an effect on a method.
    let applies: @Sendable (Method) -> Bool

    static func number(
        _ name: String, _ path: WritableKeyPath<Method, Double> & Sendable, _ range: ClosedRange<Double>,
        applies: @escaping @Sendable (Method) -> Bool = { _ in true }
    ) -> Parameter {
        Parameter(
            name: name, value: { .number($0[keyPath: path]) },
            set: { (method, text) throws(Refusal) in
                guard let value = Double(text), range.contains(value) else {
                    throw Refusal(
                        expected: "a number from \(MethodValue.number(range.lowerBound)) to "
                            + "\(MethodValue.number(range.upperBound))")
                }
                method[keyPath: path] = value
            }, applies: applies)
    }

    static func count(
        _ name: String, _ path: WritableKeyPath<Method, Int> & Sendable, _ range: ClosedRange<Int>,
        applies: @escaping @Sendable (Method) -> Bool = { _ in true }
    ) -> Parameter {
        Parameter(
            name: name, value: { .number(Double($0[keyPath: path])) },
            set: { (method, text) throws(Refusal) in
                guard let value = Int(text), range.contains(value) else {
                    throw Refusal(expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
                }
                method[keyPath: path] = value
            }, applies: applies)
    }

    static func word<Word: RawRepresentable & CaseIterable & Sendable>(
        _ name: String, _ path: WritableKeyPath<Method, Word> & Sendable,
        applies: @escaping @Sendable (Method) -> Bool = { _ in true }
    ) -> Parameter where Word.RawValue == String {
        Parameter(
            name: name, value: { .word($0[keyPath: path].rawValue) },
            set: { (method, text) throws(Refusal) in
                guard let value = Word(rawValue: text) else {
                    throw Refusal(expected: "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                method[keyPath: path] = value
            }, applies: applies)
    }

    static func flag(
        _ name: String, _ path: WritableKeyPath<Method, Bool> & Sendable,
        applies: @escaping @Sendable (Method) -> Bool
    ) -> Parameter {
        Parameter(
            name: name, value: { .word($0[keyPath: path] ? "true" : "false") },
            set: { (method, text) throws(Refusal) in
                guard let value = Bool(text) else { throw Refusal(expected: "true or false") }
                method[keyPath: path] = value
            }, applies: applies)
    }

    /// Every parameter, in the order of computation.
    static let all: [Parameter] = [
        .word("parameterisation", \.parameterisation),
        .number("initialDeviation", \.initialDeviation, 0...100) { $0.parameterisation != .clamped },
        .number("decayPower", \.decayPower, 0...4) { $0.parameterisation == .fourier },
        .flag("decorrelated", \.decorrelated) { $0.parameterisation == .fourier || $0.parameterisation == .pixel },
        .count("canvasScale", \.canvasScale, 1...2),
        .count("steps", \.steps, 1...1_000_000),
        .word("optimiser", \.optimiser),
        .number("rate", \.rate, 1e-9...1000),
        .word("schedule", \.schedule),
        .number("beta1", \.beta1, 0...0.999_999),
        .number("beta2", \.beta2, 0...0.999_999_9),
        .number("epsilon", \.epsilon, 1e-30...1),
        .count("copies", \.copies, 1...256),
        .word("framing", \.framing),
        .number("jitter", \.jitter, 0...1) { $0.framing == .affine },
        .number("secondJitter", \.secondJitter, 0...1) { $0.framing == .affine },
        .number("smallestScale", \.smallestScale, 0.1...10) { $0.framing == .affine },
        .number("largestScale", \.largestScale, 0.1...10) { $0.framing == .affine },
        .number("rotation", \.rotation, 0...180) { $0.framing == .affine },
        .word("border", \.border) { $0.framing == .affine },
        .number("padding", \.padding, 0...1) { $0.framing == .affine && $0.border == .constant },
        .number("paddingValue", \.paddingValue, 0...1) { $0.framing == .affine && $0.border == .constant },
        .number("roll", \.roll, 0...1) { $0.framing == .roll },
        .number("cropCentreDeviation", \.cropCentreDeviation, 0...1) { $0.framing == .crop },
        .number("firstCropSide", \.firstCropSide, 0.05...1) { $0.framing == .crop },
        .number("lastCropSide", \.lastCropSide, 0.05...1) { $0.framing == .crop },
        .number("cropSideDeviation", \.cropSideDeviation, 0...1) { $0.framing == .crop },
        .number("colourShift", \.colourShift, 0...10),
        .number("colourScale", \.colourScale, 0...4),
        .number("offsetNoise", \.offsetNoise, 0...10),
        .number("normalNoise", \.normalNoise, 0...10),
        .number("uniformNoise", \.uniformNoise, 0...10),
        .number("totalVariation", \.totalVariation, 0...1000),
    ]
}

// A method's parameters by name, for overrides in configurations, for records, and for a picture's provenance.

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
    /// The method's parameters, in the order of computation.
    public var parameters: [(name: String, value: MethodValue)] {
        var (method, walk) = (self, ParameterWalk())
        method.visit(&walk)
        return walk.found
    }

    /// The parameters as records store them: texts by name, without the steps, which have their own field there.
    public var texts: [String: String] {
        var texts = allTexts
        texts["steps"] = nil
        return texts
    }

    private var allTexts: [String: String] {
        Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value.description) })
    }

    /// This method with some parameters overridden, by name, with values as a configuration writes them.
    ///
    /// A parameter that has an effect only because of an override has the preset's value, or its default if the preset
    /// lacks it. These are errors, which say what is possible: an unknown name, a parameter that has no effect on the
    /// resulting method, and a value that is not a number, is out of range or is not one of the words.
    public func applying(_ overrides: [String: String]) throws(ViTError) -> Method {
        var check = ParameterWalk(texts: overrides, isDry: true)
        for var method in Self.coveringAllParameters { method.visit(&check) }
        for (name, text) in overrides.sorted(by: { $0.key < $1.key }) {
            guard check.found.contains(where: { $0.name == name }) else {
                throw ViTError(
                    "The method “\(self.name)” has no parameter “\(name)”. Its parameters are "
                        + "\(Self.quoted(parameters.map(\.name))).")
            }
            if let expected = check.refused[name] {
                throw ViTError(
                    "The parameter “\(name)” of the method “\(self.name)” is “\(text)”; expected \(expected).")
            }
        }
        let preset = Self.presets.first { $0.name == self.name } ?? self
        let texts = preset.allTexts.merging(allTexts) { $1 }.merging(overrides) { $1 }
        var (method, walk) = (self, ParameterWalk(texts: texts))
        method.visit(&walk)
        for name in overrides.keys.sorted() where !walk.found.contains(where: { $0.name == name }) {
            throw ViTError(
                "The parameter “\(name)” has no effect on the method “\(self.name)”. The parameters with an effect are "
                    + "\(Self.quoted(method.parameters.map(\.name))).")
        }
        if case .affine(let affine) = method.framing, affine.smallestScale > affine.largestScale {
            throw ViTError(
                "The method “\(self.name)” has smallestScale \(affine.smallestScale) above largestScale "
                    + "\(affine.largestScale); set both.")
        }
        return method
    }

    /// The names as a list in a message.
    static func quoted(_ names: [String]) -> String { names.map { "“\($0)”" }.joined(separator: ", ") }
}

// MARK: - In records

extension Method: Codable {
    private enum CodingKeys: String, CodingKey {
        case method, parameters, steps
    }

    /// Reads what `encode(to:)` writes.
    ///
    /// Refuses a method that another program wrote and that this one would write differently.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let texts = try container.decode([String: String].self, forKey: .parameters)
        let steps = try container.decode(Int.self, forKey: .steps)
        let all = texts.merging(["steps": "\(steps)"]) { $1 }
        self = try Method.named(try container.decode(String.self, forKey: .method))
        var walk = ParameterWalk(texts: all)
        visit(&walk)
        guard self.texts != texts || !walk.refused.isEmpty else { return }
        // Reports a wrong parameter with the same message as for a configuration.
        _ = try applying(all)
        throw ViTError("The parameters of the method “\(name)” are not those that this program expects.")
    }

    /// The name, the parameters as texts by their names, and the steps.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .method)
        try container.encode(texts, forKey: .parameters)
        try container.encode(steps, forKey: .steps)
    }
}

// MARK: - Every parameter by its name

/// Collects the parameters that it visits, and sets those for which it has a text.
private struct ParameterWalk {
    /// Values by name, as a configuration writes them.
    var texts: [String: String] = [:]
    /// Whether texts are only checked.
    var isDry = false
    /// The visited parameters, with their new values.
    private(set) var found: [(name: String, value: MethodValue)] = []
    /// What was expected, by the names of parameters with an invalid text.
    private(set) var refused: [String: String] = [:]

    init(texts: [String: String] = [:], isDry: Bool = false) {
        self.texts = texts
        self.isDry = isDry
    }

    mutating func number(_ name: String, _ value: inout Double, _ range: ClosedRange<Double>) {
        let (lower, upper) = (MethodValue.number(range.lowerBound), MethodValue.number(range.upperBound))
        set(name, &value, expected: "a number from \(lower) to \(upper)") {
            Double($0).flatMap { range.contains($0) ? $0 : nil }
        }
        found.append((name, .number(value)))
    }

    mutating func count(_ name: String, _ value: inout Int, _ range: ClosedRange<Int>) {
        set(name, &value, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
        found.append((name, .number(Double(value))))
    }

    mutating func flag(_ name: String, _ value: inout Bool) {
        set(name, &value, expected: "true or false") { Bool($0) }
        found.append((name, .word("\(value)")))
    }

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String, _ value: inout Word) {
        choice(name, &value, among: Array(Word.allCases), by: \.rawValue)
    }

    /// A choice by its word. A new choice has the defaults of its own parameters.
    mutating func choice<Value>(
        _ name: String, _ value: inout Value, among values: [Value], by word: (Value) -> String
    ) {
        let old = value
        set(name, &value, expected: "one of \(values.map(word).joined(separator: ", "))") { text in
            word(old) == text ? old : values.first { word($0) == text }
        }
        found.append((name, .word(word(value))))
    }

    private mutating func set<Value>(
        _ name: String, _ value: inout Value, expected: @autoclosure () -> String, read: (String) -> Value?
    ) {
        guard let text = texts[name] else { return }
        guard let read = read(text) else {
            refused[name] = expected()
            return
        }
        if !isDry { value = read }
    }
}

extension Method {
    /// Visits every parameter, in the order of computation. Choices come before the parameters that they bring.
    fileprivate mutating func visit(_ walk: inout ParameterWalk) {
        parameterisation.visit(&walk)
        walk.count("canvasScale", &canvasScale, 1...2)
        walk.count("steps", &steps, 1...1_000_000)
        walk.word("optimiser", &optimiser)
        walk.number("rate", &rate, 1e-9...1000)
        walk.word("schedule", &schedule)
        walk.number("beta1", &beta1, 0...0.999_999)
        walk.number("beta2", &beta2, 0...0.999_999_9)
        walk.number("epsilon", &epsilon, 1e-30...1)
        walk.count("copies", &copies, 1...256)
        framing.visit(&walk)
        walk.number("colourShift", &colourShift, 0...10)
        walk.number("colourScale", &colourScale, 0...4)
        walk.number("offsetNoise", &offsetNoise, 0...10)
        walk.number("normalNoise", &normalNoise, 0...10)
        walk.number("uniformNoise", &uniformNoise, 0...10)
        walk.number("totalVariation", &totalVariation, 0...1000)
    }

    /// Methods that together have every parameter.
    fileprivate static let coveringAllParameters: [Method] =
        [.affine(Affine(border: .constant())), .roll(), Framing.crop(Crop())].map { framing in
            var method = Method(name: "", parameterisation: .fourier(), steps: 1, rate: 1)
            method.framing = framing
            return method
        }
}

extension Method.Parameterisation {
    private var word: String {
        switch self {
        case .pixel: "pixel"
        case .clamped: "clamped"
        case .fourier: "fourier"
        case .phase: "phase"
        }
    }

    fileprivate mutating func visit(_ walk: inout ParameterWalk) {
        walk.choice("parameterisation", &self, among: [.pixel(), .clamped, .fourier(), .phase()], by: \.word)
        switch self {
        case .pixel(var deviation, var decorrelated):
            walk.number("initialDeviation", &deviation, 0...100)
            walk.flag("decorrelated", &decorrelated)
            self = .pixel(initialDeviation: deviation, decorrelated: decorrelated)
        case .clamped: break
        case .fourier(var deviation, var decayPower, var decorrelated):
            walk.number("initialDeviation", &deviation, 0...100)
            walk.number("decayPower", &decayPower, 0...4)
            walk.flag("decorrelated", &decorrelated)
            self = .fourier(initialDeviation: deviation, decayPower: decayPower, decorrelated: decorrelated)
        case .phase(var deviation):
            walk.number("initialDeviation", &deviation, 0...100)
            self = .phase(initialDeviation: deviation)
        }
    }
}

extension Method.Framing {
    private var word: String {
        switch self {
        case .affine: "affine"
        case .roll: "roll"
        case .crop: "crop"
        }
    }

    fileprivate mutating func visit(_ walk: inout ParameterWalk) {
        walk.choice("framing", &self, among: [.affine(Method.Affine()), .roll(), .crop(Method.Crop())], by: \.word)
        switch self {
        case .affine(var affine):
            walk.number("jitter", &affine.jitter, 0...1)
            walk.number("secondJitter", &affine.secondJitter, 0...1)
            walk.number("smallestScale", &affine.smallestScale, 0.1...10)
            walk.number("largestScale", &affine.largestScale, 0.1...10)
            walk.number("rotation", &affine.rotation, 0...180)
            affine.border.visit(&walk)
            self = .affine(affine)
        case .roll(var limit):
            walk.number("roll", &limit, 0...1)
            self = .roll(limit)
        case .crop(var crop):
            walk.number("cropCentreDeviation", &crop.centreDeviation, 0...1)
            walk.number("firstCropSide", &crop.firstSide, 0.05...1)
            walk.number("lastCropSide", &crop.lastSide, 0.05...1)
            walk.number("cropSideDeviation", &crop.sideDeviation, 0...1)
            self = .crop(crop)
        }
    }
}

extension Method.Border {
    private var word: String {
        switch self {
        case .constant: "constant"
        case .reflect: "reflect"
        case .wrap: "wrap"
        }
    }

    fileprivate mutating func visit(_ walk: inout ParameterWalk) {
        walk.choice("border", &self, among: [.constant(), .reflect, .wrap], by: \.word)
        if case .constant(var padding, var value) = self {
            walk.number("padding", &padding, 0...1)
            walk.number("paddingValue", &value, 0...1)
            self = .constant(padding: padding, value: value)
        }
    }
}

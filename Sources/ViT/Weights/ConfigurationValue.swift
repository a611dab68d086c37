// A value of a configuration file whose keys are read one by one, because each library has its own.

/// A value of JSON, or of the plain values that a pickle holds.
enum ConfigurationValue: Equatable, Decodable {
    case none
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([ConfigurationValue])
    case table([String: ConfigurationValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .none
        } else if let value = try? container.decode(Bool.self) {  // each type is tried, and the last one's error thrown
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([ConfigurationValue].self) {
            self = .list(value)
        } else {
            self = .table(try container.decode([String: ConfigurationValue].self))
        }
    }

    /// A table's value; nil if there is none, if it is null, or if this is no table.
    subscript(key: String) -> ConfigurationValue? {
        guard case .table(let values) = self, let value = values[key], value != .none else { return nil }
        return value
    }

    /// The text; nil if this is none.
    var text: String? { if case .text(let value) = self { value } else { nil } }

    /// The whole number; nil if this is none.
    var integer: Int? { if case .number(let value) = self { Int(exactly: value) } else { nil } }

    /// The truth value; nil if this is none.
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
}

extension ConfigurationValue: CustomStringConvertible {
    /// The value as messages show it.
    var description: String {
        switch self {
        case .none: "null"
        case .bool(let value): "\(value)"
        case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
        case .text(let value): "'\(value.prefix(100))'"
        case .list: "a list"
        case .table: "a table"
        }
    }
}

// The values that fill templates: keys are declared once, with their documentation, and templates are checked against
// them.

/// A value that templates read through declared keys.
///
/// Each key is declared once: with its name, its documentation and the closure that gives its value. The key's
/// documentation is its property's too. Templates are checked against the declarations before anything is built.
public protocol TemplateContext: Sendable {
    /// The keys, in the order in which `templates --list` shows them.
    static var keys: [TemplateKey<Self>] { get }
}

/// A context whose own template makes a page or a part of one.
public protocol TemplateRoot: TemplateContext {
    /// Name of the template's file, without `.mustache`.
    static var template: String { get }
    /// What the template makes, in one sentence.
    static var summary: String { get }
}

/// What a key holds, and therefore how a template may use it.
public enum TemplateKind: Sendable {
    /// Text: `{{key}}`, always escaped; `{{#key}}` if it is not empty.
    case text
    /// Finished HTML: `{{{key}}}`.
    case html
    /// Yes or no: `{{#key}}`, `{{^key}}`.
    case flag
    /// Another context, or nothing: `{{#key}}…{{/key}}` with its keys inside, or `{{key.inner}}`.
    case object(any TemplateContext.Type)
    /// Any number of contexts: `{{#key}}…{{/key}}` once for each.
    case list(any TemplateContext.Type)
}

/// One declared key of a context.
public struct TemplateKey<Context>: Sendable {
    let name: String
    let documentation: String
    let kind: TemplateKind
    let value: @Sendable (Context) -> TemplateValue

    /// A text; nil and the empty text are the same to a template.
    public static func text(
        _ name: String, _ documentation: String, _ value: @escaping @Sendable (Context) -> String?
    ) -> TemplateKey {
        TemplateKey(name: name, documentation: documentation, kind: .text) { context in
            TemplateValue(text: value(context).map(HTML.escaped))
        }
    }

    /// HTML; nil and the empty text are the same to a template.
    public static func html(
        _ name: String, _ documentation: String, _ value: @escaping @Sendable (Context) -> String?
    ) -> TemplateKey {
        TemplateKey(name: name, documentation: documentation, kind: .html) { context in
            TemplateValue(text: value(context))
        }
    }

    /// Yes or no.
    public static func flag(
        _ name: String, _ documentation: String, _ value: @escaping @Sendable (Context) -> Bool
    ) -> TemplateKey {
        TemplateKey(name: name, documentation: documentation, kind: .flag) { .flag(value($0)) }
    }

    /// Another context, or nothing.
    public static func object<Inner: TemplateContext>(
        _ name: String, _ documentation: String, _ value: @escaping @Sendable (Context) -> Inner?
    ) -> TemplateKey {
        TemplateKey(name: name, documentation: documentation, kind: .object(Inner.self)) { context in
            value(context).map { .object($0.templateValues) } ?? .nothing
        }
    }

    /// Any number of contexts.
    public static func list<Inner: TemplateContext>(
        _ name: String, _ documentation: String, _ value: @escaping @Sendable (Context) -> [Inner]
    ) -> TemplateKey {
        TemplateKey(name: name, documentation: documentation, kind: .list(Inner.self)) { context in
            .list(value(context).map(\.templateValues))
        }
    }
}

/// What a key holds in one context.
enum TemplateValue {
    /// Text that is finished: escaped, or HTML; never empty.
    case text(String)
    case flag(Bool)
    case object(TemplateValues)
    case list([TemplateValues])
    case nothing

    /// Nil and the empty text are the same.
    init(text: String?) {
        if let text, !text.isEmpty { self = .text(text) } else { self = .nothing }
    }
}

/// The values of a context's keys, all of them: a key without a value does not stand for an outer context's.
typealias TemplateValues = [String: TemplateValue]

extension TemplateContext {
    /// The values of all keys.
    var templateValues: TemplateValues {
        var values: TemplateValues = [:]
        for key in Self.keys { values[key.name] = key.value(self) }
        return values
    }

    /// The declared keys without their values.
    package static var schema: TemplateSchema {
        TemplateSchema(
            name: String(describing: Self.self),
            keys: keys.map { TemplateSchema.Key(name: $0.name, documentation: $0.documentation, kind: $0.kind) })
    }
}

/// The keys of a context, for checks and for `templates --list`.
public struct TemplateSchema: Sendable {
    /// A key.
    public struct Key: Sendable {
        /// The key as templates write it.
        public let name: String
        /// What it holds.
        public let documentation: String
        /// How it may be used.
        public let kind: TemplateKind
    }

    /// The Swift type's name.
    public let name: String
    /// In the order of their declaration.
    public let keys: [Key]

    subscript(name: some StringProtocol) -> Key? {
        keys.first { $0.name == name }
    }
}

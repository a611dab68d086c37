// The text of rendered templates, by the Mustache specification.

import Foundation
import Testing

@testable import Render

struct TemplateSpecificationTests {
    /// A test of the specification.
    private struct Example {
        let name: String
        let template: String
        let partials: [String: String]
        let data: Any
        let expected: String

        init(_ json: [String: Any]) throws {
            func field<Value>(_ name: String) throws -> Value { try #require(json[name] as? Value) }
            name = "\(try field("file") as String): \(try field("name") as String)"
            template = try field("template")
            partials = try field("partials")
            data = try field("data")
            expected = try field("expected")
        }

        /// What our templates make of it.
        func rendered() throws -> String {
            let sources = try partials.mapValues { try TemplateSource($0, file: "partial") }
            var renderer = TemplateRenderer(sources: sources, root: "page")
            // Contexts hold finished text: what the specification escapes when it is rendered is escaped here.
            let isEscaped = !template.contains("{{{") && !template.contains("{{&")
            let values = data as? [String: Any] ?? [:]
            try renderer.render(
                TemplateSource(template, file: "page").body,
                .init(contexts: [values.mapValues { Self.value($0, isEscaped) }]))
            return String(decoding: renderer.output, as: UTF8.self)
        }

        private static func value(_ json: Any, _ isEscaped: Bool) -> TemplateValue {
            switch json {
            case let text as String: TemplateValue(text: isEscaped ? HTML.escaped(text) : text)
            case let number as NSNumber where CFBoolean.isBoolean(number): .flag(number.boolValue)
            case let number as NSNumber: .text("\(number)")
            case let values as [String: Any]: .object(values.mapValues { value($0, isEscaped) })
            case let entries as [[String: Any]]: .list(entries.map { $0.mapValues { value($0, isEscaped) } })
            default: .nothing
            }
        }
    }

    /// Where our templates differ from the specification on purpose.
    private static let differences: [(reason: String, names: Set<String>)] = [
        (
            "a key is a name: the value itself, {{.}}, is not one, because contexts hold declared keys",
            [
                "interpolation: Implicit Iterators - Basic Interpolation",
                "interpolation: Implicit Iterators - HTML Escaping",
                "interpolation: Implicit Iterators - Triple Mustache",
                "interpolation: Implicit Iterators - Ampersand",
                "interpolation: Implicit Iterators - Basic Integer Interpolation", "sections: Variable test",
                "sections: Deeply Nested Contexts",
                "sections: Implicit Iterator - String", "sections: Implicit Iterator - Integer",
                "sections: Implicit Iterator - Decimal", "sections: Implicit Iterator - Array",
                "sections: Implicit Iterator - HTML Escaping", "sections: Implicit Iterator - Triple mustache",
                "sections: Implicit Iterator - Ampersand", "sections: Implicit Iterator - Root-level",
            ]
        ),
        (
            "what is included is not indented, because that would change the text inside <pre>",
            [
                "partials: Standalone Without Newline", "partials: Standalone Indentation",
                "partials: Standalone Without Previous Line", "~inheritance: Standalone parent",
            ]
        ),
        (
            "what fills a block that is alone on its line is not indented either",
            ["~inheritance: Intrinsic indentation", "~inheritance: Nested block reindentation"]
        ),
    ]

    @Test func everyExampleIsRenderedAsSpecified() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../Fixtures/mustache-1.4.json")
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        let examples = try #require(json as? [[String: Any]]).map(Example.init)
        #expect(examples.count == 149)
        let exceptions = Self.differences.reduce(into: Set<String>()) { $0.formUnion($1.names) }
        #expect(exceptions.isSubset(of: examples.map(\.name)))
        for example in examples {
            let text = try example.rendered()
            if exceptions.contains(example.name) {
                #expect(text != example.expected, "\(example.name) is no longer a difference")
            } else {
                #expect(text == example.expected, "\(example.name)")
            }
        }
    }
}

/// Tells JSON's booleans from its numbers; both are read as `NSNumber`.
private enum CFBoolean {
    static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}

// Methods in atlas.yml: presets, overrides, and what is refused where.

import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct MethodSettingsTests {
    /// Numbers from 1.
    private static func list(_ count: Int) -> String { (1...count).map(String.init).joined(separator: ", ") }

    private func methods(_ text: String) throws -> [Method] {
        try AtlasConfiguration.parsed("layers: heads.head\n" + text).resolvedMethods().map(\.method)
    }

    private func names(_ text: String) throws -> [String] {
        try AtlasConfiguration.parsed("layers: heads.head\n" + text).resolvedMethods().map(\.name)
    }

    @Test(arguments: Method.presets) func presetsAreTheirNames(preset: Method) throws {
        #expect(try methods("method: \(preset.name)") == [preset])
    }

    @Test func overridesAreApplied() throws {
        let methods = try methods(
            "steps: 7\nmethods: [{name: atlas, rate: 0.03, schedule: cosine}, {name: pixel, steps: 9}]")
        #expect(methods.map(\.steps) == [7, 9])
        #expect(methods[0].rate == 0.03 && methods[0].schedule == .cosine)
        #expect(methods[0].overrides.map { "\($0.name) \($0.value)" } == ["rate 0.03", "schedule cosine"])
    }

    @Test func namesTellTheSettingsOfOneMethodApart() throws {
        let text = "methods: [atlas, {name: atlas, rate: 0.02, as: slow}, {name: pixel, as: pixel}]"
        #expect(try names(text) == ["atlas", "slow", "pixel"])
        #expect(try methods(text).map(\.name) == ["atlas", "atlas", "pixel"])
        // The name is no part of a recipe.
        #expect(try methods(text)[1] == methods("method: {name: atlas, rate: 0.02}")[0])
        #expect(try names("method: {name: maco, as: Größe-1_a.b:c=d+e}") == ["Größe-1_a.b:c=d+e"])
    }

    @Test func listsOfValuesAreAnAblation() throws {
        let text = "methods: [atlas, {name: atlas, steps: [32, 16], rate: [0.02, 0.1], schedule: [cosine], as: sweep}]"
        #expect(
            try names(text) == [
                "atlas", "sweep:rate=0.02:steps=32", "sweep:rate=0.02:steps=16", "sweep:rate=0.1:steps=32",
                "sweep:rate=0.1:steps=16",
            ])
        let methods = try methods(text).dropFirst()
        #expect(methods.map(\.rate) == [0.02, 0.02, 0.1, 0.1] && methods.map(\.steps) == [32, 16, 32, 16])
        #expect(methods.allSatisfy { $0.schedule == .cosine })
        #expect(try names("methods: {name: pixel, rate: [0.1, 0.2]}") == ["pixel:rate=0.1", "pixel:rate=0.2"])
    }

    @Test(arguments: [
        (
            "methods: [atlas, {name: atlas, rate: 0.02}]",
            "atlas.yml:2:18: methods: the method \"atlas\" is listed twice",
            "give one another name with \"as\""
        ),
        (
            "methods: [atlas, {name: atlas, as: same}]",
            "atlas.yml:2:36: methods: \"same\" is the same method as \"atlas\"", "change a parameter"
        ),
        (
            "methods: [{name: atlas, rate: [0.02, 0.020]}]",
            "atlas.yml:2:18: methods: \"atlas:rate=0.020\" is the same method as \"atlas:rate=0.02\"", "keep one"
        ),
        (
            "methods: [{name: atlas, as: x}, {name: pixel, as: x}]", "atlas.yml:2:33: methods: the method \"x\" is",
            "keep one"
        ),
        (
            "method: {name: atlas, as: pixel}", "atlas.yml:2:27: method.as: \"pixel\" is the name of another preset",
            "letters, digits"
        ),
        ("method: {name: atlas, as: \"\"}", "atlas.yml:2:27: method.as: expected a name of letters", "found \"\""),
        (
            "method: {name: atlas, as: }", "atlas.yml:2:",
            "expected a name of letters, digits, and the signs - _ . : = +"
        ),
        ("method: {name: atlas, as: [a, b]}", "atlas.yml:2:27: method.as: expected a name of letters", "found a list"),
        ("method: {name: atlas, as: \"a,b\"}", "atlas.yml:2:27: method.as: expected a name of letters", "\"a,b\""),
        ("method: {name: atlas, as: \"a&b\"}", "atlas.yml:2:27: method.as: expected a name of letters", "\"a&b\""),
        ("method: {name: atlas, as: \"a?b\"}", "atlas.yml:2:27: method.as: expected a name of letters", "\"a?b\""),
        ("method: {name: atlas, as: a/b}", "atlas.yml:2:27: method.as: expected a name of letters", "\"a/b\""),
        ("method: {name: atlas, as: a b}", "atlas.yml:2:27: method.as: expected a name of letters", "\"a b\""),
        ("method: {name: atlas, as: a%20b}", "atlas.yml:2:27: method.as: expected a name of letters", "\"a%20b\""),
        (
            "method: {name: atlas, rate: [0.02, 0.1]}", "atlas.yml:2:9: method: lists of values make several methods",
            "under \"methods\""
        ),
        (
            "methods: {name: atlas, rate: []}", "atlas.yml:2:30: methods.rate: expected a value, or a list of values",
            "an empty list"
        ),
        ("methods: {name: atlas, rate: [0.1, [0.2]]}", "atlas.yml:2:36: methods.rate: expected a text", "a list"),
        ("methods: {name: atlas, rate: [0.1, x]}", "atlas.yml:2:36: The parameter “rate”", "expected a number"),
        (
            "methods: {name: atlas, rate: [\(list(11))], steps: [\(list(10))]}",
            "atlas.yml:2:", "the lists of values make more than 100 methods"
        ),
        ("method: atlsa", "atlas.yml:2:9: There is no method", "“atlas”"),
        ("method:\n  name: atlas\n  rat: 0.1", "atlas.yml:4:8: The method “atlas” has no parameter “rat”", "“rate”"),
        ("method:\n  rate: fast\n  name: atlas", "atlas.yml:3:9: The parameter “rate”", "expected a number"),
        ("method: {name: ghiasi, steps: 0}", "atlas.yml:2:31: The parameter “steps”", "whole number"),
        (
            "method:\n  name: atlas\n  smallestScale: 3\n  largestScale: 2",
            "atlas.yml:3:9: The method “atlas” has smallestScale 3", "set both"
        ),
    ])
    func refusals(text: String, start: String, words: String) throws {
        let error = try #require(throws: AtlasError.self) { try methods(text) }
        #expect(error.code == .data)
        #expect(error.description.hasPrefix(start), "\(error)")
        #expect(error.description.contains(words), "\(error)")
    }
}

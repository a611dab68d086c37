// Methods in atlas.yml: presets, overrides, and what is refused where.

import Testing

@testable import Runs
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct MethodSettingsTests {
    private func methods(_ text: String) throws -> [Method] {
        try AtlasConfiguration.parsed("layers: heads.head\n" + text).resolvedMethods()
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

    @Test(arguments: [
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

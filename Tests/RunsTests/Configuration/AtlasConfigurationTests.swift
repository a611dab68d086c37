// atlas.yml: what is read, and what is refused in which words.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport

extension AtlasConfiguration {
    /// Reads a text as `atlas.yml`.
    static func parsed(_ text: String) throws -> AtlasConfiguration {
        try AtlasConfiguration(YAMLDocument.root(of: Array(text.utf8), named: "atlas.yml"))
    }
}

@Suite struct AtlasConfigurationTests {
    @Test func defaults() throws {
        let configuration = try AtlasConfiguration.parsed("layers: heads.head")
        #expect(configuration.title == "Neuron atlas")
        #expect(configuration.layers.map(\.address.value) == ["heads.head"])
        #expect(configuration.neurons == .all)
        #expect(configuration.seeds == [0, 1, 2])
        #expect(configuration.methods.map(\.name.value) == ["atlas"])
        #expect(configuration.tokens.map(\.value) == [.auto])
        #expect(configuration.attention.map(\.mode) == [.live])
        #expect(configuration.direction == .positive)
        #expect(configuration.compareSample == 24)
        #expect(configuration.model == .init())
        #expect(configuration.baseURL == nil && configuration.steps == nil && configuration.judge == nil)
        #expect(configuration.control == Control.all && !configuration.rawHTML && configuration.film == 0)
    }

    @Test func everyKey() throws {
        let configuration = try AtlasConfiguration.parsed(
            """
            title: 2026
            description: "Neurons: all of them"
            author: A. Author
            baseURL: https://example.org/atlas
            model:
              weights: a/b.pth
              labels: labels.txt
              heads: 12
              mean: [0.5, 0.5, 0.5]
              std: [0.25, 0.5, 1]
              imageSize: [224, 192]
              epsilon: 1e-5
              stateDict: state_dict_ema
            layers: [encoder_layer_3.mlp.1, heads.head]
            neurons: [0, 1, 5-9]
            seeds: [0, 7, 9223372036854775807]
            methods:
              - atlas
              - {name: pixel, rate: 0.1, schedule: cosine}
            steps: 12
            tokens: [auto, cls, token:4, slice]
            direction: "-"
            attention: [live, frozen: gray.png]
            compareSample: 6
            judge: judge.safetensors
            control: [rotated, shuffled]
            film: 60
            rawHTML: true
            """)
        #expect(configuration.title == "2026")
        #expect(configuration.description == "Neurons: all of them")
        #expect(configuration.author == "A. Author")
        #expect(configuration.baseURL == "https://example.org/atlas/")
        #expect(configuration.model.weights?.value == "a/b.pth")
        #expect(configuration.model.weights?.place == Place(file: "atlas.yml", line: 6, column: 12))
        #expect(configuration.model.labels?.value == "labels.txt")
        #expect(configuration.model.heads?.value == 12)
        #expect(configuration.model.mean?.value == [0.5, 0.5, 0.5])
        #expect(configuration.model.standardDeviation?.value == [0.25, 0.5, 1])
        #expect(configuration.model.imageSize?.value == .init(height: 224, width: 192))
        #expect(configuration.model.epsilon?.value == 1e-5)
        #expect(configuration.model.stateDict?.value == "state_dict_ema")
        #expect(configuration.layers.map(\.address.value) == ["encoder_layer_3.mlp.1", "heads.head"])
        guard case .ranges(let ranges) = configuration.neurons else { throw AtlasError(.data, "no ranges") }
        #expect(ranges.map(\.value) == [0...0, 1...1, 5...9])
        #expect(configuration.seeds == [0, 7, UInt64(Int.max)])
        #expect(configuration.methods.map(\.name.value) == ["atlas", "pixel"])
        #expect(configuration.methods[1].overrides.mapValues(\.value) == ["rate": "0.1", "schedule": "cosine"])
        #expect(configuration.steps == 12)
        #expect(
            configuration.tokens.map(\.value)
                == [.auto, .selection(.cls), .selection(.token(4)), .selection(.slice)])
        #expect(configuration.direction == .negative)
        #expect(configuration.attention.map(\.mode) == [.live, .frozen()])
        #expect(configuration.attention[1].reference?.value == "gray.png")
        #expect(configuration.compareSample == 6)
        #expect(configuration.judge?.value == "judge.safetensors")
        #expect(configuration.control == [.rotated(seed: 0), .shuffled(seed: 0)] && configuration.rawHTML)
        #expect(configuration.film == 60)
    }

    @Test(arguments: ["1", "61", "-2", "many", "[6]", "2.5"]) func filmsOfOtherLengths(text: String) throws {
        let error = try #require(throws: AtlasError.self) {
            try AtlasConfiguration.parsed("layers: heads.head\nfilm: \(text)\n")
        }
        #expect(
            error.description.hasPrefix(
                "atlas.yml:2:7: film: expected 0 for no films, or a number of pictures from 2 to 60, found "))
        #expect(try AtlasConfiguration.parsed("layers: heads.head\nfilm: 0\n").film == 0)
    }

    @Test(arguments: [
        ("", Control.all), ("control: true", Control.all), ("control: false", []),
        ("control: shuffled", [.shuffled(seed: 0)]), ("control: rotated", [.rotated(seed: 0)]),
        ("control: [rotated]", [.rotated(seed: 0)]), ("control: [shuffled, rotated]", Control.all),
    ]) func controls(text: String, controls: [Control]) throws {
        #expect(try AtlasConfiguration.parsed("layers: heads.head\n\(text)\n").control == controls)
    }

    @Test func scalarsStandForListsOfOne() throws {
        let configuration = try AtlasConfiguration.parsed(
            "layers: heads.head\nneurons: 5-9\nseeds: 1\ntokens: center\nattention: {frozen: a.png}\nmethods: maco\n"
                + "model: {imageSize: 96}\n")
        #expect(configuration.seeds == [0])
        #expect(configuration.tokens.map(\.value) == [.selection(.center)])
        #expect(configuration.attention.map(\.mode) == [.frozen()])
        #expect(configuration.methods.map(\.name.value) == ["maco"])
        #expect(configuration.model.imageSize?.value == .init(height: 96, width: 96))
    }

    /// A bad file, and the message that it gets.
    static let refusals: [(text: String, message: String)] = [
        ("", "atlas.yml: empty; it needs at least \"layers:\" with one address"),
        ("# nothing\n", "atlas.yml: empty; it needs at least \"layers:\" with one address"),
        (
            "title: A",
            "atlas.yml:1:1: the key \"layers\" is missing: name at least one address, such as "
                + "\"layers: [heads.head]\"; `atlasgen inspect` lists a model's addresses"
        ),
        ("just text", "atlas.yml:1:1: expected a mapping (key: value), found \"just text\""),
        ("- a\n- b", "atlas.yml:1:1: expected a mapping (key: value), found a list"),
        ("layers: ", "atlas.yml:1:8: layers: expected a list of addresses, found nothing"),
        ("layers: []", "atlas.yml:1:9: layers: expected a list of addresses, found an empty list"),
        ("layers: [[a]]", "atlas.yml:1:10: layers: expected a text, found a list"),
        ("layers: [a, {b: c}]", "atlas.yml:1:14: unknown key \"b\" in layers (known: address, neurons)"),
        (
            "layers: [{neurons: 3}]",
            "atlas.yml:1:10: layers: the layer has no \"address\"; write for example "
                + "{address: heads.head, neurons: [0-9]}"
        ),
        (
            "layers: [a\ntitle: b",
            "atlas.yml:2:6: not YAML: while parsing a flow sequence, did not find expected ',' or ']'"
        ),
        ("layers: a\n\tseeds: 3", "atlas.yml:2:1: not YAML: "),
        ("layers: a\nlayers: b", "atlas.yml:1:1: the key \"layers\" is repeated below; keep one"),
        ("layers: a\n? [x, y]\n: 1", "atlas.yml:2:3: expected a key, found a list"),
        (
            "layers: a\n---\nlayers: b",
            "atlas.yml:2:1: not YAML: expected a single document in the stream, but found another document"
        ),
        ("layers: *a", "atlas.yml:1:9: a text with the sign * in it needs quotes; write: layers: \"*a\""),
        (
            "layers: a\nseeds: 0",
            "atlas.yml:2:8: seeds: expected a count from 1 to 1000, or a list of numbers and ranges such as [0, 5-9], found \"0\""
        ),
        (
            "layers: a\nseeds: three",
            "atlas.yml:2:8: seeds: expected a count from 1 to 1000, or a list of numbers and ranges such as [0, 5-9], found \"three\""
        ),
        (
            "layers: a\nseeds: [1, -1]",
            "atlas.yml:2:12: seeds: expected a count from 1 to 1000, or a list of numbers and ranges such as [0, 5-9], found \"-1\""
        ),
        ("layers: a\nseeds: [1, 1]", "atlas.yml:2:12: seeds: the seed 1 is listed twice; keep one"),
        ("layers: a\nneurons: [0, 9-5]", "atlas.yml:2:14: neurons: the range 9-5 ends before it starts"),
        (
            "layers: a\nneurons: [0, x]",
            "atlas.yml:2:14: neurons: expected all, or numbers and ranges such as [0, 1, 5-9], found \"x\""
        ),
        (
            "layers: a\nneurons: -4",
            "atlas.yml:2:10: neurons: expected all, or numbers and ranges such as [0, 1, 5-9], found \"-4\""
        ),
        (
            "layers: a\nneurons: 99999999999999999999",
            "atlas.yml:2:10: neurons: expected all, or numbers and ranges such as [0, 1, 5-9], found \"99999999999999999999\""
        ),
        ("layers: a\nsteps: 0", "atlas.yml:2:8: steps: expected a whole number from 1 to 100000, found \"0\""),
        ("layers: a\nsteps: 1.5", "atlas.yml:2:8: steps: expected a whole number from 1 to 100000, found \"1.5\""),
        (
            "layers: a\ntokens: classes",
            "atlas.yml:2:9: tokens: expected auto, patches, cls, center, slice or token:k (k from 0), found \"classes\""
        ),
        ("layers: a\ntokens: [cls, cls]", "atlas.yml:2:15: tokens: \"cls\" is listed twice; keep one"),
        ("layers: a\ndirection: up", "atlas.yml:2:12: direction: expected \"+\" or \"-\", found \"up\""),
        (
            "layers: a\ndirection: -",
            "atlas.yml:2:12: not YAML: block sequence entries are not allowed in this context; write the minus in quotes: \"-\""
        ),
        (
            "layers: a\nattention: life",
            "atlas.yml:2:12: attention: expected live, detached or frozen, found \"life\"; did you mean \"live\"?"
        ),
        (
            "layers: a\nattention: {frosen: a.png}",
            "atlas.yml:2:13: unknown key \"frosen\" in attention; did you mean \"frozen\"? (known: frozen)"
        ),
        (
            "layers: a\nattention: [frozen, frozen: a.png]",
            "atlas.yml:2:21: attention: \"frozen\" is listed twice; keep one"
        ),
        (
            "layers: a\ncontrol: shufled",
            "atlas.yml:2:10: control: expected true, false, shuffled or rotated, found \"shufled\"; did you mean \"shuffled\"?"
        ),
        (
            "layers: a\ncontrol: [rotated, true]",
            "atlas.yml:2:20: control: expected shuffled or rotated, found \"true\""
        ),
        ("layers: a\ncontrol: [rotated, rotated]", "atlas.yml:2:20: control: \"rotated\" is listed twice; keep one"),
        (
            "layers: a\ncontrol: []",
            "atlas.yml:2:10: control: expected shuffled or rotated, found an empty list"
        ),
        (
            "layers: a\ncontrol:",
            "atlas.yml:2:9: control: expected true, false, shuffled or rotated, found nothing"
        ),
        (
            "layers: a\nbaseURL: example.org",
            "atlas.yml:2:10: baseURL: expected a URL such as https://example.org/atlas/, found \"example.org\""
        ),
        (
            "layers: a\nbaseURL: javascript:alert(1)",
            "atlas.yml:2:10: baseURL: expected a URL such as https://example.org/atlas/, found \"javascript:alert(1)\""
        ),
        ("layers: a\ntitle:", "atlas.yml:2:7: title: expected a text, found nothing"),
        ("layers: a\nmodel: vit.pth", "atlas.yml:2:8: model: expected a mapping (key: value), found \"vit.pth\""),
        (
            "layers: a\nmodel:\n  wieghts: vit.pth",
            "atlas.yml:3:3: unknown key \"wieghts\" in model; did you mean \"weights\"? (known: weights, labels, heads, activation, mean, std, imageSize, epsilon, stateDict)"
        ),
        (
            "layers: a\nmodel:\n  heads: 0",
            "atlas.yml:3:10: model.heads: expected a whole number from 1 to 1024, found \"0\""
        ),
        (
            "layers: a\nmodel:\n  mean: 0.5",
            "atlas.yml:3:9: model.mean: expected a list of three numbers, R, G and B, found 1"
        ),
        (
            "layers: a\nmodel:\n  mean: [0.5, 0.5, half]",
            "atlas.yml:3:20: model.mean: expected a number from -1000 to 1000, found \"half\""
        ),
        ("layers: a\nmodel:\n  std: [1, 1, 0]", "atlas.yml:3:8: model.std: expected numbers above 0, found 0"),
        (
            "layers: a\nmodel:\n  std: [1, 1, -1]",
            "atlas.yml:3:15: model.std: expected a number from 0 to 1000, found \"-1\""
        ),
        (
            "layers: a\nmodel:\n  imageSize: [1, 2, 3]",
            "atlas.yml:3:14: model.imageSize: expected a size, or [height, width], found 3 numbers"
        ),
        (
            "layers: a\nmethod: [atlas, pixel]",
            "atlas.yml:2:9: method: expected one method, found a list; a list of methods goes under \"methods\""
        ),
        (
            "layers: a\nmethod: atlas\nmethods: [pixel]",
            "atlas.yml:3:10: methods: there is also a key \"method\"; keep one, a list of methods goes under \"methods\""
        ),
        (
            "layers: a\nmethods: [atlas, {name: atlas}]",
            "atlas.yml:2:18: methods: the method \"atlas\" is listed twice; keep one, or give one another name with \"as\""
        ),
        (
            "layers: a\nmethod: {steps: 4}",
            "atlas.yml:2:9: method: the method has no \"name\"; write for example {name: atlas, steps: 128}"
        ),
        ("layers: a\nmethod: {name: atlas, rate: [[1]]}", "atlas.yml:2:30: method.rate: expected a text, found a list"),
    ]

    @Test(arguments: refusals.indices) func badFilesAreRefused(index: Int) throws {
        let (text, message) = Self.refusals[index]
        let error = try #require(throws: AtlasError.self) { try AtlasConfiguration.parsed(text) }
        #expect(error.code == .data)
        if message.hasSuffix(": ") {
            #expect(error.description.hasPrefix(message) && error.description.count > message.count)
        } else {
            #expect(error.description == message)
        }
    }

    @Test func unknownKeysGetASuggestion() throws {
        let error = try #require(throws: AtlasError.self) {
            try AtlasConfiguration.parsed("layers: a\nsteps: 3\nsead: 3\nzzz: 1")
        }
        #expect(
            error.description.hasPrefix("atlas.yml:3:1: unknown key \"sead\"; did you mean \"seeds\"? (known: title,"))
    }

    @Test func aMissingFileSaysWhatToDo() throws {
        let folder = try TemporaryFolder()
        let error = try #require(throws: AtlasError.self) {
            try AtlasConfiguration.read(file: "\(folder.path)/atlas.yml", named: "atlas.yml")
        }
        #expect(error.code == .data)
        #expect(
            error.description == "atlas.yml: there is no such file. Name a project's folder, or run atlasgen in one. "
                + "`atlasgen init \(folder.path)` creates a starter project in a folder that is new or empty.")
    }

    @Test func otherBytesAreRefused() throws {
        let error = try #require(throws: AtlasError.self) {
            try YAMLDocument.root(of: Array("layers: a\ntitle: ".utf8) + [0xC3, 0x28], named: "atlas.yml")
        }
        #expect(error.description == "atlas.yml:2: not UTF-8 text; save the file as UTF-8")
        #expect(throws: AtlasError.self) {
            try YAMLDocument.root(of: Array("layers: a\u{0}b".utf8), named: "atlas.yml")
        }
        #expect(throws: AtlasError.self) {
            try YAMLDocument.root(of: [UInt8](repeating: 32, count: 2 << 20), named: "atlas.yml")
        }
    }

    /// Ten levels of ten aliases each would be ten thousand million nodes, also as a key.
    @Test func aliasBombsAreRefused() throws {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...10 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = try #require(throws: AtlasError.self) { try AtlasConfiguration.parsed(text + "? *a10\n: 1\n") }
        #expect(error.description == "atlas.yml: 101 aliases (*name); at most 16 are allowed. Write the values out.")
        let few = try AtlasConfiguration.parsed("layers: &all [heads.head, encoder.ln]\ntitle: &t T\nauthor: *t\n")
        #expect(few.author == "T")
    }

    @Test(arguments: ["[", "{a: ", "- ", "? "]) func deepNestingIsRefused(start: String) throws {
        let error = try #require(throws: AtlasError.self) {
            try AtlasConfiguration.parsed("layers: a\ntitle:\n  " + String(repeating: start, count: 50_000))
        }
        #expect(error.code == .data)
    }

    @Test(arguments: 0..<300) func damagedFilesEndInErrors(seed: Int) throws {
        // A file with every key, one byte of it changed; whatever comes out, nothing traps.
        var bytes = Array(
            "layers: [encoder_layer_3.mlp.1]\nmodel: {heads: 3, std: [1, 1, 1]}\nneurons: [0, 5-9]\nseeds: [0]".utf8)
        let position = seed % bytes.count
        bytes[position] = [0, 10, 38, 42, 45, 58, 63, 91, 93, 123, 255][seed * 7 % 11]
        do {
            _ = try AtlasConfiguration(YAMLDocument.root(of: bytes, named: "atlas.yml")).layers(of: .tiny64)
        } catch let error as AtlasError {
            #expect(error.code == .data)
            #expect(error.description.hasPrefix("atlas.yml:"))
        }
    }
}

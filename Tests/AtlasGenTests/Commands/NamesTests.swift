// One grammar of names: atlas.yml, the command line and figures in posts accept and refuse the same texts.

import Foundation
import Testing

@testable import AtlasGen
@testable import Runs
@testable import Site
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct NamesTests {
    private let project: Project
    private let reader: FigureReader

    init() throws {
        project = try WriterProject().project()
        reader = FigureReader(project: project, text: try SourceText("", file: "post.md", named: "post.md"))
    }

    /// What an entrance makes of a text: a value in words, or the reason of its error without the place.
    private enum Reading: Equatable {
        case value(String)
        case refusal(String)

        /// - Parameters:
        ///   - place: what the error begins with, and the caller's place alone.
        ///   - code: the kind of error.
        init(at place: String, _ code: AtlasError.Code, _ read: () throws -> Any) {
            do {
                self = .value("\(try read())")
            } catch let error as AtlasError where error.code == code && error.description.hasPrefix(place) {
                self = .refusal(String(error.description.dropFirst(place.count)))
            } catch {
                self = .refusal("not at \(place): \(error)")
            }
        }
    }

    private func configuration(_ text: String) throws -> AtlasConfiguration {
        try AtlasConfiguration(YAMLDocument.root(of: Array(text.utf8), named: "atlas.yml"))
    }

    private func configured(_ text: String) throws -> AtlasLayer {
        try configuration(text).layers(of: .tiny64)[0]
    }

    private func figure(_ destination: String) throws -> RunsRequest {
        guard case .runs(let request) = try reader.figure(destination, line: 3) else {
            throw AtlasError(.data, "no runs")
        }
        return request
    }

    /// An option that the parser itself reads; its error is the parser's, which quotes the reason.
    private func option<Value>(_ arguments: String..., value: (VisualiseCommand) -> Value) throws -> Value {
        do {
            return value(try VisualiseCommand.parse(["heads.head/1"] + arguments))
        } catch {
            #expect(VisualiseCommand.exitCode(for: error).rawValue == 64)
            let message = VisualiseCommand.message(for: error)
            throw AtlasError(.usage, String(message.prefix { !$0.isNewline }))
        }
    }

    private func agree(_ readings: [Reading], on text: String, _ isAccepted: Bool) {
        for reading in readings { #expect(reading == readings[0], "\"\(text)\"") }
        if case .value = readings[0] {
            #expect(isAccepted, "\"\(text)\"")
        } else {
            #expect(!isAccepted, "\"\(text)\": \(readings[0])")
        }
    }

    @Test(arguments: [
        ("heads.head", true), ("encoder_layer_5.mlp.3", true), ("encoder.layers.encoder_layer_5.mlp.3", true),
        ("encoder.ln", true), ("encoder_layer_3", true), ("heads.haed", false), ("encoder_layer_9.mlp.3", false),
        ("encoder_layer_05.mlp.3", false), ("Heads.head", false), ("x", false),
    ]) func addresses(text: String, isAccepted: Bool) {
        agree(
            [
                Reading(at: "atlas.yml:1:9: layers: ", .data) { try configured("layers: \(text)").address },
                Reading(at: "--layer: ", .usage) { try Address(argument: text, of: "--layer", in: .tiny64) },
                Reading(at: "<address/neuron>: ", .usage) {
                    try NeuronName(argument: "\(text)/1", in: .tiny64).address
                },
                Reading(at: "post.md:3: neuron:\(text)/1: ", .data) { try figure("neuron:\(text)/1").address },
            ], on: text, isAccepted)
    }

    @Test(arguments: [("0", true), ("49", true), ("007", true), ("50", false), ("999999", false)])
    func neurons(text: String, isAccepted: Bool) {
        agree(
            [
                Reading(at: "atlas.yml:2:10: neurons: ", .data) {
                    try configured("layers: heads.head\nneurons: \(text)").neurons[0]
                },
                Reading(at: "<address/neuron>: ", .usage) {
                    let name = try NeuronName(argument: "heads.head/\(text)", in: .tiny64)
                    try name.checkArgument(under: .cls, in: .tiny64)
                    return name.number
                },
                Reading(at: "post.md:3: neuron:heads.head/\(text): ", .data) {
                    try figure("neuron:heads.head/\(text)").neuron
                },
            ], on: text, isAccepted)
    }

    @Test(arguments: ["", "x", "-1", "+1", "1.5", "1e3", "٣", "99999999999999999999"]) func noNumbers(text: String) {
        #expect(throws: AtlasError.self) { try configuration("layers: a\nneurons: [\"\(text)\"]") }
        #expect(throws: AtlasError.self) { try configuration("layers: a\nseeds: [\"\(text)\"]") }
        #expect(throws: AtlasError.self) { try NeuronName(argument: "heads.head/\(text)", in: .tiny64) }
        #expect(throws: AtlasError.self) { try option("--seeds=\(text)") { $0.seeds } }
        #expect(throws: AtlasError.self) { try figure("neuron:heads.head/\(text)") }
        #expect(throws: AtlasError.self) { try figure("neuron:heads.head/1?seeds=\(text)") }
    }

    @Test(arguments: [
        ("7", true), ("0,1", true), ("0-4,7", true), ("3-3", true), ("5, 0 - 2", true), ("9223372036854775807", true),
        ("0-0,4", true), ("3-1", false), ("0,0", false), ("0-4,2", false), ("0-1000", false), ("0,1-1000", false),
        ("0-9223372036854775807", false), ("1-2-3", false), ("9223372036854775808", false), ("seeds", false),
    ]) func seeds(text: String, isAccepted: Bool) throws {
        let written = Reading(at: "atlas.yml:2:9: seeds: ", .data) {
            try configuration("layers: a\nseeds: [\"\(text)\"]").seeds
        }
        let command = Reading(at: "The value '\(text)' is invalid for '--seeds <list>': ", .usage) {
            try option("--seeds", text) { $0.seeds ?? [] }
        }
        let destination = "neuron:heads.head/1?seeds=\(text)"
        let posted = Reading(at: "post.md:3: \(destination): seeds: ", .data) { try figure(destination).seeds }
        switch posted {
        case .value: #expect(isAccepted && written == posted && command == posted, "\(text): \(written), \(command)")
        case .refusal(let reason):
            #expect(!isAccepted && command == posted, "\(text): \(command), \(posted)")
            // What was expected is said in the words of each place, for atlas.yml has counts too.
            guard reason.hasPrefix("expected "), case .refusal(let words) = written else {
                #expect(written == posted, "\(written)")
                return
            }
            #expect(words.hasPrefix("expected a count from 1 to 1000, or a list of numbers"), "\(words)")
        }
    }

    @Test(arguments: [
        ("auto", true), ("patches", true), ("cls", true), ("center", true), ("slice", true), ("token:0", true),
        ("token:64", true), ("token:65", false), ("token:-1", false), ("token", false), ("pathces", false),
        ("Auto", false), ("class", false),
    ]) func tokens(text: String, isAccepted: Bool) {
        let address = Address.block(5, .mlp3)
        let destination = "neuron:encoder_layer_5.mlp.3/1?tokens=\(text)"
        agree(
            [
                Reading(at: "atlas.yml:2:9: tokens: ", .data) {
                    try configured("layers: encoder_layer_5.mlp.3\ntokens: \(text)").tokens[0]
                },
                Reading(at: "--tokens: ", .usage) { try TokenSelection(argument: text, at: address, in: .tiny64) },
                Reading(at: "post.md:3: \(destination): tokens: ", .data) {
                    try figure(destination).conditions[0].variant.tokens
                },
            ], on: text, isAccepted)
    }

    @Test func tokensThatAnAddressLacks() {
        let destination = "neuron:heads.head/1?tokens=slice"
        agree(
            [
                Reading(at: "atlas.yml:2:9: tokens: ", .data) {
                    try configured("layers: heads.head\ntokens: slice").tokens[0]
                },
                Reading(at: "--tokens: ", .usage) { try TokenSelection(argument: "slice", at: .head, in: .tiny64) },
                Reading(at: "post.md:3: \(destination): tokens: ", .data) {
                    try figure(destination).conditions[0].variant.tokens
                },
            ], on: "slice", false)
    }

    @Test(arguments: [("live", true), ("detached", true), ("frozen", true), ("lvie", false), ("Live", false)])
    func attention(text: String, isAccepted: Bool) {
        let destination = "neuron:heads.head/1?attention=\(text)"
        agree(
            [
                Reading(at: "atlas.yml:2:12: attention: ", .data) {
                    try configuration("layers: a\nattention: \(text)").attention[0].mode.word
                },
                Reading(at: "The value '\(text)' is invalid for '--attention <attention>': ", .usage) {
                    try #require(try option("--attention", text) { $0.attention?.word })
                },
                Reading(at: "post.md:3: \(destination): attention: ", .data) {
                    try figure(destination).conditions[0].variant.attention.word
                },
            ], on: text, isAccepted)
    }

    @Test(arguments: [("+", true), ("-", true), ("\u{2212}", true), ("up", false), ("+-", false), ("1", false)])
    func directions(text: String, isAccepted: Bool) {
        let destination = "neuron:heads.head/1?direction=\(text)"
        agree(
            [
                Reading(at: "atlas.yml:2:12: direction: ", .data) {
                    try configuration("layers: a\ndirection: \"\(text)\"").direction
                },
                Reading(at: "The value '\(text)' is invalid for '--direction <direction>': ", .usage) {
                    try #require(try option("--direction", text) { $0.direction })
                },
                Reading(at: "post.md:3: \(destination): direction: ", .data) {
                    try figure(destination).conditions[0].variant.direction
                },
            ], on: text, isAccepted)
    }
}

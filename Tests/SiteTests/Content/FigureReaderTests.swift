// The figure syntax: what it asks for, and the wording of what is wrong with it.

import Foundation
import Testing

@testable import Runs
@testable import Site
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct FigureReaderTests {
    private let project: Project
    private let reader: FigureReader

    init() throws {
        project = try WriterProject().project()
        reader = FigureReader(project: project, text: try SourceText("", file: "post.md", named: "post.md"))
    }

    private func runs(_ destination: String) throws -> RunsRequest {
        guard case .runs(let request) = try reader.figure(destination, line: 3) else {
            throw AtlasError(.data, "no runs")
        }
        return request
    }

    @Test func aNeuronAloneIsTheGridsRow() throws {
        let request = try runs("neuron:encoder_layer_5.mlp.3/17")
        #expect(request.address == .block(5, .mlp3))
        #expect(request.neuron == 17)
        #expect(request.seeds == [0, 1, 2])
        #expect(request.conditions == [project.grid(of: project.layers[0])])
        #expect(try runs("neuron:encoder.layers.encoder_layer_5.mlp.3/17") == request)
    }

    @Test func listsMakeAGridInTheirOrder() throws {
        let request = try runs(
            "neuron:encoder_layer_5.mlp.3/3?seeds=7,1&methods=pixel,atlas&tokens=slice,auto&attention=frozen,live")
        #expect(request.seeds == [7, 1])
        #expect(
            request.conditions.map(\.variant).map { "\($0.method.name) \($0.tokens) \($0.attention.word)" } == [
                "pixel slice frozen", "pixel slice live", "pixel cls frozen", "pixel cls live", "atlas slice frozen",
                "atlas slice live", "atlas cls frozen", "atlas cls live",
            ])
        #expect(request.recipes.count == 16)
        #expect(request.recipes.map(\.seed).prefix(4) == [7, 1, 7, 1])
        // The method that atlas.yml has is the project's, the other one the preset.
        #expect(request.conditions[4].variant.method == project.methods[0].method)
        #expect(request.conditions[0].variant.method == .pixel)
    }

    @Test func rangesOfSeeds() throws {
        #expect(try runs("neuron:heads.head/3?seeds=0-2,7").seeds == [0, 1, 2, 7])
        #expect(try runs("neuron:heads.head/3?seeds=4,%200-1").seeds == [4, 0, 1])
    }

    @Test func wordsForOneSelectionAreOneRow() throws {
        let request = try runs("neuron:encoder_layer_5.mlp.3/3?tokens=auto,cls,patches&seeds=0")
        #expect(request.conditions.map(\.variant.tokens) == [.cls, .patches])
    }

    @Test func otherLayersAreReadAsTheModelReadsThem() throws {
        #expect(try runs("neuron:encoder_layer_5.mlp.1/500").conditions[0].variant.tokens == .cls)
        #expect(try runs("neuron:encoder_layer_2.mlp.1/500").conditions[0].variant.tokens == .patches)
        #expect(try runs("neuron:encoder_layer_2.mlp.1/5?direction=-").conditions[0].variant.direction == .negative)
    }

    @Test func layersFigures() throws {
        guard
            case .sheet(let request, let sort, let limit) = try reader.figure(
                "layer:encoder_layer_5.mlp.3?sort=-consistency&limit=5", line: 1)
        else {
            Issue.record("no sheet")
            return
        }
        #expect(request.layer.address == .block(5, .mlp3))
        #expect(sort == .init(key: .consistency, isReversed: true))
        #expect(limit == 5)
        guard
            case .distribution(let plot) = try reader.figure(
                "layer:encoder_layer_5.mlp.3?plot=consistency&tokens=patches&measure=meaning", line: 1)
        else {
            Issue.record("no distribution")
            return
        }
        #expect(plot.condition.variant.tokens == .patches)
        #expect(plot.measure == .meaning)
        guard
            case .widths(let widths) = try reader.figure(
                "layer:encoder_layer_5.mlp.3?plot=seeds&tokens=patches&measure=meaning", line: 1)
        else {
            Issue.record("no widths")
            return
        }
        #expect(widths.condition.variant.tokens == .patches)
        #expect(widths.measure == .meaning)
    }

    static let neuron = "expected ADDRESS/NUMBER"
    static let known = "(known: seeds, method, methods, tokens, attention, direction, control)"
    static let wordings: [(destination: String, message: String)] = [
        (
            "neuron:encoder_layer_5.mpl.3/17",
            "the model has no address \"encoder_layer_5.mpl.3\"; the nearest: encoder_layer_5.mlp.3, "
                + "encoder_layer_0.mlp.3, encoder_layer_1.mlp.3. `atlasgen inspect` lists all of them."
        ),
        ("neuron:heads.head/50", "neuron 50 is out of range; heads.head has the neurons 0 to 49"),
        ("neuron:heads.head/x", "\(neuron), such as heads.head/17, found \"heads.head/x\""),
        ("neuron:heads.head/-1", "\(neuron), such as heads.head/17, found \"heads.head/-1\""),
        ("neuron:heads.head/", "\(neuron), such as heads.head/17, found \"heads.head/\""),
        ("neuron:heads.head", "\(neuron), such as heads.head/17, found \"heads.head\""),
        ("neuron:heads.head/1?sedes=0", "unknown key \"sedes\"; did you mean \"seeds\"? \(known)"),
        ("neuron:heads.head/1?seeds=", "\"seeds\" needs a value: seeds=…"),
        ("neuron:heads.head/1?seeds=0&seeds=1", "\"seeds\" is given twice; keep one"),
        ("neuron:heads.head/1?seeds=0,1,0", "seeds: the seed 0 is listed twice; keep one"),
        (
            "neuron:heads.head/1?seeds=0,x",
            "seeds: expected whole numbers from 0 and ranges, such as 0-4,7, found \"x\""
        ),
        (
            "neuron:heads.head/1?seeds=99999999999999999999",
            "seeds: expected whole numbers from 0 and ranges, such as 0-4,7, found \"99999999999999999999\""
        ),
        ("neuron:heads.head/1?method=pixel&methods=atlas", "\"method\" and \"methods\" mean the same; keep one"),
        (
            "neuron:heads.head/1?method=pixle",
            "method: There is no method “pixle”. The methods are “atlas”, “pixel”, “fourier”, “ghiasi”, “maco”. "
                + "Did you mean \"pixel\"?"
        ),
        (
            "neuron:heads.head/1?tokens=cla",
            "tokens: expected auto, patches, cls, center, slice or token:k (k from 0), found \"cla\"; did you mean \"cls\"?"
        ),
        (
            "neuron:heads.head/1?tokens=slice",
            "tokens: slice needs an address of several tokens, and heads.head has one; "
                + "name another, or put another first in atlas.yml"
        ),
        (
            "neuron:encoder_layer_5.mlp.3/65?tokens=slice",
            "neuron 65 is out of range for slice, which reads the token of the neuron's number; "
                + "encoder.layers.encoder_layer_5.mlp.3 has the tokens 0 to 64"
        ),
        (
            "neuron:heads.head/1?attention=lvie",
            "attention: expected live, detached or frozen, found \"lvie\"; did you mean \"live\"?"
        ),
        ("neuron:heads.head/1?direction=up", "direction: expected \"+\" or \"-\", found \"up\""),
        (
            "layer:encoder_layer_4.mlp.3",
            "encoder_layer_4.mlp.3 is not a layer of this atlas (encoder_layer_5.mlp.3, heads.head); add it to "
                + "\"layers\" in atlas.yml, or show single neurons of it with neuron:encoder_layer_4.mlp.3/N"
        ),
        ("layer:heads.head/3", "a layer's figure has no neuron; write layer:heads.head or neuron:heads.head/3"),
        (
            "layer:heads.head?plot=compar",
            "plot: expected consistency, compare or seeds, found \"compar\"; did you mean \"compare\"?"
        ),
        ("layer:heads.head?limit=0", "limit: expected a whole number from 1 to 400, found \"0\""),
        (
            "layer:heads.head?sort=activaton",
            "sort: expected number, activation or consistency, with a leading minus for reverse order, found "
                + "\"activaton\"; did you mean \"activation\"?"
        ),
        (
            "layer:heads.head?plot=compare&limit=4",
            "\"limit\" applies to contact sheets, but \"plot=compare\" makes none; keep one"
        ),
        (
            "layer:heads.head?plot=consistency&method=pixel",
            "this atlas has no runs of heads.head with pixel, class token, live attention; a layer's figures show what "
                + "atlas.yml lists under methods, tokens, attention and control, one of them changed at a time"
        ),
    ]

    @Test(arguments: 0..<wordings.count) func wording(index: Int) throws {
        let (destination, message) = Self.wordings[index]
        let error = try #require(throws: AtlasError.self) { try reader.figure(destination, line: 7) }
        #expect(error.description == "post.md:7: \(destination): \(message)")
        #expect(error.code == .data)
    }

    @Test(arguments: [
        ("layer:heads.head|acu", "unknown field \"acu\"; did you mean \"auc\"? (known: auc, interval, "),
        ("layer:heads.head", "a value needs a field after a bar, as in {{layer:heads.head|auc}} (known: auc, "),
        ("neuron:heads.head/3|persentile", "unknown field \"persentile\"; did you mean \"percentile\"?"),
        (
            "neuron:heads.head/30|percentile",
            "percentile compares a neuron with its layer, but neuron 30 is not in this atlas"
        ),
        (
            "neuron:encoder_layer_4.mlp.3/3|percentile",
            "percentile compares a neuron with its layer, but encoder_layer_4.mlp.3 is not a layer of this atlas"
        ),
        ("layr:heads.head|auc", "did you mean \"layer:\"?"),
        (
            "layer:heads.head?sort=number|auc",
            "unknown key \"sort\" (known: method, tokens, attention, control, measure)"
        ),
    ]) func valuesWording(expression: String, message: String) throws {
        let error = try #require(throws: AtlasError.self) { try reader.value(expression, line: 2) }
        #expect(error.description.hasPrefix("post.md:2: {{\(expression)}}: \(message)"), "\(error)")
    }

    @Test func otherBracesAreNotOurs() throws {
        #expect(try reader.value("site.baseurl", line: 1).map { "\($0)" } == nil)
        #expect(try reader.value("a|b: c", line: 1).map { "\($0)" } == nil)
    }
}

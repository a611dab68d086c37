// The classes' names: where they come from, in which encodings, and what happens to those that cannot be used.

import Foundation
import Testing

@testable import ViT

struct LabelsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func load(_ table: TensorTable, _ overrides: CheckpointOverrides = .init()) throws -> Checkpoint {
        try Checkpoint.load(path: folder.write("model.safetensors", table.bytes()), overrides: overrides)
    }

    @Test func takesLabelsFromWhereTheyAre() throws {
        let table = try CheckpointRefusalTests.table()
        #expect(try load(table).labels == nil)
        _ = try folder.write("model.labels.txt", Array("ant\nbee\r\ncrow\n".utf8))
        #expect(try load(table).labels == ["ant", "bee", "crow"])
        _ = try folder.write("config.json", Array(#"{"id2label": {"0": "x", "2": "z", "1": "y"}}"#.utf8))
        #expect(try load(table).labels == ["x", "y", "z"])
        _ = try folder.write("config.json", Array(#"{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}"#.utf8))
        #expect(try load(table).labels == ["ant", "bee", "crow"])
        let stated = try folder.write("mine.txt", Array("1\n2\n3".utf8))
        #expect(try load(table, CheckpointOverrides(labelsPath: stated)).labels == ["1", "2", "3"])
        let short = try folder.write("short.txt", Array("1\n2\n".utf8))
        let error = #expect(throws: ViTError.self) { try load(table, CheckpointOverrides(labelsPath: short)) }
        #expect(try #require(error).description.contains("short.txt: names 2 classes"))
    }

    @Test func namesImageNetsClasses() throws {
        var table = try CheckpointRefusalTests.table()
        table.tensors["heads.head.weight"] = ([1000, 12], Array(repeating: 0, count: 12_000))
        table.tensors["heads.head.bias"] = ([1000], Array(repeating: 0, count: 1000))
        let labels = try #require(try load(table).labels)
        #expect(labels.count == 1000 && labels[0] == "tench" && labels[45] == "Gila monster")
        #expect(labels[999] == "toilet tissue" && labels.allSatisfy { !$0.isEmpty })
    }

    /// Each file has the same three names: "tench", "Zürich", "\u{1F41F}"; or "Zürich", "naïve", "…" in one byte each.
    @Test func readsTheEncodingsThatPeopleSave() throws {
        let table = try CheckpointRefusalTests.table()
        let names = ["tench", "Zürich", "\u{1F41F}"]
        let text = names.joined(separator: "\r\n") + "\r\n"
        func units(_ isLittle: Bool) -> [UInt8] {
            text.utf16.flatMap { littleEndian(isLittle ? $0 : $0.byteSwapped) }
        }
        let files: [(name: String, bytes: [UInt8], encoding: String?)] = [
            ("plain", Array(text.utf8), nil), ("marked", [0xef, 0xbb, 0xbf] + Array(text.utf8), nil),
            ("little", [0xff, 0xfe] + units(true), "UTF-16"), ("big", [0xfe, 0xff] + units(false), "UTF-16"),
            ("unmarked-little", units(true), "UTF-16"), ("unmarked-big", units(false), "UTF-16"),
        ]
        for (name, bytes, encoding) in files {
            let path = try folder.write("\(name).txt", bytes)
            let checkpoint = try load(table, CheckpointOverrides(labelsPath: path))
            #expect(checkpoint.labels == names, "\(name)")
            let source = try #require(checkpoint.assumptions.first { $0.name == "labels" }).source
            #expect(source == encoding.map { "\(path), read as \($0)" } ?? path)
        }
        let bytes = Array("Z".utf8) + [0xfc] + Array("rich\nna".utf8) + [0xef] + Array("ve\n".utf8) + [0x85, 0x0a]
        let path = try folder.write("windows.txt", bytes)
        let checkpoint = try load(table, CheckpointOverrides(labelsPath: path))
        #expect(checkpoint.labels == ["Zürich", "naïve", "…"])
        #expect(checkpoint.assumptions.contains { $0.source.hasSuffix("read as Windows-1252") })
    }

    /// Names of a configuration that cannot be used, and what is said about them.
    static let unusable = [
        (#"{"id2label": {"1": "a", "2": "b", "3": "c"}}"#, "id2label has 3 names, but none for 0"),
        (#"{"id2label": {"0": "a", "1": "b"}}"#, "it names 2 classes, but the head of"),
        (#"{"id2label": {"0": 7, "1": 8, "2": 9}}"#, "id2label does not have a text for each number"),
        (#"{"id2label": {"0": "a", "1": "\u001b[2J", "2": "c"}}"#, "the name of class 1 has control characters"),
        (#"{"label_names": ["a", "b", "\#(String(repeating: "n", count: 1001))"]}"#, "class 2 has 1001 bytes"),
        (#"{"label_names": 3}"#, "label_names is not a list"),
    ]

    @Test(arguments: unusable.indices) func aModelWhoseNamesCannotBeUsedIsStillAModel(_ index: Int) throws {
        let (json, words) = Self.unusable[index]
        let table = try CheckpointRefusalTests.table()
        _ = try folder.write("config.json", Array(json.utf8))
        let checkpoint = try load(table)
        #expect(checkpoint.labels == nil && checkpoint.configuration.classCount == 3)
        let assumption = try #require(checkpoint.assumptions.first { $0.name == "labels" })
        #expect(assumption.leavesOut && assumption.value == "none" && assumption.source.contains(words))
        #expect(assumption.source.contains("config.json"))

        let stated = try folder.write("mine.txt", Array("1\n2\n3".utf8))
        #expect(try load(table, CheckpointOverrides(labelsPath: stated)).labels == ["1", "2", "3"])
        _ = try folder.write("model.labels.txt", Array("ant\nbee\ncrow\n".utf8))
        #expect(try load(table).labels == ["ant", "bee", "crow"])
    }

    @Test func refusesAFileOfLabelsThatAreNoNames() throws {
        let table = try CheckpointRefusalTests.table()
        let stated = try folder.write("mine.txt", Array("1\n\u{7}\n3".utf8))
        let error = #expect(throws: ViTError.self) { try load(table, CheckpointOverrides(labelsPath: stated)) }
        #expect(try #require(error).description.contains("mine.txt:2: a class name has control characters"))
    }

    /// timm names classes by identifiers and describes them; up to 0.6, `labels` had the names.
    @Test(
        arguments: [
            #"{"label_names": ["n1", "n2", "n3"], "label_descriptions": {"n1": "x", "n2": "y", "n3": "z"}}"#,
            #"{"architecture": "vit_tiny_patch16_224", "labels": ["x", "y", "z"]}"#,
            #"{"pretrained_cfg": {"label_names": ["x", "y", "z"]}}"#,
        ]) func readsTimmsNames(_ json: String) throws
    {
        _ = try folder.write("config.json", Array(json.utf8))
        #expect(try load(CheckpointRefusalTests.table()).labels == ["x", "y", "z"])
    }
}

// Files that hold no directions for a layer, or that a linear map does not describe: one message says what, where and what
// to do.

import Foundation
import Testing

@testable import ViT

struct DirectionRefusalTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func message(_ request: DirectionRequest, width: Int = 3) throws -> String {
        let error = #expect(throws: ViTError.self) {
            try DirectionFile.load(request, width: width, layer: "encoder.ln")
        }
        return try #require(error).description
    }

    /// Four directions of three channels, and what belongs to them.
    static var table: TensorTable {
        var table = TensorTable()
        table.tensors = [
            "w": ([4, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1]), "b": ([4], [1, 2, 3, 4]), "c": ([3], [1, 2, 3]),
            "t": ([4], [0, 1, 2, 3]), "probe.weight": ([5, 7], [Float](repeating: 1, count: 35)),
        ]
        return table
    }

    /// A change of a good file or request.
    typealias Change = @Sendable (inout TensorTable, inout DirectionRequest) -> Void

    static let damages: [(words: [String], change: Change)] = [
        (
            ["tensor 'w' has shape (4, 2)", "3, the width of encoder.ln"],
            { table, _ in table.tensors["w"] = ([4, 2], [Float](repeating: 1, count: 8)) }
        ),
        (["tensor 'w' of shape (0, 3) is empty"], { table, _ in table.tensors["w"] = ([0, 3], []) }),
        (["tensor 'w' has shape (1, 4, 3)"], { table, _ in table.tensors["w"]?.shape = [1, 4, 3] }),
        (
            ["tensor 'w' of shape (4, 3)", "not finite, at element 5"],
            { table, _ in table.tensors["w"]?.values[5] = .nan }
        ),
        (["tensor 'b'", "not finite, at element 2"], { table, _ in table.tensors["b"]?.values[2] = .infinity }),
        (["tensor 'w'", "direction 2 is 0 in every channel"], { table, _ in table.tensors["w"]?.values[8] = 0 }),
        (
            ["tensor 'w'", "directions 1 and 3 are equal"],
            { table, _ in table.tensors["w"]?.values.replaceSubrange(9..<12, with: [0, 1, 0]) }
        ),
        (
            ["tensor 'b' (bias) has shape (3)", "(4) is expected"],
            { table, _ in table.tensors["b"] = ([3], [1, 2, 3]) }
        ),
        (["tensor 'b' (bias) has shape (2, 2)"], { table, _ in table.tensors["b"]?.shape = [2, 2] }),
        (
            ["tensor 'c' (centre) has shape (4)", "(3) is expected"],
            { table, _ in table.tensors["c"] = ([4], [1, 2, 3, 4]) }
        ),
        (
            ["tensor 't' (threshold) has shape (2)", "(4) is expected"],
            { table, _ in table.tensors["t"] = ([2], [1, 2]) }
        ),
        (["tensor 't'", "the threshold -1.0 for direction 1"], { table, _ in table.tensors["t"]?.values[1] = -1 }),
        (["'threshold' is -0.5"], { _, request in request.threshold = .number(-0.5) }),
        (["'threshold' is nan"], { _, request in request.threshold = .number(.nan) }),
        (["jumprelu needs thresholds"], { _, request in request.threshold = nil }),
        (["'threshold' is given, but the nonlinearity is relu"], { _, request in request.nonlinearity = .relu }),
        (["'k' is given, but the nonlinearity is jumprelu"], { _, request in request.k = 2 }),
        (["topk needs the number"], { _, request in (request.nonlinearity, request.threshold) = (.topk, nil) }),
        (
            ["keeps 5 directions of 4"],
            { _, request in (request.nonlinearity, request.threshold, request.k) = (.topk, nil, 5) }
        ),
        (
            ["keeps 0 directions of 4"],
            { _, request in (request.nonlinearity, request.threshold, request.k) = (.topk, nil, 0) }
        ),
        (
            ["no tensor 'weight' (weight)", "5 tensors: 'probe.weight' (5, 7), 'b' (4)"],
            { _, request in request.weight = "weight" }
        ),
        (["no tensor 'b_enc' (bias)"], { _, request in request.bias = "b_enc" }),
        (["no tensor 'x' (centre)"], { _, request in request.centre = "x" }),
        (["no tensor 'x' (threshold)"], { _, request in request.threshold = .tensor("x") }),
        (
            [
                "its layout is not known",
                "side of 3, the width of encoder.ln: 'w' (4, 3); others: 'probe.weight' (5, 7)",
            ], { _, request in request.weight = nil }
        ),
        (
            ["direction 3 leaves float32's range"],
            { table, _ in
                table.tensors["w"]?.values[9] = 3e38
                table.tensors["c"]?.values[0] = 3e38
            }
        ),
    ]

    @Test(arguments: damages.indices) func theMessageSaysWhatIsWrong(_ index: Int) throws {
        let damage = Self.damages[index]
        var table = Self.table
        var request = DirectionRequest(
            path: "", weight: "w", bias: "b", centre: "c", nonlinearity: .jumprelu, threshold: .tensor("t"))
        damage.change(&table, &request)
        request.path = try folder.write("sae.safetensors", table.bytes())
        let message = try message(request)
        #expect(message.hasPrefix(request.path))
        for words in damage.words { #expect(message.contains(words), "\(message)") }
    }

    @Test func theUndamagedFileLoads() throws {
        let request = DirectionRequest(
            path: try folder.write("sae.safetensors", Self.table.bytes()), weight: "w", bias: "b", centre: "c",
            nonlinearity: .jumprelu, threshold: .tensor("t"))
        let file = try DirectionFile.load(request, width: 3, layer: "encoder.ln")
        #expect(file.matrix.rows.bias.array == [0, 0, 0, -2])
        #expect(file.matrix.thresholds?.array == [0, 1, 2, 3])
    }

    @Test(arguments: [
        ("overcomplete-sae.pt", "SAE, TopKSAE and BatchTopKSAE have the same tensors"),
        ("overcomplete-ln.pt", "normalises each token's values (LayerNorm)"),
        ("overcomplete-hidden.pt", "has hidden layers"), ("overcomplete-tied.pt", "sae.untied()"),
        ("overcomplete-whole.pt", "holds a whole model"), ("saelens-gated", "the architecture 'gated'"),
    ])
    func encodersThatAreMoreThanALinearMapAreRefused(_ name: String, _ words: String) throws {
        let message = try message(DirectionRequest(path: Fixture.path("directions/\(name)")), width: 8)
        #expect(message.contains(words), "\(message)")
    }

    /// A matrix of such an encoder can still be read by its name.
    @Test func aRefusedEncodersMatrixCanBeNamed() throws {
        let request = DirectionRequest(path: Fixture.path("directions/saelens-gated"), weight: "W_enc")
        #expect(try DirectionFile.load(request, width: 8, layer: "encoder.ln").matrix.count == 12)
    }

    /// Changes to a configuration, and what the message must say.
    static let configurations: [(file: String, old: String, new: String, words: String)] = [
        ("saelens-standard/cfg.json", #""none""#, #""layer_norm""#, "normalize_activations is 'layer_norm'"),
        (
            "saelens-standard/cfg.json", #""none""#, #""expected_average_only_in""#,
            "fold_activation_norm_scaling_factor"
        ),
        ("saelens-standard/cfg.json", #""standard""#, #""transcoder""#, "the architecture 'transcoder'"),
        (
            "saelens-topk-5/cfg.json", #""activation_fn_str": "topk""#, #""activation_fn_str": "tanh-relu""#,
            "'tanh-relu'"
        ),
        ("saelens-topk-5/cfg.json", #""k": 3"#, #""k": 13"#, "keeps 13 directions of 12"),
        ("saelens-topk-5/cfg.json", #""k": 3"#, #""n": 3"#, "topk needs the number"),
        ("saelens-jumprelu/cfg.json", "{", "[", "cfg.json: cannot be read"),
        ("prisma-hub/config.json", #""none""#, #""layer_norm""#, "normalize_activations is 'layer_norm'"),
        (
            "prisma-hub/config.json", #""normalize_activations""#, #""normalise""#,
            "normalize_activations is 'layer_norm'"
        ),
        ("prisma-hub/config.json", #""is_transcoder": false"#, #""is_transcoder": true"#, "is a transcoder's"),
        ("prisma-hub/config.json", #""standard""#, #""gated""#, "the architecture 'gated'"),
        ("saev-5-relu.pt", #""schema": 5"#, #""schema": 6"#, "has schema 6"),
        ("saev-5-relu.pt", #""cls": "Relu""#, #""cls": "Gelu""#, "its activation is 'Gelu'"),
        ("saev-1-topk.pt", #""cls": "TopK""#, #""cls": "BatchTopK""#, "BatchTopK compares the tokens of a batch"),
        ("saev-1-topk.pt", #""schema": 1"#, #""schema": x"#, "the JSON in the first line cannot be read"),
    ]

    @Test(arguments: configurations.indices) func configurationsThatAreNotKnownAreRefused(_ index: Int) throws {
        let example = Self.configurations[index]
        let name = "directions/\(example.file)"
        let original = URL(filePath: Fixture.path(name))
        let isFolder = example.file.hasSuffix(".json")
        if isFolder {
            let siblings = try FileManager.default.contentsOfDirectory(
                at: original.deletingLastPathComponent(), includingPropertiesForKeys: nil)
            for file in siblings where file.lastPathComponent != original.lastPathComponent {
                try FileManager.default.copyItem(at: file, to: folder.url.appending(path: file.lastPathComponent))
            }
        }
        var data = try Data(contentsOf: original)
        let range = try #require(data.range(of: Data(example.old.utf8)))
        data.replaceSubrange(range, with: Data(example.new.utf8))
        let path = try folder.write(original.lastPathComponent, [UInt8](data))
        let request = DirectionRequest(path: isFolder ? folder.url.path(percentEncoded: false) : path)
        let message = try message(request, width: 8)
        #expect(message.contains(example.words), "\(message)")
    }

    /// Elements that share bytes would make a small file ask for any amount of memory.
    @Test func viewsOfTheSameBytesAreRefused() throws {
        var pickle = PickleWriter()
        pickle.opcode("}")
        pickle.string("w")
        pickle.tensor(storage: "0", count: 4, shape: [1_000_000, 4], strides: [0, 1])
        pickle.opcode("s")
        let path = try folder.write("sae.pt", torchBytes(pickle.finished(), storages: [[1, 2, 3, 4]]))
        #expect(try message(DirectionRequest(path: path), width: 4).contains("share"))
    }
}

// Files that hold several models: which is read, what is said about it, and how the user chooses.

import Testing

@testable import ViT

struct StateDictChoiceTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The prefixes of two models, and the key of the one that is read.
    static let pairs = [
        (["model.", "model_ema."], "model_ema"), (["state_dict.", "state_dict_ema."], "state_dict_ema"),
        (["model.", "model_ema.module."], "model_ema.module"), (["model.", "ema."], "ema"),
        (["state_dict.model.", "state_dict.ema_model."], "state_dict.ema_model"), (["", "ema."], "ema"),
        (["model.", "swa_model.module."], "swa_model.module"),
        (["student.module.backbone.", "teacher.backbone."], "teacher.backbone"),
        (["model.student.backbone.", "model.teacher.backbone."], "model.teacher.backbone"),
        (["encoder.module.", "target_encoder.module."], "target_encoder.module"),
        (["module.base_encoder.", "module.momentum_encoder."], "module.base_encoder"),
        (["module.encoder_q.", "module.encoder_k."], "module.encoder_q"),
        (["backbone.", "backbone_momentum."], "backbone"), (["model.", "teacher."], "model"),
    ]

    /// Both models in one table; the second is recognised by its class token of ones.
    private func table(_ prefixes: [String]) throws -> TensorTable {
        let table = try CheckpointRefusalTests.table()
        var both = table.renamed { prefixes[0] + $0 }
        for (name, tensor) in table.tensors { both.tensors[prefixes[1] + name] = tensor }
        both.tensors[prefixes[1] + "class_token"] = ([1, 1, 12], Array(repeating: 1, count: 12))
        return both
    }

    private func load(_ table: TensorTable, _ stateDict: String? = nil) throws -> Checkpoint {
        let path = try folder.write("model.safetensors", table.bytes())
        return try Checkpoint.load(path: path, overrides: CheckpointOverrides(stateDict: stateDict))
    }

    @Test(arguments: pairs.indices) func oneGoesBeforeTheOtherAndEitherCanBeChosen(_ index: Int) throws {
        let (prefixes, chosen) = Self.pairs[index]
        let table = try table(prefixes)
        let checkpoint = try load(table)
        #expect(checkpoint.stateDict == chosen)
        let said = try #require(checkpoint.assumptions.first { $0.name == "state dict" })
        #expect(said.value == "'\(chosen)'" && said.leavesOut)
        for (number, prefix) in prefixes.enumerated() {
            let key = prefix.isEmpty ? "" : String(prefix.dropLast())
            let other = try load(table, key)
            #expect(other.stateDict == key)
            #expect((other.parameters.prefixTokens.array[0] == 1) == (number == 1))
            #expect(other.ignoredKinds == ["20 tensors under '\(prefixes[1 - number])'"] || prefixes[0].isEmpty)
        }
    }

    @Test func theFirstPartOfAKeyIsEnough() throws {
        let table = try table(["student.module.backbone.", "teacher.backbone."])
        #expect(try load(table, "student").stateDict == "student.module.backbone")
        let error = #expect(throws: ViTError.self) { try load(table, "stud") }
        let text = try #require(error).description
        #expect(
            text.contains("no model under 'stud'") && text.contains("'student.module.backbone', 'teacher.backbone'"))
    }

    @Test func asksWhereNoneGoesFirst() throws {
        for prefixes in [["left.", "right."], ["", "module."]] {
            let error = #expect(throws: ViTError.self) { try load(table(prefixes)) }
            let text = try #require(error).description
            #expect(text.contains("holds 2 models") && text.contains("--state-dict KEY"), "\(text)")
        }
        #expect(try load(table(["left.", "right."]), "right").stateDict == "right")
        var many = TensorTable()
        for index in 0..<101 { many.tensors["\(index).conv_proj.weight"] = ([1], [0]) }
        let error = #expect(throws: ViTError.self) { try load(many, "7") }
        #expect(try #require(error).description.contains("holds 101 models; at most 100"))
    }

    @Test func oneModelNeedsNoChoice() throws {
        let checkpoint = try load(CheckpointRefusalTests.table().renamed { "teacher." + $0 })
        #expect(checkpoint.stateDict == nil && !checkpoint.assumptions.contains(where: \.leavesOut))
    }
}

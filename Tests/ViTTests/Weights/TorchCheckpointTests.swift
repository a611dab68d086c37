// PyTorch's zip checkpoints: views, 64-bit archives, and an unpickler that refuses everything that is not data.

import Foundation
import Testing

@testable import ViT

struct TorchCheckpointTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func open(_ bytes: [UInt8]) throws -> TorchCheckpoint {
        try TorchCheckpoint(path: folder.write("a.pth", bytes))
    }

    func message(_ bytes: [UInt8]) throws -> String {
        let error = #expect(throws: ViTError.self) { try open(bytes) }
        return try #require(error).description
    }

    /// {"outer": {"t": …, 0: [ … ]}}
    func nested(_ tensors: (inout PickleWriter) -> Void) -> [UInt8] {
        var pickle = PickleWriter()
        pickle.opcode("}")
        pickle.string("outer")
        pickle.opcode("}")
        pickle.opcode("(")
        tensors(&pickle)
        pickle.opcode("u")
        pickle.opcode("s")
        return pickle.finished()
    }

    @Test(arguments: [false, true]) func readsViewsOfASharedStorage(_ is64Bit: Bool) throws {
        let pickle = nested { pickle in
            pickle.string("rows")
            pickle.tensor(storage: "0", count: 6, offset: 1, shape: [2, 2], strides: [2, 1])
            pickle.string("transposed")
            pickle.tensor(storage: "0", count: 6, shape: [3, 2], strides: [1, 3])
            pickle.int(0)
            pickle.opcode("]")
            pickle.tensor(storage: "0", count: 6, offset: 5, shape: [], strides: [])
            pickle.opcode("a")
        }
        let file = try open(torchBytes(pickle, storages: [[0, 1, 2, 3, 4, 5]], is64Bit: is64Bit))
        #expect(file.tensors.keys.sorted() == ["outer.0.0", "outer.rows", "outer.transposed"])
        #expect(try file.tensors["outer.rows"]?.values().array == [1, 2, 3, 4])
        #expect(try file.tensors["outer.transposed"]?.values().array == [0, 3, 1, 4, 2, 5])
        #expect(try file.tensors["outer.0.0"]?.values().array == [5])
    }

    @Test(
        arguments: [
            (Int32(6), Int32(3), [2, 2] as [Int32], [2, 1] as [Int32]), (6, 0, [7], [1]), (6, -1, [2], [1]),
            (6, 0, [2], [-1]), (6, 0, [-2], [1]), (6, 0, [2, 2], [1]), (7, 0, [1], [1]),
            (6, 0, [Int32.max, Int32.max, Int32.max], [1, 1, 1]), (6, 0, [2, 2], [Int32.max, Int32.max]),
            (-1, 0, [1], [1]),
        ])
    func refusesViewsOutsideTheirStorage(_ count: Int32, _ offset: Int32, _ shape: [Int32], _ strides: [Int32]) throws {
        let pickle = nested { pickle in
            pickle.string("t")
            pickle.tensor(storage: "0", count: count, offset: offset, shape: shape, strides: strides)
        }
        let text = try message(torchBytes(pickle, storages: [[0, 1, 2, 3, 4, 5]]))
        #expect(text.contains("'outer.t'") || text.contains("'archive/data/0'"), "\(text)")
    }

    @Test func skipsIntegersThatNoSizeNeeds() throws {
        let pickle = nested { pickle in
            pickle.string("seed")
            // 2⁶³ + 5, of nine bytes.
            pickle.raw([0x8a, 9, 5, 0, 0, 0, 0, 0, 0, 0x80, 0])
            pickle.string("t")
            pickle.tensor(storage: "0", count: 1, shape: [1], strides: [1])
        }
        let file = try open(torchBytes(pickle, storages: [[7]]))
        #expect(try file.tensors["outer.t"]?.values().array == [7])
    }

    /// Settings and states of a training run are passed over; scripts/fixtures/training.py lists them.
    @Test(arguments: [2, 5]) func readsATrainingCheckpoint(_ protocolVersion: Int) throws {
        let path = Fixture.path("training-\(protocolVersion).pth")
        let plain = try Checkpoint.load(path: Fixture.path("tv-i20-p10-h1.safetensors"))
        let average = try Checkpoint.load(path: path, overrides: CheckpointOverrides(headCount: 1))
        #expect(average.stateDict == "model_ema.module")
        #expect(average.parameters.blocks[0].mlp0.weight.array == plain.parameters.blocks[0].mlp0.weight.array)
        #expect(average.parameters.head?.bias.array == plain.parameters.head?.bias.array)
        #expect(average.ignoredKinds.contains("20 tensors under 'model.'"))
        #expect(average.ignoredKinds.contains("3 tensors of an optimiser"))
        let model = try Checkpoint.load(path: path, overrides: CheckpointOverrides(headCount: 1, stateDict: "model"))
        #expect(model.parameters.head?.weight.array != plain.parameters.head?.weight.array)
    }

    /// Classes of libraries whose settings are saved with models: an object, its items and its attributes.
    @Test(
        arguments: [
            ("omegaconf.dictconfig", "DictConfig"), ("omegaconf.nodes", "AnyNode"), ("omegaconf.base", "Metadata"),
            ("pytorch_lightning.utilities.parsing", "AttributeDict"),
            ("lightning.fabric.utilities.data", "AttributeDict"), ("yacs.config", "CfgNode"),
            ("easydict", "EasyDict"), ("argparse", "Namespace"), ("timm.scheduler.cosine_lr", "CosineLRScheduler"),
            ("torch.optim.lr_scheduler", "LambdaLR"), ("__main__", "Arguments"), ("mmengine.config", "ConfigDict"),
            ("hydra.conf", "HydraConf"), ("my_project.settings", "Options"), ("my_project.settings", "Options.Kind"),
        ]) func passesOverObjectsOfPlainClasses(_ module: String, _ name: String) throws
    {
        let pickle = nested { pickle in
            pickle.string("hyper_parameters")
            pickle.global(module, name)
            pickle.opcode(")")
            pickle.raw([0x81])
            for opcode in ["s", "b"] as [Character] {
                if opcode == "b" { pickle.opcode("}") }
                pickle.string("rate")
                pickle.int(1)
                pickle.opcode("s")
                if opcode == "b" { pickle.opcode("b") }
            }
            pickle.string("t")
            pickle.tensor(storage: "0", count: 1, shape: [1], strides: [1])
        }
        let file = try open(torchBytes(pickle, storages: [[7]]))
        #expect(file.tensors.keys.sorted() == ["outer.t"])
        #expect(try file.tensors["outer.t"]?.values().array == [7])
    }

    @Test func refusesTwoTensorsOfOneName() throws {
        let pickle = nested { pickle in
            for _ in 0..<2 {
                pickle.string("t")
                pickle.tensor(storage: "0", count: 1, shape: [1], strides: [1])
            }
        }
        #expect(try message(torchBytes(pickle, storages: [[7]])).contains("two tensors that are named 'outer.t'"))
    }

    @Test func refusesAStorageThatIsMissing() throws {
        let pickle = nested { pickle in
            pickle.string("t")
            pickle.tensor(storage: "3", count: 1, shape: [1], strides: [1])
        }
        #expect(try message(torchBytes(pickle)).contains("stored in 'archive/data/3', which is not in the archive"))
    }

    /// Pickles that would run code or do what no state dict does, and what the message must name.
    static let hostile: [(name: String, pickle: [UInt8], words: String)] = {
        func make(_ name: String, _ words: String, _ write: (inout PickleWriter) -> Void) -> (String, [UInt8], String) {
            var pickle = PickleWriter()
            write(&pickle)
            return (name, pickle.finished(), words)
        }
        func call(_ module: String, _ function: String, _ argument: String) -> (String, [UInt8], String) {
            make("\(module).\(function)", "refers to '\(module).\(function)'") { pickle in
                pickle.global(module, function)
                pickle.string(argument)
                pickle.raw([0x85])
                pickle.opcode("R")
            }
        }
        return [
            call("os", "system", "touch /tmp/owned"), call("posix", "system", "id"), call("nt", "system", "calc"),
            call("builtins", "eval", "1+1"), call("builtins", "exec", "import os"), call("builtins", "getattr", "x"),
            call("__builtin__", "eval", "1+1"), call("subprocess", "Popen", "id"), call("runpy", "run_path", "x"),
            call("torch", "load", "other.pth"), call("torch.storage", "_load_from_bytes", "x"),
            call("torch.hub", "load", "x"), call("torch._utils", "_rebuild_device_tensor_from_numpy", "x"),
            call("numpy", "load", "x"), call("omegaconf", "OmegaConf.load", "x"), call("torch.optim", "load", "x"),
            call("__main__", "function", "x"), call("functools", "partial", "x"), call("enum", "Enum", "x"),
            call("torch.nn.modules.linear", "Linear", "x"), call("numpy", "fromfile", "x"),
            call("torch", "FloatStorage.__class__", "x"), call("collections", "OrderedDict.fromkeys", "x"),
            call("torchvision.models.vision_transformer", "VisionTransformer", "x"),
            call("my_project.settings", "load", "x"), call("my_project.settings", "Options.load", "x"),
            call("ctypes", "CDLL", "libc.so.6"), call("multiprocessing.process", "Process", "x"),
            call("code", "InteractiveConsole", "x"), call("numpy.lib.npyio", "NpzFile", "x"),
            make("STACK_GLOBAL", "refers to 'posix.system'") { pickle in
                pickle.raw([0x8c, 5] + Array("posix".utf8) + [0x94, 0x8c, 6] + Array("system".utf8) + [0x94, 0x93])
                pickle.string("id")
                pickle.raw([0x85])
                pickle.opcode("R")
            },
            make("a chain of __reduce__", "refers to 'builtins.getattr'") { pickle in
                pickle.global("collections", "OrderedDict")
                pickle.opcode(")")
                pickle.opcode("R")
                pickle.global("builtins", "getattr")
                pickle.opcode("R")
            },
            make("INST", "the opcode INST") { $0.raw(Array("(ios\nsystem\n".utf8)) },
            make("NEWOBJ of a function", "makes an object of something that is not a plain class") { pickle in
                pickle.global("torch._utils", "_rebuild_tensor_v2")
                pickle.opcode(")")
                pickle.raw([0x81])
            },
            make("a whole object", "is an object of the class '__main__.Net'") { pickle in
                pickle.global("__main__", "Net")
                pickle.opcode(")")
                pickle.raw([0x81])
            },
            make("a whole model", "holds a whole model, an object of the class '__main__.Net'") { pickle in
                pickle.global("__main__", "Net")
                pickle.opcode(")")
                pickle.raw([0x81])
                pickle.opcode("}")
                pickle.string("_modules")
                pickle.opcode("}")
                pickle.opcode("s")
                pickle.opcode("b")
            },
            make("OBJ", "the opcode OBJ") { pickle in
                pickle.opcode("(")
                pickle.global("collections", "OrderedDict")
                pickle.opcode("o")
            },
            make("EXT1", "the opcode EXT1") { $0.raw([0x82, 1]) },
            make("PERSID", "the opcode PERSID") { $0.raw(Array("Pstorage\n".utf8)) },
            make("BUILD on a class", "BUILD") { pickle in
                pickle.global("torch", "FloatStorage")
                pickle.opcode("}")
                pickle.opcode("b")
            },
            make("BUILD on a tensor", "BUILD") { pickle in
                pickle.tensor(storage: "0", count: 1, shape: [1], strides: [1])
                pickle.opcode("}")
                pickle.opcode("b")
            },
            make("a call of a storage class", "calls a storage class") { pickle in
                pickle.global("torch", "FloatStorage")
                pickle.opcode(")")
                pickle.opcode("R")
            },
            make("a call of a text", "calls something that is not a function") { pickle in
                pickle.string("os.system")
                pickle.opcode(")")
                pickle.opcode("R")
            },
            make("an opcode that is none", "the opcode 0xff") { $0.raw([0xff]) },
        ]
    }()

    @Test(arguments: hostile.indices) func refusesPicklesThatWouldRunCode(_ index: Int) throws {
        let (name, pickle, words) = Self.hostile[index]
        let text = try message(torchBytes(pickle, storages: [[1]]))
        #expect(text.contains(words), "\(name): \(text)")
        #expect(text.contains("nothing was run"))
    }

    @Test func refusesPicklesThatUnfold() throws {
        // Forty dicts, each with the one before it twice: 2⁴⁰ paths.
        var laughs = PickleWriter()
        laughs.opcode("}")
        for level in 0..<40 as Range<UInt8> {
            laughs.raw([0x71, level])
            laughs.opcode("}")
            for key in ["a", "b"] {
                laughs.string(key)
                laughs.raw([0x68, level])
                laughs.opcode("s")
            }
        }
        #expect(try message(torchBytes(laughs.finished())).contains("nests too much"))

        var cycle = PickleWriter()
        cycle.opcode("}")
        cycle.raw([0x71, 0])
        cycle.string("self")
        cycle.raw([0x68, 0])
        cycle.opcode("s")
        #expect(try message(torchBytes(cycle.finished())).contains("nests too much"))

        var deep = PickleWriter()
        deep.opcode(")")
        deep.raw([UInt8](repeating: 0x85, count: 300_000))
        #expect(try message(torchBytes(deep.finished())).contains("nests too much"))

        var many = PickleWriter()
        many.raw([UInt8](repeating: 0x5d, count: 2_000_000))
        #expect(try message(torchBytes(many.finished())).contains("more than 500000 values"))
    }

    @Test func refusesWhatIsNoCheckpoint() throws {
        let empty = PickleWriter().finished()
        let data = nested { _ in }
        let cases: [(bytes: [UInt8], words: String)] = [
            (zipBytes([("readme.txt", [1])]), "it has no data.pkl"),
            (torchBytes(data, extra: [("archive/byteorder", Array("big".utf8))]), "big-endian"),
            (torchBytes(data, method: 8), "'archive/data.pkl' is compressed"),
            (
                torchBytes(data, extra: [("archive/byteorder", [0xcb, 0xc9])], method: 8),
                "'archive/data.pkl' is compressed"
            ),
            (torchBytes(empty), "the stack is empty"),
            (Array(torchBytes(data).dropLast(4)), "the directory at the end is missing"),
            (torchBytes(Array(data.dropLast())), "it ends without STOP"),
            (zipBytes([("a/data.pkl", data), ("a/data.pkl", data)]), "two entries are named 'a/data.pkl'"),
        ]
        for (bytes, words) in cases {
            let text = try message(bytes)
            #expect(text.contains(words), "\(text)")
        }
    }
}

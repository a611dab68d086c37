// A pickle virtual machine that builds a state dict, passes over the plain values beside it, and never runs code. The
// opcodes are those of CPython's Lib/pickle.py; PickleGlobals.swift lists the globals.

/// Interprets the `data.pkl` of a PyTorch checkpoint.
///
/// Containers are in arrays of the machine and values refer to them by number, so that neither a cycle nor a deep
/// nesting in a hostile file costs more than its bytes.
struct Unpickler {
    /// A pickled value.
    enum Value {
        case none
        case bool(Bool)
        case int(Int)
        case float(Double)
        case string(String)
        /// A tuple or a list: an index into `sequences`.
        case sequence(Int)
        /// A dict or an OrderedDict: an index into `dictionaries`.
        case dictionary(Int)
        case global(Global)
        /// An index into `storages`.
        case storage(Int)
        /// An index into `tensors`.
        case tensor(Int)
        case bytes
        /// A value of an inert class, by the class's name, or a set. Only its attributes are kept, in `attributes`.
        case object(String)
    }

    /// A storage that the archive holds under `data/<key>`.
    struct Storage {
        let type: ElementType
        let key: String
        let count: Int
    }

    /// A tensor: a view into a storage. Sizes are as the file says, unchecked.
    struct Tensor {
        let storage: Int
        let offset: Int
        let shape: [Int]
        let strides: [Int]
    }

    /// The dictionaries that are modules of a TorchScript archive: the attributes that are set on them are their entries.
    private var modules: Set<Int> = []
    private(set) var sequences: [[Value]] = []
    private(set) var dictionaries: [[(key: Value, value: Value)]] = []
    private(set) var storages: [Storage] = []
    private(set) var tensors: [Tensor] = []
    /// The attributes of the last object of each inert class: an index into `dictionaries`.
    private(set) var attributes: [String: Int] = [:]

    private let pickle: [UInt8]
    private let path: String
    private var place = 0
    private var opcodePlace = 0
    private var stack: [Value] = []
    private var marks: [Int] = []
    private var memo: [Int: Value] = [:]

    /// Longest pickle that is read; a state dict of ten thousand tensors takes 2 MB.
    static let maximumLength = 4 << 20
    /// The most containers and values alive at once; bounds the memory that a hostile file can ask for.
    private static let maximumObjectCount = 500_000

    /// A machine for this pickle of the file at `path`.
    init(_ pickle: some Sequence<UInt8>, path: String) {
        self.pickle = Array(pickle)
        self.path = path
    }

    /// Runs to STOP and returns the pickled value.
    ///
    /// - Throws: `ViTError` for a damaged pickle, and for every opcode and global that a state dict does not need.
    mutating func run() throws -> Value {
        while true {
            opcodePlace = place
            let opcode = try byte()
            if opcode == UInt8(ascii: ".") { return try root() }
            try step(opcode)
            let objectCount = stack.count + sequences.count + dictionaries.count + memo.count + tensors.count
            guard objectCount <= Self.maximumObjectCount else {
                throw damaged("it has more than \(Self.maximumObjectCount) values")
            }
        }
    }

    private mutating func step(_ opcode: UInt8) throws {
        switch opcode {
        case 0x80:  // PROTO
            let version = try byte()
            guard (2...5).contains(version) else { throw damaged("protocol \(version) is not 2 to 5") }
        case 0x95: _ = try bytes(8)  // FRAME
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): _ = try popToMark()

        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.bool(true))
        case 0x89: stack.append(.bool(false))
        case UInt8(ascii: "J"): stack.append(.int(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
        case UInt8(ascii: "K"): stack.append(.int(Int(try unsigned(1))))
        case UInt8(ascii: "M"): stack.append(.int(Int(try unsigned(2))))
        case 0x8a: stack.append(try longInteger())
        case UInt8(ascii: "G"): stack.append(.float(Double(bitPattern: UInt64(try unsigned(8)).byteSwapped)))
        case UInt8(ascii: "X"): try pushString(lengthSize: 4)
        case 0x8c: try pushString(lengthSize: 1)
        case 0x8d: try pushString(lengthSize: 8)
        case UInt8(ascii: "U"): try pushString(lengthSize: 1)
        case UInt8(ascii: "C"): try pushBytes(lengthSize: 1)
        case UInt8(ascii: "B"): try pushBytes(lengthSize: 4)
        case 0x8e, 0x96: try pushBytes(lengthSize: 8)  // BINBYTES8, BYTEARRAY8
        case 0x8b:  // LONG4, a longer number than any that is needed
            _ = try bytes(length(4))
            stack.append(.none)

        case UInt8(ascii: ")"): pushSequence([])
        case 0x85: pushSequence(try pop(1))
        case 0x86: pushSequence(try pop(2))
        case 0x87: pushSequence(try pop(3))
        case UInt8(ascii: "t"): pushSequence(try popToMark())
        case UInt8(ascii: "]"): pushSequence([])
        case UInt8(ascii: "a"): try append(pop(1))
        case UInt8(ascii: "e"): try append(popToMark())
        case UInt8(ascii: "}"): stack.append(newDictionary())
        case UInt8(ascii: "s"): try set(pop(2))
        case UInt8(ascii: "u"): try set(popToMark())
        case 0x8f: stack.append(.object("set"))
        case 0x90: try append(popToMark())
        case 0x91:  // FROZENSET
            _ = try popToMark()
            stack.append(.object("frozenset"))

        case UInt8(ascii: "q"): try memoise(Int(try unsigned(1)))
        case UInt8(ascii: "r"): try memoise(Int(try unsigned(4)))
        case 0x94: try memoise(memo.count)
        case UInt8(ascii: "h"): try recall(Int(try unsigned(1)))
        case UInt8(ascii: "j"): try recall(Int(try unsigned(4)))

        case UInt8(ascii: "c"): stack.append(.global(try global(module: try line(), name: try line())))
        case 0x93:
            let names = try pop(2)
            guard case (.string(let module), .string(let name)) = (names[0], names[1]) else {
                throw damaged("STACK_GLOBAL without two names")
            }
            stack.append(.global(try global(module: module, name: name)))
        case UInt8(ascii: "Q"): try load(persistent: pop())
        case UInt8(ascii: "R"): try reduce()
        case 0x81: try makeObject(pop(2))  // NEWOBJ: a class and its arguments
        case 0x92: try makeObject(pop(3))  // NEWOBJ_EX: also arguments by name
        case UInt8(ascii: "b"): try build()
        default:
            let name = Self.refusedOpcodes[opcode] ?? "0x" + String(opcode, radix: 16)
            throw refused("uses the opcode \(name)")
        }
    }

    // MARK: - Tensors

    private func global(module: String, name: String) throws -> Global {
        guard let global = Self.global(module, name) else {
            let whole = module.hasPrefix("torch.nn.modules.") ? "holds a whole model: it " : ""
            throw refused("\(whole)refers to '\(module).\(name)'")
        }
        return global
    }

    /// ('storage', class, key, device, number of elements), as torch.serialization writes it.
    private mutating func load(persistent value: Value) throws {
        guard case .sequence(let index) = value, sequences[index].count == 5,
            case .string("storage") = sequences[index][0],
            case .global(.storageClass(let type)) = sequences[index][1],
            case .string(let key) = sequences[index][2], case .int(let count) = sequences[index][4]
        else { throw damaged("a persistent object is not a storage") }
        storages.append(Storage(type: type, key: key, count: count))
        stack.append(.storage(storages.count - 1))
    }

    private mutating func reduce() throws {
        let operands = try pop(2)
        guard case .sequence(let index) = operands[1] else { throw damaged("REDUCE without arguments") }
        let arguments = sequences[index]
        guard case .global(let function) = operands[0] else { throw refused("calls something that is not a function") }
        stack.append(try result(of: function, arguments))
    }

    /// What a function returns. The attributes that `_rebuild_from_type_v2` adds to a tensor are not kept.
    private mutating func result(of function: Global, _ arguments: [Value]) throws -> Value {
        switch function {
        case .dictionary: return newDictionary()
        case .rebuildTensor:
            guard arguments.count >= 4, case .storage(let storage) = arguments[0], case .int(let offset) = arguments[1],
                let shape = integers(arguments[2]), let strides = integers(arguments[3])
            else { throw damaged("_rebuild_tensor_v2 without storage, offset, size and stride") }
            tensors.append(Tensor(storage: storage, offset: offset, shape: shape, strides: strides))
            return .tensor(tensors.count - 1)
        case .rebuildParameter:
            switch arguments.first {
            case .tensor(let index)?: return .tensor(index)
            case .object(let name)?: return .object(name)
            default: throw damaged("_rebuild_parameter without a tensor")
            }
        case .rebuildFromType:
            guard arguments.count >= 3, case .global(let rebuild) = arguments[0],
                case .sequence(let index) = arguments[2]
            else { throw damaged("_rebuild_from_type_v2 without a function and its arguments") }
            guard case .rebuildTensor = rebuild else { throw refused("rebuilds a tensor in an unknown way") }
            return try result(of: rebuild, sequences[index])
        case .storageClass: throw refused("calls a storage class")
        case .scriptModule: throw refused("calls a TorchScript class")
        case .inert(let name): return .object(name)
        }
    }

    /// A value of a class, as `NEWOBJ` makes it; only its class is looked at.
    private mutating func makeObject(_ operands: [Value]) throws {
        switch operands[0] {
        case .global(.dictionary): stack.append(newDictionary())
        case .global(.scriptModule):
            modules.insert(dictionaries.count)
            stack.append(newDictionary())
        case .global(.inert(let name)): stack.append(.object(name))
        default: throw refused("makes an object of something that is not a plain class")
        }
    }

    /// The value of the whole pickle.
    private mutating func root() throws -> Value {
        let value = try pop()
        if case .object(let name) = value { throw refused("is an object of the class '\(name)'") }
        return value
    }

    private func integers(_ value: Value) -> [Int]? {
        guard case .sequence(let index) = value, sequences[index].count <= 16 else { return nil }
        var result: [Int] = []
        for element in sequences[index] {
            guard case .int(let integer) = element else { return nil }
            result.append(integer)
        }
        return result
    }

    /// Sets an object's attributes. A state dict's are its `_metadata`, which nothing needs.
    private mutating func build() throws {
        let state = try pop()
        switch stack.last {
        case .dictionary(let index)?:
            if modules.contains(index), case .dictionary(let attributes) = state {
                dictionaries[index] += dictionaries[attributes]
            }
        case .object(let name)?:
            guard case .dictionary(let index) = state else { break }
            guard
                !dictionaries[index].contains(where: { if case .string("_modules") = $0.key { true } else { false } })
            else { throw refused("holds a whole model, an object of the class '\(name)'") }
            attributes[name] = index
        default: throw refused("sets attributes (BUILD) of something that is not a dict")
        }
    }

    // MARK: - Containers, the stack and the memo

    private mutating func pushSequence(_ elements: [Value]) {
        sequences.append(elements)
        stack.append(.sequence(sequences.count - 1))
    }

    private mutating func newDictionary() -> Value {
        dictionaries.append([])
        return .dictionary(dictionaries.count - 1)
    }

    private mutating func append(_ elements: [Value]) throws {
        switch stack.last {
        case .sequence(let index)?: sequences[index] += elements
        case .object?: break
        default: throw damaged("APPEND to something that is not a list")
        }
    }

    private mutating func set(_ elements: [Value]) throws {
        if case .object? = stack.last { return }
        guard case .dictionary(let index)? = stack.last, elements.count.isMultiple(of: 2) else {
            throw damaged("SETITEM on something that is not a dict")
        }
        for place in stride(from: 0, to: elements.count, by: 2) {
            dictionaries[index].append((elements[place], elements[place + 1]))
        }
    }

    private mutating func memoise(_ index: Int) throws {
        guard let last = stack.last else { throw damaged("PUT with an empty stack") }
        memo[index] = last
    }

    private mutating func recall(_ index: Int) throws {
        guard let value = memo[index] else { throw damaged("GET of \(index), which was never put") }
        stack.append(value)
    }

    /// How far down the stack may be read: to the last mark.
    private var floor: Int { marks.last ?? 0 }

    private mutating func pop() throws -> Value {
        guard stack.count > floor, let value = stack.popLast() else { throw damaged("the stack is empty") }
        return value
    }

    private mutating func pop(_ count: Int) throws -> [Value] {
        guard stack.count - floor >= count else { throw damaged("the stack has too few values") }
        let values = Array(stack.suffix(count))
        stack.removeLast(count)
        return values
    }

    private mutating func popToMark() throws -> [Value] {
        guard let mark = marks.popLast() else { throw damaged("a mark is missing") }
        let values = Array(stack[mark...])
        stack.removeSubrange(mark...)
        return values
    }

    // MARK: - Bytes

    private mutating func bytes(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= pickle.count - place else { throw damaged("it ends too early") }
        defer { place += count }
        return pickle[place..<place + count]
    }

    private mutating func byte() throws -> UInt8 {
        guard place < pickle.count else { throw damaged("it ends without STOP") }
        defer { place += 1 }
        return pickle[place]
    }

    private mutating func unsigned(_ size: Int) throws -> UInt64 {
        try bytes(size).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func length(_ size: Int) throws -> Int {
        let length = try unsigned(size)
        guard length <= UInt64(pickle.count) else {
            throw damaged("a string of \(length) bytes is longer than the pickle")
        }
        return Int(length)
    }

    private mutating func pushString(lengthSize: Int) throws {
        stack.append(.string(String(decoding: try bytes(length(lengthSize)), as: UTF8.self)))
    }

    private mutating func pushBytes(lengthSize: Int) throws {
        _ = try bytes(length(lengthSize))
        stack.append(.bytes)
    }

    /// LONG1: a two's complement number of a stated number of bytes. No size of a tensor needs more than 8; a longer
    /// one, such as a random seed saved with the model, is skipped.
    private mutating func longInteger() throws -> Value {
        let size = Int(try byte())
        guard size <= 8 else {
            _ = try bytes(size)
            return .none
        }
        guard size > 0 else { return .int(0) }
        let shift = 64 - 8 * size
        return .int(Int(Int64(bitPattern: try unsigned(size) << UInt64(shift)) >> Int64(shift)))
    }

    private mutating func line() throws -> String {
        guard let end = pickle[place...].firstIndex(of: UInt8(ascii: "\n")) else { throw damaged("it ends too early") }
        defer { place = end + 1 }
        return String(decoding: pickle[place..<end], as: UTF8.self)
    }

    private func damaged(_ problem: String) -> ViTError {
        ViTError("\(path): data.pkl is damaged at byte \(opcodePlace): \(problem). Download or save it again.")
    }

    private func refused(_ what: String) -> ViTError {
        ViTError(
            "\(path): data.pkl \(what) at byte \(opcodePlace), which a state dict does not need; it was refused and "
                + "nothing was run. Save only the weights: torch.save(model.state_dict(), …), or as safetensors.")
    }

    /// Names of opcodes that are refused, for the message.
    private static let refusedOpcodes: [UInt8: String] = [
        0x32: "DUP", 0x46: "FLOAT", 0x49: "INT", 0x4c: "LONG", 0x50: "PERSID", 0x53: "STRING", 0x54: "BINSTRING",
        0x56: "UNICODE", 0x64: "DICT", 0x67: "GET", 0x69: "INST", 0x6c: "LIST", 0x6f: "OBJ", 0x70: "PUT", 0x82: "EXT1",
        0x83: "EXT2", 0x84: "EXT4", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
    ]
}

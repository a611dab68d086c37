// The classes and functions that a checkpoint's pickle may name: those of tensors, and those of plain values that
// training scripts save beside them. None of them is ever called.

extension Unpickler {
    /// A class or function that a pickle refers to.
    enum Global {
        /// OrderedDict and defaultdict, which hold what a dict holds.
        case dictionary
        case rebuildTensor
        case rebuildParameter
        /// Rebuilds a tensor by another function, and adds attributes.
        case rebuildFromType
        case storageClass(ElementType)
        /// A module's class in a TorchScript archive, whose code is not looked at.
        case scriptModule
        /// A class of plain values, with its full name; what is made of it is passed over.
        case inert(String)
    }

    /// What `module.name` means; nil for everything that a checkpoint does not need, and that could run code.
    static func global(_ module: String, _ name: String) -> Global? {
        switch (module, name) {
        case ("collections", "OrderedDict"), ("collections", "defaultdict"): .dictionary
        case ("torch._utils", "_rebuild_tensor_v2"): .rebuildTensor
        case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
            .rebuildParameter
        case ("torch._tensor", "_rebuild_from_type_v2"): .rebuildFromType
        case (let module, _) where module == "__torch__" || module.hasPrefix("__torch__."): .scriptModule
        default:
            if ["torch", "torch.cuda", "torch.storage"].contains(module), let type = storageClasses[name] {
                .storageClass(type)
            } else {
                isInert(module, name) ? .inert("\(module).\(name)") : nil
            }
        }
    }

    private static let storageClasses: [String: ElementType] = [
        "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
        "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
        "ByteStorage": .uint8, "BoolStorage": .bool, "UntypedStorage": .uint8,
        "ComplexFloatStorage": .complex64,
    ]

    private static func isInert(_ module: String, _ name: String) -> Bool {
        if inertNames[module]?.contains(name) == true { return true }
        if module == "torch" || module == "numpy", isNumberType(name) { return true }
        // Classes begin with a capital letter; functions do not.
        guard name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ $0.first?.isUppercase == true })
        else { return false }
        let package = module.prefix { $0 != "." }
        return !listedPackages.contains(package)
            || inertModules.contains { module == $0 || module.hasPrefix($0 + ".") }
    }

    /// Packages of which only what is listed here is inert: Python's standard library, and those that a model is made
    /// of. A class of any other package, such as the settings of a training script, is a class of values: nothing of it
    /// exists here, and what is made of it is passed over.
    private static let listedPackages: Set<Substring> = PythonStandardLibrary.modules.union([
        "torch", "torchvision", "numpy",
    ])

    /// Whether this is a name such as `float32`, `bfloat16` or `uint8`.
    private static func isNumberType(_ name: String) -> Bool {
        ["float", "bfloat", "int", "uint", "complex"].contains { kind in
            name.hasPrefix(kind) && name.dropFirst(kind.count).first?.isWholeNumber == true
        } || name == "bool" || name == "bool_"
    }

    /// Modules of the listed packages whose classes are settings, schedules and states of a training run.
    private static let inertModules = [
        "torch.optim", "torch.amp.grad_scaler", "torch.cuda.amp.grad_scaler", "torchvision.transforms",
        "numpy.dtypes", "numpy.random._pcg64", "numpy.random._mt19937",
    ]

    private static let inertNames: [String: Set<String>] = {
        let builtins: Set = [
            "set", "frozenset", "list", "dict", "tuple", "int", "long", "float", "complex", "str", "unicode", "bool",
            "bytes", "bytearray", "range", "xrange", "slice", "object", "Ellipsis",
        ]
        let copies: Set = ["_reconstructor", "__newobj__", "__newobj_ex__"]
        let arrays: Set = ["_reconstruct", "scalar"]
        let paths: Set = [
            "Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath",
        ]
        return [
            "builtins": builtins, "__builtin__": builtins, "copyreg": copies, "copy_reg": copies,
            "_codecs": ["encode"], "argparse": ["Namespace"], "types": ["SimpleNamespace"],
            "collections": ["Counter", "deque"], "datetime": ["datetime", "date", "time", "timedelta", "timezone"],
            "pathlib": paths, "pathlib._local": paths, "uuid": ["UUID"], "decimal": ["Decimal"],
            "fractions": ["Fraction"], "typing": ["Any"],
            "numpy": ["dtype", "ndarray", "str_", "bytes_"], "numpy.core.multiarray": arrays,
            "numpy._core.multiarray": arrays, "numpy.core.numeric": ["_frombuffer"],
            "numpy._core.numeric": ["_frombuffer"],
            "numpy.random.bit_generator": ["SeedSequence", "__pyx_unpickle_SeedSequence"],
            "numpy.random._pickle": ["__generator_ctor", "__bit_generator_ctor", "__randomstate_ctor"],
            "torch.jit._pickle": [
                "build_intlist", "build_tensorlist", "build_doublelist", "build_boollist", "restore_type_tag",
            ],
            "torch": ["Size", "device", "Tensor"], "torch.serialization": ["_get_layout"],
            // The third version is for number formats that no weights here have, such as float8.
            "torch.nn.parameter": ["Parameter"], "torch._utils": ["_rebuild_tensor_v3"],
        ]
    }()
}

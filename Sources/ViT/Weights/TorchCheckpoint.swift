// PyTorch's checkpoints since 1.6: a zip archive with one pickle, data.pkl, and the storages that it refers to.

/// A `.pth`, `.pt` or `.bin` file as torch.save writes it, or the weights of a TorchScript archive, as torch.jit.save
/// writes it: its modules' attributes are named like the entries of dicts, and its code is not looked at.
///
/// Tensors nested in dicts and lists are named by their keys, joined with dots, e.g. `model.blocks.0.norm1.weight`.
public struct TorchCheckpoint: WeightFile {
    /// The path that was opened.
    public var path: String { file.path }
    /// The format's name.
    public var format: String { "PyTorch checkpoint" }
    /// The archive itself.
    public var files: [MappedFile] { [file] }
    /// Empty: PyTorch checkpoints have no metadata.
    public var metadata: [String: String] { [:] }
    /// All tensors by name.
    public let tensors: [String: StoredTensor]

    private let file: MappedFile

    /// Opens and checks the file at `path`.
    ///
    /// - Throws: `ViTError` for a file that cannot be read, is damaged, or holds more than data.
    public init(path: String) throws {
        try self.init(MappedFile(path: path))
    }

    /// Whether the bytes begin like a zip archive.
    static func matches(_ file: MappedFile) -> Bool { file.starts(with: [0x50, 0x4b, 0x03, 0x04]) }

    /// Whether the bytes begin like a bare pickle, as torch.save wrote it before 1.6.
    static func matchesLegacy(_ file: MappedFile) -> Bool { file.starts(with: [0x80]) }

    /// The error for a file of the old format, with what to do.
    static func legacyError(_ file: MappedFile) -> ViTError {
        ViTError(
            "\(file.path): is a bare pickle, PyTorch's format before 1.6 (or not a checkpoint at all). Save it again: "
                + "torch.save(torch.load(file, map_location='cpu', weights_only=True), file)")
    }

    init(_ file: MappedFile) throws {
        self.file = file
        let (machine, root, entries, folder) = try Self.unpickle(file)
        let names = try Self.names(of: root, in: machine, path: file.path)

        var tensors: [String: StoredTensor] = [:]
        for (name, index) in names.sorted(by: { $0.key < $1.key }) {
            let tensor = machine.tensors[index]
            let storage = machine.storages[tensor.storage]
            let entryName = "\(folder)data/\(storage.key)"
            guard let entry = entries[entryName] else {
                throw ViTError(
                    "\(file.path): tensor '\(name)' is stored in '\(entryName)', which is not in the archive. "
                        + "The file is damaged; download it again.")
            }
            guard entry.method == 0, let bytes = product([storage.count, storage.type.size]), bytes <= entry.range.count
            else {
                throw ViTError(
                    "\(file.path): '\(entryName)' has \(entry.range.count) \(entry.method == 0 ? "" : "compressed ")bytes; "
                        + "\(storage.count) \(storage.type.rawValue) values are expected, uncompressed. The file is damaged; "
                        + "download it again.")
            }
            let range = entry.range.lowerBound..<entry.range.lowerBound + bytes
            tensors[name] = try StoredTensor(
                name: name, shape: tensor.shape, strides: tensor.strides, type: storage.type, offset: tensor.offset,
                in: range, of: file)
        }
        self.tensors = tensors
    }

    /// Runs the pickle of an archive: the machine, the pickled value, the archive's entries and the folder in which they
    /// are.
    ///
    /// - Throws: `ViTError` for a file that is damaged, or holds more than data.
    static func unpickle(
        _ file: MappedFile
    ) throws -> (machine: Unpickler, root: Unpickler.Value, entries: [String: ZipDirectory.Entry], folder: Substring) {
        let entries = try ZipDirectory(file).entries
        // The folder may have any name (torch.save uses the file's). The shortest path is the archive's own.
        let pickles = entries.keys.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
        guard let pickleName = pickles.min(by: { ($0.count, $0) < ($1.count, $1) }), let pickle = entries[pickleName]
        else {
            throw ViTError(
                "\(file.path): is a zip archive, but not a PyTorch checkpoint: it has no data.pkl. "
                    + "Name a file that torch.save wrote.")
        }
        let folder = pickleName.dropLast("data.pkl".count)
        let order = entries[folder + "byteorder"]
        guard pickle.method == 0, order?.method ?? 0 == 0 else {
            throw ViTError(
                "\(file.path): '\(pickleName)' is compressed, which torch.save never does: the archive was repacked. "
                    + "Use the original file, or pack it without compression (zip -0).")
        }
        if let order, !file.copy(order.range).elementsEqual("little".utf8) {
            throw ViTError("\(file.path): was saved on a big-endian machine. Save it on a little-endian one.")
        }
        guard pickle.range.count <= Unpickler.maximumLength else {
            throw ViTError(
                "\(file.path): '\(pickleName)' has \(pickle.range.count) bytes; at most "
                    + "\(Unpickler.maximumLength) are allowed. Save only the weights: "
                    + "torch.save(model.state_dict(), …).")
        }
        var machine = Unpickler(file.copy(pickle.range), path: file.path)
        let root = try machine.run()
        return (machine, root, entries, folder)
    }

    /// The most values that are searched for tensors; one that many dicts share counts each time.
    private static let maximumVisitCount = 2_000_000
    /// The most containers and tensors that are named.
    private static let maximumNameCount = 100_000
    /// The most dicts and lists around a tensor.
    private static let maximumDepth = 32
    /// The longest name of a tensor, in bytes.
    private static let maximumNameLength = 512

    /// The tensors inside nested dicts and lists, by their keys joined with dots.
    private static func names(of root: Unpickler.Value, in machine: Unpickler, path: String) throws -> [String: Int] {
        var names: [String: Int] = [:]
        var open: [(name: String, value: Unpickler.Value, depth: Int)] = [("", root, 0)]
        var visitCount = 0
        var nameCount = 0

        func visit(_ key: String, _ value: Unpickler.Value, in name: String, _ depth: Int) throws {
            switch value {
            case .tensor, .sequence, .dictionary: break
            default: return
            }
            nameCount += 1
            guard nameCount <= maximumNameCount, depth <= maximumDepth,
                name.utf8.count + key.utf8.count < maximumNameLength
            else {
                throw ViTError(
                    "\(path): data.pkl nests too much: over \(maximumNameCount) dicts and tensors, a depth over "
                        + "\(maximumDepth), or a name over \(maximumNameLength) bytes. "
                        + "Save only the weights: torch.save(model.state_dict(), …).")
            }
            open.append((name.isEmpty ? key : "\(name).\(key)", value, depth))
        }

        while let (name, value, depth) = open.popLast() {
            switch value {
            case .tensor(let index):
                guard names.updateValue(index, forKey: name) == nil else {
                    throw ViTError(
                        "\(path): data.pkl has two tensors that are named '\(name)' when the keys of nested dicts are "
                            + "joined. Save only the weights: torch.save(model.state_dict(), …).")
                }
            case .sequence(let index):
                visitCount += machine.sequences[index].count
                for (number, element) in machine.sequences[index].enumerated() {
                    try visit("\(number)", element, in: name, depth + 1)
                }
            case .dictionary(let index):
                visitCount += machine.dictionaries[index].count
                for (key, element) in machine.dictionaries[index] {
                    switch key {
                    case .string(let text): try visit(text, element, in: name, depth + 1)
                    case .int(let number): try visit("\(number)", element, in: name, depth + 1)
                    default: continue
                    }
                }
            default: continue
            }
            guard visitCount <= maximumVisitCount else {
                throw ViTError(
                    "\(path): data.pkl holds more than \(maximumVisitCount) values. "
                        + "Save only the weights: torch.save(model.state_dict(), …).")
            }
        }
        return names
    }
}

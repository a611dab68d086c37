// The plain values that a checkpoint holds beside its tensors: a training run's configuration.

extension TorchCheckpoint {
    /// What a checkpoint's outermost dict holds under `key`: a dict, or an object's attributes, with what they hold
    /// themselves. Nil if there is no such key, or too much in it.
    ///
    /// - Throws: `ViTError` as opening the file.
    static func configuration(under key: String, in file: MappedFile) throws -> ConfigurationValue? {
        let (machine, root, _, _) = try unpickle(file)
        guard case .dictionary(let index) = root,
            let value = machine.dictionaries[index].last(where: {
                if case .string(key) = $0.key { true } else { false }
            })
        else { return nil }
        var remaining = largestConfiguration
        return plainValue(value.value, in: machine, depth: 0, remaining: &remaining)
    }

    /// The most values of a configuration; one that many dicts share counts each time.
    private static let largestConfiguration = 10_000

    private static func plainValue(
        _ value: Unpickler.Value, in machine: Unpickler, depth: Int, remaining: inout Int
    ) -> ConfigurationValue? {
        remaining -= 1
        guard remaining >= 0 else { return nil }
        switch value {
        case .bool(let value): return .bool(value)
        case .int(let value): return .number(Double(value))
        case .float(let value): return .number(value)
        case .string(let value): return .text(value)
        case .dictionary(let index) where depth < 4: return table(index, in: machine, depth, &remaining)
        case .object(let name) where depth < 4:
            return machine.attributes[name].map { table($0, in: machine, depth, &remaining) } ?? ConfigurationValue.none
        default: return ConfigurationValue.none
        }
    }

    private static func table(
        _ index: Int, in machine: Unpickler, _ depth: Int, _ remaining: inout Int
    ) -> ConfigurationValue? {
        var values: [String: ConfigurationValue] = [:]
        for (key, element) in machine.dictionaries[index] {
            guard case .string(let name) = key else { continue }
            guard let value = plainValue(element, in: machine, depth: depth + 1, remaining: &remaining) else {
                return nil
            }
            values[name] = value
        }
        return .table(values)
    }
}

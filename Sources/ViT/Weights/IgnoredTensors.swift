// Tensors of a file that its model does not need: buffers that are no parameters, states of a training run, other
// models. People read them by kind: an optimiser alone has hundreds.

/// The tensors that a model does not need.
struct IgnoredTensors {
    /// Their names in the file, sorted.
    let names: [String]
    /// The model that was read.
    let place: ModelPlace

    /// What the last part of a name says about a buffer that computes nothing, with its name for one and for several.
    private static let buffers = [
        "total_ops": counter, "total_params": counter,
        "num_batches_tracked": ("counter of batches", "counters of batches"),
        "n_averaged": ("counter of averaged models", "counters of averaged models"),
        "position_ids": ("buffer of position ids", "buffers of position ids"),
    ]
    /// `thop.profile` leaves these in every module (pytorch-OpCounter's profile.py).
    private static let counter = ("counter of a profiler", "counters of a profiler")

    /// Whether a tensor is no parameter, wherever in a model it is.
    static func isNoParameter(_ name: String) -> Bool { buffers[lastPart(name)] != nil }

    private static func lastPart(_ name: String) -> String { name.split(separator: ".").last.map(String.init) ?? "" }

    /// The tensors by kind, e.g. `24 tensors of an optimiser`. One that is alone in its kind has its own name; control
    /// characters in names are escaped.
    var summary: [String] {
        var kinds: [Kind: [String]] = [:]
        for name in names { kinds[kind(of: name), default: []].append(name) }
        return kinds.sorted { $0.key < $1.key }.map { kind, names in
            switch kind {
            case .buffer(let one, let several): "\(names.count) \(names.count == 1 ? one : several)"
            case .state(let of): "\(names.count) \(names.count == 1 ? "tensor" : "tensors") of \(of)"
            case .group(let prefix):
                names.count == 1
                    ? names[0].escapingControlCharacters
                    : "\(names.count) tensors under '\(prefix.escapingControlCharacters)'"
            }
        }
    }

    private enum Kind: Hashable, Comparable {
        /// Tensors under this prefix.
        case group(String)
        case buffer(String, String)
        case state(String)
    }

    private func kind(of name: String) -> Kind {
        if let other = place.otherPrefixes.filter({ !$0.isEmpty && name.hasPrefix($0) }).max(by: { $0.count < $1.count }
        ) {
            return .group(other)
        }
        if let (one, several) = Self.buffers[Self.lastPart(name)] { return .buffer(one, several) }
        // The first part of the name that differs from those of the models tells what the tensor is.
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let shared = ([place.prefix] + place.otherPrefixes).map { prefix in
            zip(parts, prefix.split(separator: ".")).prefix { $0 == $1 }.count
        }
        let depth = min(shared.max() ?? 0, parts.count - 1)
        if parts[depth].hasPrefix("optim") { return .state("an optimiser") }
        if parts[depth].contains("sched") { return .state("a scheduler") }
        let prefix = parts[...depth].joined(separator: ".")
        return .group(depth < parts.count - 1 ? prefix + "." : prefix)
    }
}

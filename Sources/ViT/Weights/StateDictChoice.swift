// Which of a file's models is read: weights and their average, a student and its teacher, an encoder and its momentum
// copy.

extension ModelPlace {
    /// How a model's prefix ranks among those of the same file; the lowest is read.
    ///
    /// Averages go first, as in timm's `load_checkpoint(use_ema=True)`. Without one, what only training's wrappers
    /// enclose; then what a self-supervised method evaluates: DINO's and iBOT's teacher, MSN's and I-JEPA's target
    /// encoder. MoCo's momentum encoder goes last: its `main_lincls.py` reads the other one.
    private var rank: Int {
        let parts = prefix.split(separator: ".")
        let words = parts.map { Set($0.split(separator: "_")) }
        let isAverage = zip(parts, words).map { !$1.isDisjoint(with: ["ema", "swa", "averaged", "average"]) }
        let isWrapped = zip(parts, isAverage).allSatisfy { $1 || Self.wrappers.contains(String($0)) }
        if isWrapped { return isAverage.contains(true) ? 0 : 1 }
        if isAverage.contains(true) || words.contains(where: { !$0.isDisjoint(with: ["teacher", "target"]) }) {
            return 2
        }
        return words.contains { $0.contains("momentum") } || parts.contains("encoder_k") ? 4 : 3
    }

    /// More models in one file are no training's; each tensor's name is compared with all of them.
    private static let largestCount = 100

    /// The model's prefix as a user writes it, e.g. `state_dict_ema`.
    var key: String { Self.key(of: prefix) }

    private static func key(of prefix: String) -> String { prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix }

    /// What is said about the choice; nil if the file has one model.
    var choice: (value: String, source: String)? {
        guard !otherPrefixes.isEmpty else { return nil }
        let others = otherPrefixes.map { "'\(Self.key(of: $0))'" }.joined(separator: ", ")
        return (
            "'\(key)'",
            "the file also holds a model under \(others); --state-dict KEY, or stateDict in atlas.yml, chooses"
        )
    }

    /// Chooses one of a file's models.
    ///
    /// - Parameter stated: what the user states: a model's key, or the first part of it; nil for nothing.
    /// - Throws: `ViTError` if there is no such model, or if none goes before the others.
    static func choose(among places: [ModelPlace], stated: String?, path: String) throws -> ModelPlace {
        guard places.count <= largestCount else {
            throw ViTError(
                "\(path): holds \(places.count) models; at most \(largestCount) are allowed. Save the one you want in "
                    + "a file of its own.")
        }
        let list = places.map { "'\($0.key)'" }.sorted().joined(separator: ", ")
        let exact = places.filter { $0.key == stated || key(of: $0.backbonePrefix) == stated }
        let matching =
            exact.isEmpty
            ? places.filter { place in stated.map { place.backbonePrefix.hasPrefix($0 + ".") } ?? true } : exact
        guard let best = matching.map(\.rank).min() else {
            throw ViTError(
                "\(path): has no model under '\(stated ?? "")'; there is one under each of \(list). Name one of "
                    + "them (--state-dict KEY, or model: {stateDict: KEY} in atlas.yml).")
        }
        let first = matching.filter { $0.rank == best }
        guard first.count == 1 else {
            throw ViTError(
                "\(path): holds \(places.count) models, under \(list). Name the one you want (--state-dict KEY, or "
                    + "model: {stateDict: KEY} in atlas.yml).")
        }
        return first[0]
    }
}

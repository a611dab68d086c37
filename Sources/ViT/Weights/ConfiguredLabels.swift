// The classes' names in config.json, which transformers and timm write in several forms. Names that cannot be used are
// no error: the model is one without them.

/// The names of the classes, as `config.json` has them.
struct ConfiguredLabels: Decodable {
    /// transformers' names by number; some files have a list.
    private let id2label: Lenient<[String: String]>?
    /// timm's names in the order of the logits; up to timm 0.6, `labels`.
    private let label_names: Lenient<[String]>?
    private let labels: Lenient<[String]>?
    private let label_descriptions: Lenient<[String: String]>?
    private let pretrained_cfg: Lenient<Names>?

    private struct Names: Decodable {
        let label_names: Lenient<[String]>?
        let label_descriptions: Lenient<[String: String]>?
    }

    /// The names in the order of the logits; or why there are none, nil if the file has none.
    var names: (labels: [String]?, problem: String?) {
        let trained = pretrained_cfg?.value
        if let names = label_names?.value ?? labels?.value ?? trained?.label_names?.value {
            let descriptions = label_descriptions?.value ?? trained?.label_descriptions?.value
            return (names.map { descriptions?[$0] ?? $0 }, nil)
        }
        if label_names != nil { return (nil, "label_names is not a list of texts") }
        guard let id2label else { return (nil, nil) }
        guard let byNumber = id2label.value else { return (nil, "id2label does not have a text for each number") }
        if byNumber.allSatisfy({ $0.value == "LABEL_\($0.key)" }) { return (nil, nil) }
        var names: [String] = []
        for index in 0..<byNumber.count {
            guard let name = byNumber["\(index)"] else {
                return (nil, "id2label has \(byNumber.count) names, but none for \(index)")
            }
            names.append(name)
        }
        return (names, nil)
    }
}

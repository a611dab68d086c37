// Reads atlas.yml: every key, its type and its range. Nothing here needs the model.

import Foundation
import Support
import ViT

extension AtlasConfiguration {
    private static let keys = [
        "title", "description", "author", "baseURL", "model", "directions", "layers", "neurons", "seeds", "method",
        "methods",
        "steps", "tokens", "direction", "attention", "compareSample", "judge", "photographs", "pictures", "cards",
        "control",
        "rawHTML", "device", "precision", "lang", "timezone", "film",
    ]
    private static let modelKeys = [
        "weights", "labels", "heads", "activation", "mean", "std", "imageSize", "epsilon", "stateDict",
    ]

    /// Reads the configuration of a project.
    ///
    /// - Parameters:
    ///   - file: the path to read.
    ///   - name: its name in messages; nil for the path.
    /// - Throws: `AtlasError` of code `data` if the file does not exist or its content is invalid.
    static func read(file: String, named name: String? = nil) throws -> AtlasConfiguration {
        let bytes = try YAMLDocument.bytes(of: file, named: name ?? file, advice: advice(withoutFile: file))
        var configuration = try AtlasConfiguration(YAMLDocument.root(of: bytes, named: name ?? file))
        configuration.digest = Digest.hexadecimal(bytes)
        return configuration
    }

    /// What to do about a configuration that does not exist.
    package static func advice(withoutFile file: String) -> String {
        let folder = FileSystem.parent(of: file)
        return "Name a project's folder, or run atlasgen in one. `atlasgen init \(folder.isEmpty ? "FOLDER" : folder)` "
            + "creates a starter project in a folder that is new or empty."
    }

    /// Reads a configuration from its root node.
    init(_ root: ConfigurationNode) throws {
        let fields = try root.fields(known: Self.keys)
        guard let layers = fields["layers"] else {
            throw root.error(
                "the key \"layers\" is missing: name at least one address, such as \"layers: [heads.head]\"; "
                    + "`atlasgen inspect` lists a model's addresses")
        }
        self.layers = try layers.entries("a list of addresses").map(LayerSettings.init)
        if let node = fields["title"] { title = try node.text() }
        description = try fields["description"]?.text()
        author = try fields["author"]?.text()
        baseURL = try fields["baseURL"].map(Self.baseURL)
        if let node = fields["model"] { model = try ModelSettings(node.fields(known: Self.modelKeys)) }
        if let node = fields["directions"] { directions = try DirectionSettings.all(node) }
        if let node = fields["neurons"] { neurons = try NeuronChoice(node) }
        if let node = fields["seeds"] { seeds = try Self.seeds(node) }
        methods = try Self.methods(fields)
        steps = try fields["steps"]?.integer(in: Self.stepRange)
        if let node = fields["tokens"] { tokens = try Self.tokens(node) }
        if let node = fields["direction"] { direction = try node.name("\"+\" or \"-\"", Direction.init(named:)) }
        if let node = fields["attention"] { attention = try Self.attention(node) }
        if let node = fields["compareSample"] { compareSample = try node.integer(in: 1...1_000_000) }
        judge = try fields["judge"]?.locatedText()
        photographs = try fields["photographs"].map(PhotographSettings.init)
        if let node = fields["pictures"] { pictures = try PictureSettings(node.fields(known: ["format", "quality"])) }
        if let node = fields["film"] { film = try Self.film(node) }
        cards = try fields["cards"]?.flag()
        if let node = fields["control"] { control = try Self.controls(node) }
        if let node = fields["device"] { device = DeviceChoice(try node.text()) }
        if let node = fields["precision"] {
            guard let value = Precision(rawValue: try node.text()) else {
                throw node.mismatch("one of \(Precision.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            precision = value
        }
        if let node = fields["rawHTML"] { rawHTML = try node.flag() }
        language = try fields["lang"]?.locatedText()
        if let node = fields["timezone"] {
            guard let zone = TimeZone(identifier: try node.text()) else {
                throw node.mismatch("a time zone such as Europe/Berlin or UTC")
            }
            timeZone = zone
        }
        if tokens.isEmpty { tokens = [Located(value: .auto, place: root.place)] }
        if attention.isEmpty { attention = [AttentionSettings(mode: .live)] }
        if methods.isEmpty { methods = [MethodSettings(name: Located(value: Self.defaultMethod, place: root.place))] }
    }

    /// The method of an atlas whose configuration names none.
    static let defaultMethod = "atlas"
    /// More steps than any optimisation needs are a typing error.
    static let stepRange = 1...100_000

    private static func baseURL(_ node: ConfigurationNode) throws -> String {
        let text = try node.text()
        guard let parts = URLComponents(string: text, encodingInvalidCharacters: false),
            parts.scheme == "https" || parts.scheme == "http", let host = parts.host, !host.isEmpty,
            (1...65535).contains(parts.port ?? 443), parts.query == nil, parts.fragment == nil
        else { throw node.mismatch("a URL such as https://example.org/atlas/") }
        return text.hasSuffix("/") ? text : text + "/"
    }

    /// A count, or a list of numbers and ranges.
    private static func seeds(_ node: ConfigurationNode) throws -> [UInt64] {
        let limit = NumberList.seedLimit
        let expected = "a count from 1 to \(limit), or a list of numbers and ranges such as [0, 5-9]"
        if let count = node.scalar.flatMap({ Int(digits: $0) }) {
            guard (1...limit).contains(count) else { throw node.mismatch(expected) }
            return (0..<UInt64(count)).map { $0 }
        }
        return try node.entries(expected).reduce(into: []) { seeds, entry in
            seeds += try entry.name(expected) { try NumberList($0, expected: expected).seeds(besides: seeds) }
        }
    }

    private static func methods(_ fields: [String: ConfigurationNode]) throws -> [MethodSettings] {
        if fields["method"] != nil, let both = fields["methods"] {
            throw both.error("there is also a key \"method\"; keep one, a list of methods goes under \"methods\"")
        }
        if let node = fields["method"], node.isList {
            throw node.error("expected one method, found a list; a list of methods goes under \"methods\"")
        }
        guard let node = fields["method"] ?? fields["methods"] else { return [] }
        var methods: [MethodSettings] = []
        for entry in try node.entries("a method's name") {
            let settings = try MethodSettings.all(entry)
            if settings.count > 1, fields["method"] != nil {
                throw entry.error("lists of values make several methods; a list of methods goes under \"methods\"")
            }
            for method in settings {
                guard !methods.contains(where: { $0.shownName == method.shownName }) else {
                    throw entry.error(
                        "the method \"\(method.shownName)\" is listed twice; keep one, or give one another name with "
                            + "\"as\"")
                }
                methods.append(method)
            }
        }
        return methods
    }

    private static func tokens(_ node: ConfigurationNode) throws -> [Located<TokenChoice>] {
        var choices: [Located<TokenChoice>] = []
        for entry in try node.entries(TokenChoice.expected) {
            let choice = try entry.name(TokenChoice.expected, TokenChoice.init)
            guard !choices.contains(where: { $0.value == choice }) else {
                throw entry.error("\(NameError.repeated("\"\(entry.scalar ?? "")\""))")
            }
            choices.append(Located(value: choice, place: entry.place))
        }
        return choices
    }

    private static func film(_ node: ConfigurationNode) throws -> Int {
        let lengths = RunFilm.lengths
        guard let length = node.scalar.flatMap({ Int(digits: $0) }), length == 0 || lengths.contains(length) else {
            throw node.mismatch(
                "0 for no films, or a number of pictures from \(lengths.lowerBound) to \(lengths.upperBound)")
        }
        return length
    }

    /// `true` for all controls, `false` for none, or the words of some.
    private static func controls(_ node: ConfigurationNode) throws -> [Control] {
        switch node.scalar {
        case "true": return Control.all
        case "false": return []
        default: break
        }
        let known = (node.isList ? [] : ["true", "false"]) + Control.words
        var controls: [Control] = []
        for entry in try node.entries(ConfigurationNode.alternatives(known)) {
            let control = try entry.name(ConfigurationNode.alternatives(known)) { try Control(word: $0, among: known) }
            guard !controls.contains(control) else {
                throw entry.error("\(NameError.repeated("\"\(control.word)\""))")
            }
            controls.append(control)
        }
        return controls
    }

    private static func attention(_ node: ConfigurationNode) throws -> [AttentionSettings] {
        let expected = ConfigurationNode.alternatives(Attention.words)
        var settings: [AttentionSettings] = []
        for entry in try node.entries(expected) {
            var setting = AttentionSettings(mode: .frozen())
            if entry.isMapping {
                let fields = try entry.fields(known: ["frozen"])
                guard let reference = fields["frozen"] else { throw entry.mismatch("frozen: FILE.png") }
                setting.reference = try reference.locatedText()
            } else {
                setting.mode = try entry.name(expected, Attention.init(word:))
            }
            guard !settings.contains(where: { $0.mode == setting.mode }) else {
                throw entry.error("\"\(setting.mode.word)\" is listed twice; keep one")
            }
            settings.append(setting)
        }
        return settings
    }
}

extension AtlasConfiguration.PictureSettings {
    /// Reads the fields of `pictures:`.
    fileprivate init(_ fields: [String: ConfigurationNode]) throws {
        if let node = fields["format"] {
            let words = ConfigurationNode.alternatives(Format.allCases.map(\.rawValue))
            guard let format = node.scalar.flatMap(Format.init) else { throw node.mismatch(words) }
            self.format = format
        }
        if let node = fields["quality"] { quality = try node.integer(in: 1...100) }
    }
}

extension AtlasConfiguration.PhotographSettings {
    /// Reads a folder, or a mapping with one.
    fileprivate init(_ node: ConfigurationNode) throws {
        guard node.isMapping else {
            guard node.scalar != nil else { throw node.mismatch("a folder of photographs, or a mapping with one") }
            folder = try node.locatedText()
            return
        }
        let fields = try node.fields(known: ["folder", "show", "limit", "publish"])
        guard let name = fields["folder"] else {
            throw node.error("the photographs have no \"folder\"; write for example {folder: ../pictures, show: 9}")
        }
        folder = try name.locatedText()
        if let node = fields["show"] { show = try node.integer(in: 1...64) }
        limit = try fields["limit"]?.integer(in: 1...100_000_000)
        if let node = fields["publish"] { publish = try node.flag() }
    }
}

extension AtlasConfiguration.ModelSettings {
    /// Reads the fields of `model:`.
    fileprivate init(_ fields: [String: ConfigurationNode]) throws {
        weights = try fields["weights"]?.locatedText()
        labels = try fields["labels"]?.locatedText()
        heads = try fields["heads"].map { Located(value: try $0.integer(in: 1...1024), place: $0.place) }
        activation = try fields["activation"].map { node in
            let names = ConfigurationNode.alternatives(Activation.allCases.map(\.rawValue))
            return Located(value: try node.name(names, Activation.init(word:)), place: node.place)
        }
        mean = try fields["mean"].map { try Self.channels($0, in: -1000...1000, "numbers") }
        standardDeviation = try fields["std"].map { node in
            let channels = try Self.channels(node, in: 0...1000, "numbers above 0")
            guard channels.value.allSatisfy({ $0 > 0 }) else { throw node.error("expected numbers above 0, found 0") }
            return channels
        }
        imageSize = try fields["imageSize"].map { node in
            let sides = try node.entries("a size in pixels").map { try $0.integer(in: 1...8192) }
            guard sides.count <= 2 else {
                throw node.error("expected a size, or [height, width], found \(sides.count) numbers")
            }
            return Located(value: .init(height: sides[0], width: sides[sides.count - 1]), place: node.place)
        }
        epsilon = try fields["epsilon"].map { Located(value: Float(try $0.number(in: 0...1)), place: $0.place) }
        stateDict = try fields["stateDict"]?.locatedText()
    }

    private static func channels(
        _ node: ConfigurationNode, in range: ClosedRange<Int>, _ kind: String
    ) throws -> Located<[Float]> {
        let entries = try node.entries("three \(kind)")
        guard node.isList, entries.count == 3 else {
            throw node.error("expected a list of three \(kind), R, G and B, found \(entries.count)")
        }
        let values = try entries.map { Float(try $0.number(in: range)) }
        return Located(value: values, place: node.place)
    }
}

extension AtlasConfiguration.LayerSettings {
    /// Reads an address, or a mapping of an address and neurons.
    fileprivate init(_ node: ConfigurationNode) throws {
        guard node.isMapping else {
            address = try node.locatedText()
            return
        }
        let fields = try node.fields(known: ["address", "neurons"])
        guard let name = fields["address"] else {
            throw node.error("the layer has no \"address\"; write for example {address: heads.head, neurons: [0-9]}")
        }
        address = try name.locatedText()
        neurons = try fields["neurons"].map(AtlasConfiguration.NeuronChoice.init)
    }
}

extension AtlasConfiguration.NeuronChoice {
    /// Reads `all`, a number, a range `a-b`, or a list of numbers and ranges.
    fileprivate init(_ node: ConfigurationNode) throws {
        if node.scalar == "all" {
            self = .all
            return
        }
        let expected = "all, or numbers and ranges such as [0, 1, 5-9]"
        self = .ranges(
            try node.entries(expected).flatMap { entry in
                try entry.name(expected) { try NumberList($0, expected: expected) }
                    .ranges.map { Located(value: $0, place: entry.place) }
            })
    }
}

extension AtlasConfiguration.MethodSettings {
    /// More combinations of values than a comparison can show are a typing error.
    private static let mostCombinations = 100

    /// Reads a name, or a mapping of a name and parameters. A list of values stands for a method with each of them;
    /// several lists, for one with each combination.
    fileprivate static func all(_ node: ConfigurationNode) throws -> [Self] {
        guard node.isMapping else {
            guard node.scalar != nil else { throw node.mismatch("a method's name, or a mapping with its name") }
            return [Self(name: try node.locatedText())]
        }
        var fields = try node.fields()
        guard let nameNode = fields.removeValue(forKey: "name") else {
            throw node.error("the method has no \"name\"; write for example {name: atlas, steps: 128}")
        }
        var settings = [Self(name: try nameNode.locatedText())]
        if let node = fields.removeValue(forKey: "as") {
            let given = try node.name(MethodName.expected, MethodName.checked)
            if given != settings[0].name.value, Method.presets.contains(where: { $0.name == given }) {
                throw node.error(
                    "\"\(given)\" is the name of another preset; expected \(MethodName.expected) that is no preset's")
            }
            settings[0].givenName = Located(value: given, place: node.place)
        }
        for (parameter, node) in fields.sorted(by: { $0.key < $1.key }) {
            let values = try node.entries("a value, or a list of values").map { try $0.locatedText() }
            guard settings.count * values.count <= mostCombinations else {
                throw node.error("the lists of values make more than \(mostCombinations) methods; shorten them")
            }
            settings = settings.flatMap { setting in
                values.map { value in
                    var setting = setting
                    setting.overrides[parameter] = value
                    if values.count > 1 { setting.addedName += ":\(parameter)=\(value.value)" }
                    return setting
                }
            }
        }
        return settings
    }
}

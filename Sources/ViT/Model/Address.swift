// Where in the model an activation is read: torchvision's module names, which the whole project uses.

/// The name torchvision gives a module's output, e.g. `encoder.layers.encoder_layer_5.mlp.3`.
///
/// Every checkpoint naming maps onto these addresses. The same text names the tap, the URL and the figure. The table of
/// taps (`Tap`) says what is at an address.
public enum Address: Hashable, Sendable {
    /// A place inside an encoder block, in the order of computation.
    public enum Site: CaseIterable, Sendable {
        /// Output of the LayerNorm before attention, (tokens, width).
        case ln1
        /// Output of attention's output projection, (tokens, width).
        case selfAttention
        /// The same after LayerScale, in a model that has it.
        case ls1
        /// Output of the LayerNorm before the MLP, (tokens, width).
        case ln2
        /// Hidden layer before the nonlinearity, (tokens, MLP width); in a gated MLP the gates before theirs.
        case mlp0
        /// Hidden layer after the nonlinearity, (tokens, MLP width); in a gated MLP the product.
        case mlp1
        /// Output of the MLP's second layer, (tokens, width).
        case mlp3
        /// The same after LayerScale, in a model that has it.
        case ls2
        /// The block's output, after both residual sums, (tokens, width).
        case output
    }

    /// A place in the block of this index, from 0.
    case block(Int, Site)
    /// The final LayerNorm's output, (tokens, width); one token if it follows pooling.
    case encoderNorm
    /// What the head gives, e.g. the logits: (1, classes).
    case head
    /// Directions over another address's channels: (tokens, directions).
    indirect case directions(DirectionSet)

    /// The address in the model itself: of directions, the one that they read.
    public var base: Address {
        if case .directions(let set) = self { set.base } else { self }
    }

    /// The set of directions; nil at an address of the model's own channels.
    package var directionSet: DirectionSet? {
        if case .directions(let set) = self { set } else { nil }
    }

    /// What activations at the address depend on: a set of directions by its digest, not by its name.
    package var identity: String { directionSet.map { "\($0.base) directions \($0.digest)" } ?? description }

    /// The index of the block that the address is in, from 0; nil after the blocks.
    package var block: Int? {
        if case .block(let index, _) = base { index } else { nil }
    }

    /// The addresses after the blocks.
    private static let afterBlocks: [Address] = [.encoderNorm, .head]

    /// Every address of a model, in the order of computation; directions follow what they read.
    public static func all(in configuration: ViTConfiguration) -> [Address] {
        let inBlocks: [Address] = (0..<configuration.blockCount).flatMap { index in
            Site.allCases.map { .block(index, $0) }
        }
        let own = (inBlocks + afterBlocks).filter { $0.width(in: configuration) > 0 }
        return own.flatMap { address in
            [address] + configuration.directions.filter { $0.base == address }.map { .directions($0) }
        }
    }

    /// Number of channels or directions, which is the number of neurons.
    public func width(in configuration: ViTConfiguration) -> Int {
        directionSet?.count ?? configuration[keyPath: tap.width]
    }

    /// Number of tokens at this address.
    public func tokenCount(in configuration: ViTConfiguration) -> Int { tap.stage.tokenCount(in: configuration) }
}

extension Address: CustomStringConvertible {
    private static let blockPrefix = "encoder.layers."
    private static let layerPrefix = "encoder_layer_"
    /// Stands between what directions read and their set's name.
    package static let directionMark: Character = "@"

    /// The full name, as torchvision's `get_graph_node_names` and `named_modules` give it; of directions, with the set's
    /// name after `@`.
    public var description: String { block == nil ? shortName : Self.blockPrefix + shortName }

    /// The name without the `encoder.layers.` prefix, as URLs and figures use it.
    public var shortName: String {
        switch self {
        case .directions(let set): set.base.shortName + "\(Self.directionMark)\(set.name)"
        case .block(let index, _): Self.layerPrefix + "\(index)" + (tap.name.isEmpty ? "" : ".\(tap.name)")
        case .encoderNorm, .head: tap.name
        }
    }

    /// Parses a full or short name, or the name that another library gives the module; nil if the text is not an address
    /// of any model's own channels.
    public init?(_ text: String) {
        guard let address = Address(ownName: text) ?? Address(libraryName: text) else { return nil }
        self = address
    }

    private init?(ownName text: String) {
        if let address = Self.afterBlocks.first(where: { $0.tap.name == text }) {
            self = address
            return
        }
        let short = text.hasPrefix(Self.blockPrefix) ? text.dropFirst(Self.blockPrefix.count) : text[...]
        guard short.hasPrefix(Self.layerPrefix) else { return nil }
        let rest = short.dropFirst(Self.layerPrefix.count)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let index = Int(digits), String(index) == digits else { return nil }
        let name = rest.dropFirst(digits.count)
        guard name.isEmpty || name.first == ".",
            let site = Site.allCases.first(where: { $0.tap.name == name.dropFirst() }),
            name.isEmpty == site.tap.name.isEmpty
        else { return nil }
        self = .block(index, site)
    }
}

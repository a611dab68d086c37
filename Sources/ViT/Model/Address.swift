// Where in the model an activation is read: torchvision's module names, and the only names used anywhere.

/// The name torchvision gives a module's output, e.g. `encoder.layers.encoder_layer_5.mlp.3`.
///
/// Every checkpoint naming maps onto these addresses; the same text names the tap, the URL and the figure.
public enum Address: Hashable, Sendable {
    /// A place inside an encoder block, in the order of computation.
    public enum Site: String, CaseIterable, Sendable {
        /// Output of the LayerNorm before attention, (tokens, width).
        case ln1 = "ln_1"
        /// Output of attention before the residual sum, (tokens, width).
        case selfAttention = "self_attention"
        /// Output of the LayerNorm before the MLP, (tokens, width).
        case ln2 = "ln_2"
        /// Hidden layer before GELU, (tokens, MLP width).
        case mlp0 = "mlp.0"
        /// Hidden layer after GELU, (tokens, MLP width).
        case mlp1 = "mlp.1"
        /// Output of the MLP before the residual sum, (tokens, width).
        case mlp3 = "mlp.3"
        /// The block's output, after both residual sums, (tokens, width).
        case output = ""
    }

    /// A place in the block of this index, from 0.
    case block(Int, Site)
    /// The final LayerNorm's output, (tokens, width); one token where it follows pooling.
    case encoderNorm
    /// The logits, one token.
    case head

    /// Every address of a model, in the order of computation.
    public static func all(in configuration: ViTConfiguration) -> [Address] {
        var addresses: [Address] = []
        for block in 0..<configuration.blockCount {
            addresses += Site.allCases.map { .block(block, $0) }
        }
        addresses.append(.encoderNorm)
        if configuration.classCount > 0 { addresses.append(.head) }
        return addresses
    }

    /// Number of channels, that is of neurons.
    public func width(in configuration: ViTConfiguration) -> Int {
        switch self {
        case .block(_, .mlp0), .block(_, .mlp1): configuration.mlpWidth
        case .block, .encoderNorm: configuration.width
        case .head: configuration.classCount
        }
    }

    /// Number of tokens at this address.
    public func tokenCount(in configuration: ViTConfiguration) -> Int {
        switch self {
        case .block: configuration.tokenCount
        case .encoderNorm: configuration.pooling == .patchMeanThenNorm ? 1 : configuration.tokenCount
        case .head: 1
        }
    }
}

extension Address: CustomStringConvertible {
    private static let blockPrefix = "encoder.layers."

    /// The full name, as torchvision's `get_graph_node_names` and `named_modules` give it.
    public var description: String {
        switch self {
        case .block(let index, .output): "\(Self.blockPrefix)encoder_layer_\(index)"
        case .block(let index, let site): "\(Self.blockPrefix)encoder_layer_\(index).\(site.rawValue)"
        case .encoderNorm: "encoder.ln"
        case .head: "heads.head"
        }
    }

    /// The name without the `encoder.layers.` prefix, as URLs and figures use it.
    public var shortName: String {
        let name = description
        return name.hasPrefix(Self.blockPrefix) ? String(name.dropFirst(Self.blockPrefix.count)) : name
    }

    /// Reads a full or a short name; nil where the text names no address (of any model).
    public init?(_ text: String) {
        if text == "encoder.ln" {
            self = .encoderNorm
            return
        }
        if text == "heads.head" {
            self = .head
            return
        }
        let short = text.hasPrefix(Self.blockPrefix) ? text.dropFirst(Self.blockPrefix.count) : text[...]
        guard short.hasPrefix("encoder_layer_") else { return nil }
        let rest = short.dropFirst("encoder_layer_".count)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let index = Int(digits), String(index) == digits else { return nil }
        let name = rest.dropFirst(digits.count)
        guard name.isEmpty || name.first == ".", let site = Site(rawValue: String(name.dropFirst())),
            name.isEmpty == (site == .output)
        else { return nil }
        self = .block(index, site)
    }
}

// The tokens over which a neuron's activation is read.

/// The tokens over which a neuron's activation is read.
///
/// At an address with one token, such as `heads.head`, every selection reads that token.
public enum TokenSelection: Hashable, Sendable {
    /// The mean over the patch tokens.
    case patches
    /// The class token (the first of the prefix tokens).
    case cls
    /// The patch token at row rows / 2, column columns / 2.
    case center
    /// The token with this index, counted from 0 with the prefix tokens first.
    case token(Int)
    /// The mean over *all channels* of the token whose index is the neuron's number, as if `activation[:, k]` of a
    /// (batch, tokens, channels) tensor were averaged.
    case slice

    /// The tokens that the model itself reads at an address. In and after the last block, these are the tokens that the
    /// head reads: the class token (also where the patches' mean stands beside it), or the patches of a model that pools
    /// them. Elsewhere, they are the patches.
    public static func automatic(at address: Address, in configuration: ViTConfiguration) -> TokenSelection {
        if let block = address.block, block < configuration.blockCount - 1 { return .patches }
        return switch configuration.pooling {
        case .classToken, .classTokenAndPatchMean: .cls
        case .patchMean, .patchMeanThenNorm, .attention: .patches
        }
    }
}

extension TokenSelection: CustomStringConvertible {
    /// The name used in configurations, figures and records.
    public var description: String {
        switch self {
        case .patches: "patches"
        case .cls: "cls"
        case .center: "center"
        case .token(let index): "token:\(index)"
        case .slice: "slice"
        }
    }

    /// Parses a name; nil if the text is not a selection. (`auto` is a word of configurations, not a selection.)
    public init?(_ text: String) {
        switch text {
        case "patches": self = .patches
        case "cls": self = .cls
        case "center": self = .center
        case "slice": self = .slice
        default:
            guard text.hasPrefix("token:"), let index = Int(text.dropFirst("token:".count)), index >= 0 else {
                return nil
            }
            self = .token(index)
        }
    }
}

extension TokenSelection {
    /// Whether an address of this model has these tokens: `cls` needs a class token, `token:k` at least k + 1 tokens,
    /// and `slice` an address with more than one, whose channels are the model's own.
    public func isDefined(at address: Address, in configuration: ViTConfiguration) -> Bool {
        let isSingle = address.tokenCount(in: configuration) == 1
        return switch self {
        case .patches: true
        case .cls: isSingle || (configuration.hasClassToken && configuration.prefixTokenCount > 0)
        case .center: true
        case .token(let index): isSingle || index < configuration.tokenCount
        case .slice: !isSingle && address.directionSet == nil
        }
    }

    /// Number of neurons at an address under this selection: its channels, or for `slice` its tokens.
    public func neuronCount(at address: Address, in configuration: ViTConfiguration) -> Int {
        self == .slice ? address.tokenCount(in: configuration) : address.width(in: configuration)
    }

    /// The index of the token that is read for every neuron at an address; nil for `patches` and `slice` where there are
    /// more tokens than one.
    package func fixedToken(at address: Address, in configuration: ViTConfiguration) -> Int? {
        // After the blocks, that token is made from the class token, or from all patches.
        if address.tokenCount(in: configuration) == 1 { return 0 }
        return switch self {
        case .patches, .slice: nil
        case .cls: 0
        case .center:
            configuration.prefixTokenCount + configuration.patchRows / 2 * configuration.patchColumns
                + configuration.patchColumns / 2
        case .token(let index): index
        }
    }
}

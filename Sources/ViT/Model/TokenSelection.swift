// Over which tokens a neuron's activation is read.

/// Which tokens' activations make a neuron's activation.
///
/// At `heads.head`, and wherever else an address has one token, every selection reads that token.
public enum TokenSelection: Hashable, Sendable {
    /// The mean over the patch tokens.
    case patches
    /// The class token (the first of the prefix tokens).
    case cls
    /// The patch token at row rows / 2, column columns / 2.
    case center
    /// The token of this index, counted from 0 with the prefix tokens first.
    case token(Int)
    /// The mean of *all channels* of the token whose index is the neuron's number: what indexing
    /// `activation[:, k]` of a (batch, tokens, channels) tensor gives.
    case slice

    /// What the model itself reads at an address: in the last block, and after it, the tokens that the head reads
    /// (the class token, or the patches of a pooled model); elsewhere the patches.
    public static func automatic(at address: Address, in configuration: ViTConfiguration) -> TokenSelection {
        let isBefore = address.block.map { $0 < configuration.blockCount - 1 } ?? false
        return isBefore || configuration.pooling != .classToken ? .patches : .cls
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

    /// Reads a name; nil where the text names no selection. (`auto` is a configuration's word, not a selection.)
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
    /// and `slice` an address with more than one.
    public func isDefined(at address: Address, in configuration: ViTConfiguration) -> Bool {
        let isSingle = address.tokenCount(in: configuration) == 1
        return switch self {
        case .patches: true
        case .cls: isSingle || (configuration.hasClassToken && configuration.prefixTokenCount > 0)
        case .center: true
        case .token(let index): isSingle || index < configuration.tokenCount
        case .slice: !isSingle
        }
    }

    /// Number of neurons that an address has under this selection: its channels, or for `slice` its tokens.
    public func neuronCount(at address: Address, in configuration: ViTConfiguration) -> Int {
        self == .slice ? address.tokenCount(in: configuration) : address.width(in: configuration)
    }

    /// The one token that is read, whatever the neuron; nil for `patches` and `slice`.
    func fixedToken(in configuration: ViTConfiguration) -> Int? {
        switch self {
        case .patches, .slice: nil
        case .cls: 0
        case .center:
            configuration.prefixTokenCount + configuration.patchRows / 2 * configuration.patchColumns
                + configuration.patchColumns / 2
        case .token(let index): index
        }
    }
}

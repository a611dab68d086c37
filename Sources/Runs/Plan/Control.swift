// The controls: models with random weights, whose pictures show what does not come from training.

/// How a control's weights are made from the trained ones.
package enum Control: Hashable, Sendable {
    /// The blocks' weights are shuffled within their tensors; see `ViTParameters.shuffled(using:)`.
    case shuffled(seed: UInt64)
    /// The blocks' matrices are turned at random in the residual stream; see `ViTParameters.rotated(seed:)`.
    case rotated(seed: UInt64)

    /// Every control, as an atlas makes it.
    package static let all = [Control.shuffled(seed: 0), .rotated(seed: 0)]
    /// The words for the controls.
    package static let words = all.map(\.word)

    /// The control's word.
    package var word: String {
        switch self {
        case .shuffled: "shuffled"
        case .rotated: "rotated"
        }
    }

    /// Seed of its random numbers.
    package var seed: UInt64 {
        switch self {
        case .shuffled(let seed), .rotated(let seed): seed
        }
    }
}

// The tokens over which an activation is read, as users name them.

import ViT

/// A token selection, or the model's own choice.
package enum TokenChoice: Sendable, Hashable {
    /// The tokens that the model itself reads at the address.
    case auto
    /// The same selection at every address.
    case selection(TokenSelection)

    /// A description of the choices, for messages.
    static let expected = "auto, patches, cls, center, slice or token:k (k from 0)"
    private static let words = ["auto", "patches", "cls", "center", "slice"]

    package init(_ text: String) throws(NameError) {
        if text == "auto" {
            self = .auto
        } else if let selection = TokenSelection(text) {
            self = .selection(selection)
        } else {
            throw .expected(Self.expected, found: text, among: Self.words)
        }
    }

    /// The selection that this choice means at an address.
    ///
    /// - Throws: `NameError` if the address lacks these tokens.
    package func selection(at address: Address, in model: ViTConfiguration) throws(NameError) -> TokenSelection {
        guard case .selection(let selection) = self else { return .automatic(at: address, in: model) }
        if selection.isDefined(at: address, in: model) { return selection }
        switch selection {
        case .cls: throw NameError("the model has no class token; use patches, center or token:k")
        case .slice where address.directionSet != nil:
            throw NameError("slice averages a token's channels, and \(address) has directions; name other tokens")
        case .slice:
            throw NameError(
                "slice needs an address of several tokens, and \(address) has one; "
                    + "name another, or put another first in atlas.yml")
        default:
            throw NameError(
                "\(selection) is out of range; \(address) has the tokens 0 to \(address.tokenCount(in: model) - 1)")
        }
    }
}

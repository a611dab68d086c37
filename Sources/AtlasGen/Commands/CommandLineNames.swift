// Reads names from the command line. An error names the option and has the code `usage`.

import Runs
import ViT

extension Address {
    /// Reads the address that an option names.
    init(argument text: String, of option: String, in model: ViTConfiguration) throws {
        self = try reading(at: option, code: .usage) { try Address(named: text, in: model) }
    }
}

extension NeuronName {
    /// The argument's name in help texts and errors.
    static let argument = "address/neuron"

    /// Reads the neuron that a command is about. Whether its number exists depends on the tokens.
    init(argument text: String, in model: ViTConfiguration) throws {
        self = try reading(at: "<\(Self.argument)>", code: .usage) { try NeuronName(text, in: model) }
    }

    /// Refuses a neuron that the address lacks under `tokens`.
    func checkArgument(under tokens: TokenSelection, in model: ViTConfiguration) throws {
        try reading(at: "<\(Self.argument)>", code: .usage) { try check(under: tokens, in: model) }
    }
}

extension TokenSelection {
    /// Reads the value of `--tokens` for an address.
    init(argument text: String, at address: Address, in model: ViTConfiguration) throws {
        self = try reading(at: "--tokens", code: .usage) {
            try TokenChoice(text).selection(at: address, in: model)
        }
    }
}

// What addresses, token selections and attention modes mean, as pages say it.

import Runs
import ViT

/// Sentences about the things that pages name.
package enum Explanations {
    /// Why a hidden neuron is a unit of its own.
    private static let hidden =
        "A hidden neuron has a nonlinearity of its own, so that its axis is a natural one to look at."
    /// Why a channel is not.
    private static let channel =
        "A channel has no nonlinearity of its own: many hidden neurons write to it, in both directions, and another "
        + "basis of the stream would be as good."

    /// What is counted at an address, in a word.
    static func unit(at address: Address) -> String { address.directionSet == nil ? "neuron" : "direction" }

    /// A neuron for people: `Neuron 17 of encoder_layer_5.mlp.3`.
    static func name(of number: Int, label: String = "", at address: Address) -> String {
        "\(unit(at: address).capitalized) \(number)\(label) of \(address.shortName)"
    }

    /// An address in a few words, for people: "Last MLP, hidden neurons".
    static func title(of address: Address, in model: ViTConfiguration) -> String {
        switch address {
        case .block(let index, let site):
            let isLast = index == model.blockCount - 1
            let (attention, mlp, block) =
                isLast
                ? ("Last attention", "Last MLP", "Last block")
                : ("Attention of block \(index)", "MLP of block \(index)", "Block \(index)")
            return switch site {
            case .ln1: "\(block), LayerNorm before attention"
            case .selfAttention: "\(attention), output"
            case .ls1: "\(attention), output after LayerScale"
            case .ln2: "\(block), LayerNorm before the MLP"
            case .mlp0: "\(mlp), hidden neurons before the nonlinearity"
            case .mlp1: "\(mlp), hidden neurons"
            case .mlp3: "\(mlp), output"
            case .ls2: "\(mlp), output after LayerScale"
            case .output: "\(block), output"
            }
        case .encoderNorm: return "Final LayerNorm, output"
        case .head:
            return switch model.output {
            case .classes: "Classes"
            case .projection: "Projection"
            case .pooled: "Pooled output"
            }
        case .directions(let set): return "\(title(of: set.base, in: model)): directions “\(set.name)”"
        }
    }

    /// What the neurons at an address of a model are.
    static func address(_ address: Address, in model: ViTConfiguration) -> String {
        switch address {
        case .block(let index, let site):
            "\(place(site, in: model)), in block \(index). \(site.isHidden ? hidden : channel)"
        case .encoderNorm: "The final LayerNorm's output."
        case .head:
            switch model.output {
            case .classes: "The logits: one neuron per class."
            case .projection:
                "The picture's projection into the space that it shares with texts: one neuron per dimension."
            case .pooled: "What attention pooling makes of all patches: one neuron per channel."
            }
        case .directions(let set):
            "Directions over the channels of \(set.base.shortName): each is a row of a matrix, such as a latent of a sparse "
                + "autoencoder or a linear probe, and \(activation(set.nonlinearity))"
        }
    }

    /// What a direction's activation is, as the end of a sentence.
    private static func activation(_ nonlinearity: DirectionNonlinearity) -> String {
        switch nonlinearity {
        case .none: "its activation is its product with the channels, plus a bias."
        case .relu: "its activation is its product with the channels, plus a bias, or 0 where that is negative."
        case .jumpReLU:
            "its activation is its product with the channels, plus a bias, or 0 where that is not above its threshold."
        case .topK(let k):
            "its activation is its product with the channels, plus a bias, or 0 where that is negative or not among the "
                + "\(k) highest of the set."
        }
    }

    private static func place(_ site: Address.Site, in model: ViTConfiguration) -> String {
        // What LayerScale scales is not yet what is added to the stream.
        let isScaled = model.hasLayerScale
        return switch site {
        case .ln1: "The output of the LayerNorm before attention"
        case .selfAttention:
            isScaled
                ? "Channels of attention's output, before LayerScale"
                : "Channels of what attention adds to the residual stream"
        case .ls1: "Channels of what attention adds to the residual stream, after LayerScale"
        case .ln2: "The output of the LayerNorm before the MLP"
        case .mlp0:
            model.hasGatedMLP
                ? "The gates of the MLP's hidden neurons before their nonlinearity"
                : "The MLP's hidden neurons before their nonlinearity"
        case .mlp1:
            model.hasGatedMLP
                ? "The MLP's hidden neurons: each a gate after its nonlinearity, times a factor"
                : "The MLP's hidden neurons after their nonlinearity"
        case .mlp3:
            isScaled
                ? "Channels of the MLP's output, before LayerScale"
                : "Channels of what the MLP adds to the residual stream"
        case .ls2: "Channels of what the MLP adds to the residual stream, after LayerScale"
        case .output: "Channels of the residual stream after the block"
        }
    }

    /// Which tokens an activation is read at.
    static func tokens(_ tokens: TokenSelection, at address: Address, in model: ViTConfiguration) -> String {
        if address == .head {
            return switch model.output {
            case .classes: "The activation is the logit of the class."
            case .projection: "The activation is one dimension of the projected picture."
            case .pooled: "The activation is one channel of the pooled picture."
            }
        }
        return switch tokens {
        case .patches: "The activation is the mean over the patch tokens."
        case .cls: "The activation is read at the class token."
        case .center: "The activation is read at the patch token in the middle of the picture."
        case .token(let index): "The activation is read at token \(index), counting prefix tokens."
        case .slice:
            "The activation is the mean of all channels of one token: what indexing “activation[:, k]” gives for "
                + "a (batch, tokens, channels) tensor, as scripts written for convolutional networks do. It "
                + "describes the position of a token, not a neuron."
        }
    }

    /// How the direct logit attribution at an address is computed, or why a model has none.
    static func attribution(at address: Address, in model: ViTConfiguration) -> String {
        switch DirectLogitAttribution.obstacle(in: model) {
        case nil where address.directionSet != nil:
            "The class logits that change most if the layer's output moves by one unit of length along the direction, along "
                + "the direct path alone: the residual stream, the final LayerNorm's scale and the head, with nothing in "
                + "between (Vilas et al. 2023), without the division by the standard deviation, which depends on the "
                + "picture. What a sparse autoencoder writes when the latent is on is its decoder's row, which may differ."
        case nil:
            "The class logits that the neuron raises and lowers most along the direct path alone: the residual stream, "
                + "the final LayerNorm's scale and the head, with nothing in between (Vilas et al. 2023). Values are "
                + "per unit of its activation, without the division by the standard deviation, which depends on the "
                + "picture."
        case .projection:
            "There is none: the model's head gives no classes but projects the picture into a space that it shares with "
                + "texts, whose dimensions have no names."
        case .attentionPooling:
            "There is none: the model pools its patches by attention, so no linear layer alone lies between the neuron "
                + "and the output."
        case .noHead: "There is none: the model that was read has no linear head that gives classes."
        }
    }

    /// What an attention mode is.
    static func attention(_ attention: Attention) -> String {
        switch attention {
        case .live: "live"
        case .detached: "detached (no gradient through queries and keys)"
        case .frozen(let reference):
            reference.map { "frozen (the pattern of the picture with pixel SHA-256 \($0))" }
                ?? "frozen (the pattern of a uniform picture in the mean colour)"
        }
    }

    /// The attention of an activation, where a run has one of each.
    package static let (ownPattern, liveAttention) = ("under its own pattern", "under live attention")

    /// The attention under which a run's steps read their activations.
    static func curve(_ attention: Attention) -> String {
        switch attention {
        case .live, .detached: liveAttention
        case .frozen: ownPattern
        }
    }

    /// How a control's weights are made.
    static func control(_ control: Control) -> String {
        switch control {
        case .shuffled(let seed): "shuffled within each matrix of each block, seed \(seed)"
        case .rotated(let seed):
            "each matrix of each block turned at random where it faces the residual stream, so that its singular "
                + "values stay; seed \(seed)"
        }
    }

    /// The note on a run that is not in the store yet.
    static let notMade = "not made yet"

    /// What went wrong with a run; nil for a completed run.
    static func note(_ outcome: RunOutcome) -> String? {
        switch outcome {
        case .completed: nil
        case .neverActivated: "never activated"
        case .diverged(let step): "diverged at step \(step)"
        }
    }
}

extension Address.Site {
    /// Whether the units are the MLP's hidden neurons.
    fileprivate var isHidden: Bool { self == .mlp0 || self == .mlp1 }
}

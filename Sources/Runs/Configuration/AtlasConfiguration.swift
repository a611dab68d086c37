// What an atlas is made of, as atlas.yml says it.

import Support
import ViT

/// The settings of an atlas. Defaults are declared here, once.
package struct AtlasConfiguration: Sendable {
    /// The site's title.
    package var title = "Neuron atlas"
    /// One sentence about the site; nil for none.
    package var description: String?
    /// Whom the feed names as its author; nil for none.
    package var author: String?
    /// Where the site will be, with a slash at its end; nil where that is not known: then nothing has an absolute URL.
    package var baseURL: String?
    /// The model.
    var model = ModelSettings()
    /// The addresses whose neurons are shown, in the order of the site.
    var layers: [Located<String>]
    /// Which neurons of each layer.
    var neurons = NeuronChoice.all
    /// The seeds of each neuron's runs.
    package var seeds: [UInt64] = [0, 1, 2]
    /// The methods: the first fills the grids, the others are made for a sample of neurons.
    var methods: [MethodSettings] = []
    /// Optimisation steps, in place of each method's own; nil for those.
    var steps: Int?
    /// Token selections: the first fills the grids, the others are made for a sample of neurons.
    var tokens: [Located<TokenChoice>] = []
    /// What excites the neurons, or what inhibits them.
    package var direction = Direction.positive
    /// Attention modes: the first fills the grids, the others are made for a sample of neurons.
    var attention: [AttentionSettings] = []
    /// Neurons of each layer for which the second and later methods, token selections and attention modes are made.
    var compareSample = 24
    /// A second model that judges how alike pictures are, by path; nil for the visualised model itself.
    package var judge: Located<String>?
    /// Whether a sample of each layer is also made with shuffled weights.
    var control = false
    /// Whether raw HTML in Markdown reaches the pages.
    package var rawHTML = false
    /// SHA-256 of the file.
    package var digest = ""

    /// What a state dict does not say, and where the files are. Paths are relative to the configuration's folder.
    struct ModelSettings: Sendable, Equatable {
        /// The checkpoint, a file or a folder; nil for the model that comes with the program.
        var weights: Located<String>?
        /// A text file with a label a line; nil for what the checkpoint gives.
        var labels: Located<String>?
        /// Number of attention heads.
        var heads: Located<Int>?
        /// Mean of each channel, R, G, B, in units of 0…1.
        var mean: Located<[Float]>?
        /// Standard deviation of each channel, R, G, B, in units of 0…1.
        var standardDeviation: Located<[Float]>?
        /// Height and width in pixels.
        var imageSize: Located<ImageSize>?
    }

    /// A picture's size in pixels.
    struct ImageSize: Sendable, Equatable {
        /// Rows.
        var height: Int
        /// Columns.
        var width: Int
    }

    /// A selection of neurons.
    enum NeuronChoice: Sendable, Equatable {
        /// Every neuron of a layer.
        case all
        /// These, from the first to the last of each range.
        case ranges([Located<ClosedRange<Int>>])
    }

    /// A method by its name, with parameters in place of its own.
    struct MethodSettings: Sendable, Equatable {
        /// The preset's name.
        var name: Located<String>
        /// Parameters by name, as the file writes them; the method checks them.
        var overrides: [String: Located<String>] = [:]
    }

    /// An attention mode, with the picture that a frozen pattern comes from.
    struct AttentionSettings: Sendable, Equatable {
        /// The mode; frozen to the mean colour.
        var mode: Attention
        /// A PNG file that it is frozen to in place of the mean colour.
        var reference: Located<String>?
    }
}

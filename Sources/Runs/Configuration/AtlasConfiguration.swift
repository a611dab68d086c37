// The settings of an atlas, as written in atlas.yml.

import Foundation
import Support
import ViT

/// The settings of an atlas. Defaults are declared here, once.
package struct AtlasConfiguration: Sendable {
    /// The site's title.
    package var title = "Neuron atlas"
    /// One sentence about the site; nil for none.
    package var description: String?
    /// The feed's author; nil for none.
    package var author: String?
    /// The site's URL, with a slash at the end; nil if unknown; then no absolute URLs are written.
    package var baseURL: String?
    /// The language of the site's texts, such as `en`; nil for English.
    package var language: Located<String>?
    /// The zone whose days dates with an offset have.
    package var timeZone = TimeZone.gmt
    /// The model.
    var model = ModelSettings()
    /// The sets of directions that are read in the model.
    var directions: [DirectionSettings] = []
    /// The layers whose neurons are shown, in the order of the site.
    var layers: [LayerSettings]
    /// Which neurons of each layer that does not say so itself.
    var neurons = NeuronChoice.all
    /// The seeds of each neuron's runs.
    package var seeds: [UInt64] = [0, 1, 2]
    /// The methods: the first fills the grids, the others are made for a sample of neurons.
    var methods: [MethodSettings] = []
    /// Optimisation steps for all methods; nil for each method's own number.
    var steps: Int?
    /// Token selections: the first fills the grids, the others are made for a sample of neurons.
    var tokens: [Located<TokenChoice>] = []
    /// Whether runs maximise or minimise the activation.
    package var direction = Direction.positive
    /// What computes: `cpu`, `auto`, the name of a plugin's device, or a plugin's file.
    package var device = DeviceChoice.cpu
    /// How exact the products of an optimisation are.
    package var precision = Precision.float32
    /// Attention modes: the first fills the grids, the others are made for a sample of neurons.
    var attention: [AttentionSettings] = []
    /// Neurons of each layer for which the second and later methods, token selections and attention modes are made.
    var compareSample = 24
    /// The path of a second model that judges how similar pictures are; nil for the visualised model itself.
    package var judge: Located<String>?
    /// The photographs that are read for what they excite; nil for none.
    package var photographs: PhotographSettings?
    /// How the runs' pictures are published.
    package var pictures = PictureSettings()
    /// Pictures of the film that is stored of each run, the finished one among them; 0 for no films.
    package var film = 0
    /// Whether pages have social cards: nil for posts, layers and the first page where there is a base URL, true for
    /// neurons too and in any case, false for none.
    package var cards: Bool?
    /// The controls that are made for a sample of each layer.
    var control = Control.all
    /// Whether raw HTML in Markdown reaches the pages.
    package var rawHTML = false
    /// SHA-256 of the file.
    package var digest = ""

    /// The model's files, and what a state dict does not contain. Paths are relative to the configuration's folder.
    struct ModelSettings: Sendable, Equatable {
        /// The checkpoint, a file or a folder; nil for the model that comes with the program.
        var weights: Located<String>?
        /// A text file with one label per line; nil for the checkpoint's labels.
        var labels: Located<String>?
        /// Number of attention heads.
        var heads: Located<Int>?
        /// The MLPs' nonlinearity.
        var activation: Located<Activation>?
        /// Mean of each channel, R, G, B, in units of 0…1.
        var mean: Located<[Float]>?
        /// Standard deviation of each channel, R, G, B, in units of 0…1.
        var standardDeviation: Located<[Float]>?
        /// Height and width in pixels.
        var imageSize: Located<ImageSize>?
        /// ε of every LayerNorm.
        var epsilon: Located<Float>?
        /// Which of a file's models: the prefix of its tensors' names.
        var stateDict: Located<String>?
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

    /// A layer's address, and which neurons of it are shown.
    struct LayerSettings: Sendable, Equatable {
        /// The address, as written.
        var address: Located<String>
        /// Its neurons; nil for those of all layers.
        var neurons: NeuronChoice?
    }

    /// A preset, with parameters that replace its own.
    struct MethodSettings: Sendable, Equatable {
        /// The preset's name.
        var name: Located<String>
        /// The name that `as` gives; nil for the preset's.
        var givenName: Located<String>?
        /// What an entry with lists of values adds to the name: `:rate=0.02:steps=32`.
        var addedName = ""
        /// Parameters by name, as written in the file; the method checks them.
        var overrides: [String: Located<String>] = [:]
    }

    /// How the runs' pictures are published; the store keeps the exact ones.
    package struct PictureSettings: Sendable, Equatable {
        /// The kinds of files.
        package enum Format: String, CaseIterable, Sendable {
            case jpeg, png
        }

        /// The kind of file for pictures of more than 96 pixels; smaller ones are PNG.
        package var format = Format.jpeg
        /// libjpeg's quality, 1 to 100.
        package var quality = 88
    }

    /// The photographs that the neurons are shown.
    package struct PhotographSettings: Sendable, Equatable {
        /// The folder, searched in depth.
        let folder: Located<String>
        /// How many of the most exciting photographs a neuron's page shows, and how many of the least exciting.
        package var show = 9
        /// The most photographs that are read; nil for all. The SHA-256 of their paths chooses them.
        var limit: Int?
        /// Whether the site shows the photographs, or only what was measured on them.
        package var publish = true
    }

    /// An attention mode, with the picture that a frozen pattern comes from.
    struct AttentionSettings: Sendable, Equatable {
        /// The mode; `frozen` here means frozen to the mean colour.
        var mode: Attention
        /// A PNG file whose pattern is used instead of the mean colour's.
        var reference: Located<String>?
    }
}

// `atlasgen probe`: which neurons a picture excites.

import ArgumentParser
import Foundation
import Render
import Runs
import Support
import ViT

/// Runs the model on a picture and prints the neurons of an address that it excites most.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Show which neurons a picture excites most.",
        discussion: HelpText.discussion(
            examples: [
                "atlasgen probe dog.jpg --layer heads.head",
                "atlasgen probe dog.jpg --layer encoder_layer_5.mlp.3 --tokens cls --top 20",
                "atlasgen probe dog.jpg --layer heads.head --json > activations.json",
            ], documents: ["docs/pictures.md", "docs/data.md (--json)"]))

    @Argument(
        help: "A PNG or JPEG file. It is resized and cropped as the model's library does; `inspect` shows how.",
        completion: .file())
    var image: String

    @Option(help: "The address of the neurons, e.g. encoder_layer_5.mlp.3 or heads.head.")
    var layer: String

    @OptionGroup var model: ModelOptions

    @OptionGroup var device: DeviceOptions

    @Option(help: "The tokens to read: auto, patches, cls, center, token:k or slice.")
    var tokens = "auto"

    @Option(help: ArgumentHelp("Number of neurons in the table.", valueName: "count"))
    var top = 10

    @Flag(help: "Print every neuron's activation as JSON.")
    var json = false

    func validate() throws {
        guard top > 0 else { throw ValidationError("--top must be at least 1; got \(top).") }
    }

    func run() throws {
        // Before a large model is read.
        guard FileSystem.exists(image) else {
            throw AtlasError(.data, "\(image): there is no such file. Name a PNG or JPEG file.")
        }
        let (model, project) = try model.load()
        let shape = model.model.configuration
        let address = try Address(argument: layer, of: "--layer", in: shape)
        let tokens = try TokenSelection(argument: tokens, at: address, in: shape)
        let preparation = model.checkpoint.preparation
        let picture = try Picture.read(image, for: preparation)
        if (picture.width, picture.height) != (shape.imageWidth, shape.imageHeight) {
            Terminal.say(
                "atlasgen: \(image) has \(picture.width) × \(picture.height) pixels, but the model reads "
                    + "\(shape.imageWidth) × \(shape.imageHeight). It was prepared: \(preparation.words)")
        }
        let planes = try picture.prepared(preparation).planes
        let device = try (device.device ?? project?.device ?? .cpu).open()
        let reader = try device.makeReader(model: model.model, address: address, tokens: tokens, capacity: 1)
        let activations = try reader.activations(of: [planes])[0]
        if json {
            let result = Result(
                image: image, model: .init(model), prepared: .init(width: shape.imageWidth, height: shape.imageHeight),
                address: address.description, tokens: tokens.description,
                labels: tokens == .slice ? nil : model.labels(at: address), activations: activations)
            try Terminal.write(JSONEncoder.commands.text(of: result) + "\n")
        } else {
            try Terminal.write(table(activations, address: address, tokens: tokens, model: model) + "\n")
        }
    }

    /// What `--json` prints (docs/data.md documents it).
    private struct Result: Encodable {
        /// A size in pixels.
        struct Size: Encodable {
            let width: Int
            let height: Int
        }

        let image: String
        let model: VisualiseReport.Model
        /// The size of the image that the model read.
        let prepared: Size
        let address: String
        let tokens: String
        /// The names of classes or directions in the order of the activations; nil if they have none.
        let labels: [String]?
        let activations: [Float]
    }

    private func table(
        _ activations: [Float], address: Address, tokens: TokenSelection, model: LoadedModel
    ) -> String {
        let unit = tokens == .slice ? "token" : "neuron"
        let hasLabels = model.label(address, 0) != nil
        var table = TextTable(
            columns: [.init(title: unit, isNumeric: true), .init(title: "activation", isNumeric: true)]
                + (hasLabels ? [.init(title: address == .head ? "class" : "name")] : []))
        // Descending activations; equal ones by neuron, NaN last.
        let ranked = activations.indices.sorted { first, second in
            let (a, b) = (activations[first], activations[second])
            return a == b || (a.isNaN && b.isNaN) ? first < second : b.isNaN || a > b
        }
        for neuron in ranked.prefix(top) {
            let label = hasLabels ? [model.label(address, neuron) ?? ""] : []
            table.rows.append(["\(neuron)", Format.number(Double(activations[neuron]))] + label)
        }
        return """
            \(image.readableLine) at \(address) of \(model.name.readableLine), tokens \(tokens): \
            the \(table.rows.count) most excited of \(activations.count) \(unit)s
            \(table.text)
            """
    }
}

extension JSONEncoder {
    /// Sorted keys; a number that JSON cannot express is written as a text.
    static var commands: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }

    /// The value as text. Characters that a terminal would obey are escapes, which mean the same in JSON.
    func text(of value: some Encodable) throws -> String {
        let text = String(decoding: try encode(value), as: UTF8.self)
        return text.unicodeScalars.reduce(into: "") { escaped, scalar in
            if scalar == "\n" || scalar.isHarmless {
                escaped.unicodeScalars.append(scalar)
            } else {
                // All of them are in Unicode's first plane, and so one unit of UTF-16.
                escaped += String(format: "\\u%04x", scalar.value)
            }
        }
    }
}

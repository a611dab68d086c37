// The export of one layer: its table of runs, its arrays, its pictures and its scores.

import Foundation
import Render
import Runs
import Scores
import Support
import ViT

/// Writes one layer of an export. Arrays that are large for a large layer are read and written in pieces.
struct LayerExport {
    let library: RunLibrary
    let layer: AtlasLayer
    let files: ExportFiles
    let format: ExportFormat

    private var project: Project { library.project }
    private var folder: String { "layers/\(layer.address.shortName)" }
    private var photographsPath: String { "\(folder)/photographs.csv" }

    /// One run, and what is small enough to keep for all runs of a layer.
    private struct Row: Sendable {
        let run: ExportedRun
        let curve: [Float]
        let look: [Float]?
        let meaning: [Float]?
        /// Number of the layer's activations.
        let channels: Int
    }

    /// Runs whose records are read at a time, and neurons whose photographs are.
    private static let pieceSize = 256

    /// Writes everything and returns the layer's part of the manifest.
    func write() throws -> ExportManifest.Layer {
        let conditions = project.conditions(of: layer)
        var rows: [Row] = []
        var described: [ExportManifest.Condition] = []
        for (index, condition) in conditions.enumerated() {
            let neurons = library.neurons(of: layer, condition)
            // By seed and then by neuron, as the similarities are computed.
            let recipes = library.seeds.flatMap { seed in
                neurons.map { condition.recipe(layer.address, $0, seed: seed) }
            }
            let own = try measured(recipes, condition: index)
            rows += own
            described.append(
                ExportManifest.Condition(
                    condition: index, words: condition.words(in: project), control: condition.model.control?.word,
                    variant: condition.variant, neurons: neurons, runs: own.count, missing: recipes.count - own.count))
        }
        // Only now, because reading the runs finds those that are damaged, and the scores must be without them too.
        let scores = try writeScores()
        try files.write(Array(RunColumn.table(of: rows.map(\.run)).utf8), to: "\(folder)/runs.csv")
        let photographs = try library.photographs?.table(of: layer.address)
        if let photographs { try files.write(Array(list(photographs.photographs).utf8), to: photographsPath) }
        let arrays = try ArrayWriter.write(format, to: folder, of: files) {
            try write(rows, to: $0)
            if let photographs { try write(photographs, to: $0) }
        }
        return ExportManifest.Layer(
            address: layer.address.description, runs: "\(folder)/runs.csv", scores: scores,
            photographs: photographs.map { _ in photographsPath }, neurons: layer.neurons.count,
            conditions: described, arrays: arrays)
    }

    // MARK: - Scores

    /// Writes the published statistics, and returns their path.
    private func writeScores() throws -> String {
        let scores = try library.scores(of: layer, project.grid(of: layer))
        let choices = try library.forcedChoice(of: layer, project.grid(of: layer))
        let compared = try ScoreFigures(library: library, layer: layer).compared()
        let file = ExportScores(
            address: layer.address.description, scores: scores.figures, forcedChoice: ForcedChoiceData(choices),
            variants: compared.count == 1
                ? nil
                : compared.enumerated().map { index, row in
                    ExportScores.Compared(
                        condition: index, neurons: row.neurons, scores: row.scores.figures,
                        neuronScores: row.neurons.map { row.scores.scores(of: $0) },
                        differences: row.difference)
                },
            neurons: layer.neurons.map {
                ExportScores.Neuron(
                    neuron: $0, label: project.model.label(layer.address, $0), scores: scores.scores(of: $0),
                    forcedChoice: ForcedChoiceData(choices, of: $0))
            })
        try files.write(json: file, to: "\(folder)/scores.json")
        return "\(folder)/scores.json"
    }

    // MARK: - Runs

    /// Reads those of the recipes' runs that are made, in order, and writes their pictures.
    private func measured(_ recipes: [Recipe], condition: Int) throws -> [Row] {
        try library.clock.measure(.write, "runs of \(layer.address.shortName)", recipes.count, "runs") {
            try RunMeter(judge: library.judge).map(recipes, in: library.store, onRead: { library.clock.advance() }) {
                try row(of: recipes[$0], condition: condition, $1, $2)
            }
        }.compactMap(\.self)
    }

    private func row(
        of recipe: Recipe, condition: Int, _ record: RunRecord, _ vectors: RunVectors?
    ) throws -> Row {
        let picture =
            "pictures/\(layer.address.shortName)/\(recipe.target.number)-\(SitePaths.pictureName(recipe))"
        try files.write(record.png, to: picture)
        return Row(
            run: ExportedRun(
                header: record.header, label: project.model.label(layer.address, recipe.target.number),
                condition: condition, words: recipe.condition.words(in: project), picture: picture),
            curve: record.numbers.curve, look: vectors?.look, meaning: vectors?.meaning,
            channels: record.numbers.layerActivations.count)
    }

    // MARK: - Photographs

    /// A header line, then a line for each photograph; without names if the project publishes none.
    private func list(_ photographs: [Photograph]) -> String {
        let names = library.photographs?.isPublic == true
        let lines =
            [["sha256", "file", "label"]]
            + photographs.map {
                [$0.digest, names ? CSV.cell($0.path) : "", names ? $0.label.map(CSV.cell) ?? "" : ""]
            }
        return lines.map { $0.joined(separator: ",") + CSV.lineEnd }.joined()
    }

    private func write(_ table: PlaceTable, to writer: ArrayWriter) throws {
        let subject = ArrayWriter.Subject(
            name: "photograph_activations", unit: "the layer's activation",
            meaning: "The activation of each neuron of scores.json, in its order, on each photograph of "
                + "photographs.csv, in its order.")
        try writer.write(subject, shape: [layer.neurons.count, table.photographs.count], of: Float.self) { write in
            for start in stride(from: 0, to: layer.neurons.count, by: Self.pieceSize) {
                let piece = Array(layer.neurons[start..<min(start + Self.pieceSize, layer.neurons.count)])
                for activations in try table.map(piece, { _, activations, _ in activations }) {
                    try write(activations)
                }
            }
        }
    }

    // MARK: - Arrays

    private func write(_ rows: [Row], to writer: ArrayWriter) throws {
        try write(
            rows.map(\.look), to: writer,
            .init(
                name: "look", unit: "Oklab units, then roots of shares of energy",
                meaning:
                    "What each run's picture looks like, as the scores compare it: 24 values of colour, then 80 of "
                    + "texture; NaN if the run diverged."))
        try write(
            rows.map(\.meaning), to: writer,
            .init(
                name: "embedding", unit: "channels of the judge",
                meaning: "The judge's embedding of each run's picture, as the scores compare it; NaN if the run "
                    + "diverged."))
        try write(
            rows.map(\.curve), to: writer,
            .init(
                name: "curve", unit: "the layer's activation",
                meaning: "The neuron's activation on the augmented picture at each step of each run; NaN after a "
                    + "method's last step."))
        try writeActivations(of: rows, to: writer)
        let conditions = project.conditions(of: layer)
        for (index, condition) in conditions.enumerated() {
            let reference = try reference(of: condition)
            let own = rows.filter { $0.run.condition == index }
            try write(reference, number: index, to: writer)
            try write(own, by: reference, to: writer, name: "\(index)", "runs of condition \(index)")
            // The comparison's scores of the grid are of fewer runs, and products of fewer rows may round differently.
            if index == 0, conditions.count > 1, layer.sample != layer.neurons {
                let sample = Set(layer.sample)
                try write(
                    own.filter { sample.contains($0.run.recipe.target.number) }, by: reference, to: writer,
                    name: "0_compared", "runs of condition 0 of the neurons that the other conditions have")
            }
        }
    }

    /// What the scores of a condition are measured against.
    private func reference(of condition: Condition) throws -> ScoreReference {
        try library.references.reference(
            of: condition.recipe(layer.address, layer.neurons.first ?? 0, seed: library.seeds.first ?? 0))
    }

    private func write(_ reference: ScoreReference, number: Int, to writer: ArrayWriter) throws {
        let pictures = "the \(ReferencePictures.count) reference pictures"
        if number == 0 {
            try writer.write(
                .init(name: "look_mean", unit: "as look", meaning: "The mean of look over \(pictures)."),
                values: reference.look.means)
            try writer.write(
                .init(
                    name: "look_scale", unit: "1 / unit of look",
                    meaning:
                        "What the differences from that mean are multiplied by, one number for each part: then the mean "
                        + "squared length of a part is 1 over the reference pictures."),
                values: reference.look.scales)
        }
        let end = "in the model of condition \(number), or in the judge"
        try writer.write(
            .init(
                name: "embedding_mean_\(number)", unit: "as embedding",
                meaning: "The mean of the embeddings of \(pictures) \(end)."),
            values: reference.meaning.means)
        try writer.write(
            .init(
                name: "embedding_scale_\(number)", unit: "1 / unit of embedding",
                meaning: "What the differences from that mean are multiplied by."),
            values: reference.meaning.scales)
        guard !reference.channels.means.isEmpty else { return }
        try writer.write(
            .init(
                name: "channel_mean_\(number)", unit: "the layer's activation",
                meaning:
                    "The mean of each channel's activation over \(pictures) and the tokens of condition \(number), in "
                    + "its model."),
            values: reference.channels.means)
        try writer.write(
            .init(
                name: "channel_deviation_\(number)", unit: "the layer's activation",
                meaning: "The standard deviation of the same; 0 for a channel that does not vary."),
            values: reference.channels.deviations)
    }

    /// Writes a row for each run; a run without values, and what a shorter row lacks, is NaN.
    private func write(_ rows: [[Float]?], to writer: ArrayWriter, _ subject: ArrayWriter.Subject) throws {
        let width = rows.map { $0?.count ?? 0 }.max() ?? 0
        try writer.write(subject, shape: [rows.count, width], of: Float.self) { write in
            for row in rows { try write(Self.padded(row, to: width)) }
        }
    }

    private static func padded(_ row: [Float]?, to width: Int) -> [Float] {
        let row = row ?? []
        return row + [Float](repeating: .nan, count: width - row.count)
    }

    /// Reads the records again, because the activations of a large layer would need much memory.
    private func writeActivations(of rows: [Row], to writer: ArrayWriter) throws {
        let width = rows.map(\.channels).max() ?? 0
        let subject = ArrayWriter.Subject(
            name: "activations", unit: "the layer's activation",
            meaning: "The activation of every channel of the layer (of every token, if tokens is slice) on each run's "
                + "finished picture, over the run's tokens and in its own model; NaN if the run diverged.")
        try writer.write(subject, shape: [rows.count, width], of: Float.self) { write in
            for start in stride(from: 0, to: rows.count, by: Self.pieceSize) {
                let piece = rows[start..<min(start + Self.pieceSize, rows.count)]
                let values = try concurrently(piece.count) { index in
                    Result { try activations(of: piece[start + index]) }
                }.map { try $0.get() }
                try write(values.flatMap { Self.padded($0, to: width) })
            }
        }
    }

    /// The layer's activations on a run's picture; nil if it diverged.
    private func activations(of row: Row) throws -> [Float]? {
        guard row.look != nil else { return nil }
        let key = row.run.recipe.key
        guard let record = try library.store.numbers(key) else {
            throw AtlasError(
                .data,
                "\(library.store.path(of: key)): the run disappeared while it was being exported; run the command again"
            )
        }
        return record.numbers.layerActivations
    }

    /// Writes the matrices of a group of runs; none if no two of them can be compared.
    private func write(
        _ rows: [Row], by reference: ScoreReference, to writer: ArrayWriter, name: String, _ words: String
    ) throws {
        for measure in Measure.allCases {
            let runs = rows.map { row in
                SimilarityMatrix.Run(
                    neuron: row.run.recipe.target.number, seed: row.run.recipe.seed,
                    vector: measure == .look ? row.look : row.meaning)
            }
            guard let matrix = SimilarityMatrix(runs, by: measure == .look ? reference.look : reference.meaning) else {
                continue
            }
            let subject = ArrayWriter.Subject(
                name: "similarity_\(measure.rawValue)_\(name)", unit: "cosine",
                meaning:
                    "How alike every two \(words) are by \(measure.rawValue), in the order of their rows in runs.csv: "
                    + "the values that the scores use, multiples of 1/32768; NaN for two runs of one seed, which the "
                    + "scores do not compare, and for runs that diverged.")
            try writer.write(subject, shape: [rows.count, rows.count], of: Float.self, matrix.write)
        }
    }
}

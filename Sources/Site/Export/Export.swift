// The export: a project's runs and scores as files for programs, written from its store alone.

import Runs
import Scores
import Support

/// Writes the runs that a project's store has, for papers and other programs.
package struct Export: Sendable {
    /// What an export did.
    package struct Summary: Sendable {
        /// Number of runs in it, and of those that the project wants and the store lacks.
        package let runs: Int
        package let missing: Int
        /// Number of its files, and their size in bytes.
        package let files: Int
        package let bytes: Int
    }

    private let library: RunLibrary
    private let format: ExportFormat

    package init(of library: RunLibrary, as format: ExportFormat) {
        self.library = library
        self.format = format
    }

    /// Writes everything into an empty folder.
    ///
    /// - Throws: `AtlasError` of code `data` if the store has no run of the project, or changes meanwhile.
    package func write(to folder: String) throws -> Summary {
        let project = library.project
        let wanted = project.plan.recipes
        guard try library.store.missing(of: wanted).count < wanted.count else {
            throw AtlasError(
                .data, "\(library.store.folder) has no run of this project. Make them with `atlasgen build`.")
        }
        let files = ExportFiles(folder: folder)
        let layers = try project.layers.map { layer in
            try LayerExport(library: library, layer: layer, files: files, format: format).write()
        }
        let conditions = layers.flatMap(\.conditions)
        let (runs, missing) = conditions.reduce((0, 0)) { ($0.0 + $1.runs, $0.1 + $1.missing) }
        // The scores are of the runs that the store had when each layer was scored.
        guard try library.store.missing(of: wanted).count == missing else {
            throw AtlasError(
                .data,
                "\(library.store.folder) changed while it was exported. Wait until no build is running, and run the "
                    + "command again.")
        }
        let content = files.all
        let model = project.model
        let manifest = ExportManifest(
            generator: Version.generator, title: project.configuration.title,
            model: AtlasFile.Model(
                name: model.name, weights: model.weightsDigest, parameters: model.checkpoint.parameterCount,
                configuration: model.model.configuration),
            judge: library.judge.map { AtlasFile.Judge(name: $0.name, weights: $0.weights) }, seeds: library.seeds,
            layers: layers, files: content)
        try files.write(json: manifest, to: "manifest.json")
        let all = files.all
        return Summary(runs: runs, missing: missing, files: all.count, bytes: all.reduce(0) { $0 + $1.bytes })
    }
}

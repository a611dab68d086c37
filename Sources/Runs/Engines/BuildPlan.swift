// What a build is about to do, in one line.

import Render
import ViT

/// The number of runs to make, with what, and how long it takes if stored runs tell.
package struct BuildPlan: Sendable {
    /// Number of runs that the site needs, and of those that the store lacks.
    let wanted: Int
    let missing: Int
    /// What makes them.
    let means: String
    /// Seconds until all are made; nil if the store has no runs of the same device.
    let seconds: Double?

    /// At most this many records are read.
    private static let sampleSize = 32

    /// Compares what is wanted with what is missing. Times come from records, by the work of their runs.
    ///
    /// - Parameter cost: the work of a run.
    package init(
        _ wanted: [Recipe], missing: [Recipe], store: Store, engine: any Engine, cost: (Recipe) -> Double
    ) throws {
        self.wanted = wanted.count
        self.missing = missing.count
        means = engine.means
        let lacking = Set(missing)
        let present = wanted.filter { !lacking.contains($0) }
        let known = try AtlasConfiguration.spread(present, count: Self.sampleSize).compactMap { recipe in
            try store.header(recipe.key)
        }.filter { engine.kind == nil || $0.kernel == engine.kind }
        let work = known.reduce(0) { $0 + cost($1.recipe) }
        seconds =
            work > 0
            ? known.reduce(0) { $0 + $1.seconds } / work * missing.reduce(0) { $0 + cost($1) }
                / Double(min(engine.workerCount, missing.count)) : nil
    }

    /// `411 runs to make (1,023 are stored), 2 workers on the CPU (Haswell), about 120 MB of memory; about 2 min`
    package var text: String {
        "\(missing == 1 ? "1 run" : "\(Format.count(missing)) runs") to make"
            + (wanted > missing ? " (\(Format.count(wanted - missing)) are stored)" : "") + ", \(means)"
            + (seconds.map { "; about \(BuildProgress.duration($0))" } ?? "")
    }
}

// A build from beginning to end: read, plan, make, render, swap in.

import Foundation
import Render
import Runs
import Site
import Support
import ViT

/// What `atlasgen build` and the preview do.
struct SiteBuild: Sendable {
    /// What is to be built, and how.
    struct Options: Sendable {
        /// The project's configuration.
        var file = "atlas.yml"
        /// The site's folder; relative paths are relative to the project's.
        var output = "site"
        /// Whether drafts are shown: posts with `published: false` or a date to come.
        var drafts = false
        /// What makes the missing runs.
        var engine = LocalEngine.maker(workers: nil)
        /// What is done about runs that are missing.
        var missing = MissingRuns.made
    }

    /// What a build does about runs that are missing.
    enum MissingRuns: Sendable {
        /// They are made.
        case made
        /// The build fails, and lists them.
        case refused
        /// The site is written without them, and says what is still to come.
        case left
    }

    /// What a build did.
    struct Summary: Sendable {
        /// The site's folder.
        let output: String
        /// Runs that were made, and runs that were there before.
        let made: Int
        let reused: Int
        /// Files of the site and their size in bytes.
        let files: Int
        let bytes: Int
        /// What the user should know and what stopped nothing.
        let warnings: [String]
        /// Seconds that each phase took.
        let times: [(phase: PhaseClock.Phase, seconds: Double)]

        /// Seconds that it took.
        var seconds: Double { times.reduce(0) { $0 + $1.seconds } }
    }

    /// So often runs that turn out to be damaged are made again before the disk is to blame.
    private static let roundLimit = 3

    /// Builds a project.
    ///
    /// - Parameter say: told what the user should read on the way.
    /// - Returns: nil where Ctrl-C stopped it: then what was made is stored, and the last site is untouched.
    static func run(_ options: Options, say: @escaping @Sendable (String) -> Void) async throws -> Summary? {
        let clock = PhaseClock()
        clock.enter(.plan)
        let project = try Project(file: options.file)
        let templates = try Theme.templates(in: templateFolders(of: project))
        let output = try OutputFolder(project.path(options.output), in: project.folder)
        let content = try Content(of: project, now: Date(), drafts: options.drafts)
        let judge = try project.judge()
        let plan = project.plan(with: content)
        let damage = DamageLog()
        let store = try Store(folder: project.path(".atlas")) {
            damage.add($0)
            say("atlasgen: \($0)")
        }
        let lock = try BuildLock(storeFolder: store.folder)
        defer { withExtendedLifetime(lock) {} }
        // A folder that cannot be written is told before hours of work.
        try output.prepare()
        defer { output.cleanUp() }

        var made = 0
        for _ in 0..<roundLimit {
            switch options.missing {
            case .made:
                clock.enter(.make)
                let making = RunMaking(engine: try options.engine(project, store), say: say)
                guard let count = try await making.make(plan, of: project, in: store) else { return nil }
                made += count
            case .refused: try refuse(store.missing(of: plan.recipes))
            case .left: break
            }
            clock.enter(.render)
            try output.prepare()
            let files = SiteFiles(folder: output.staging, clock: clock)
            let library = RunLibrary(project: project, store: store, judge: judge, clock: clock)
            let pages = try ContentPages(content, library: library, templates: templates)
            let missing = try store.missing(of: plan.recipes).count
            let kept = KeptLayers(store: store, site: output.path)
            let layers = try SiteWriter(
                library: library, templates: templates, files: files, content: content, contentPages: pages,
                pending: missing == 0
                    ? nil : "\(missing) of \(plan.recipes.count) runs of this atlas are still to be made.",
                kept: kept
            ).write()
            if let stuck = damage.unmoved {
                throw AtlasError(.io, "\(stuck) No site was written: remove that file and build again.")
            }
            // Damage shows when a record is read: what it took is made again, and the pages with it.
            guard try store.missing(of: plan.recipes).count == missing else { continue }
            clock.enter(.write)
            try output.swapIn()
            // The site is whole; without what is kept of it, the next build only takes longer.
            for layer in layers { try? kept.keep(layer) }
            let total = files.total
            return Summary(
                output: output.path, made: made, reused: max(0, plan.recipes.count - missing - made),
                files: total.files, bytes: total.bytes,
                warnings: pages.warnings + warnings(of: project, bytes: total.bytes), times: clock.times)
        }
        throw AtlasError(
            .io,
            "Runs were damaged again right after they had been made, \(roundLimit) times. No site was written; check "
                + "the disk that holds \(store.folder).")
    }

    /// GitHub Pages takes sites of up to 1 GB; from here on the user is told.
    private static let largestSite = 900_000_000
    /// Missing runs that a message lists.
    private static let listedRuns = 20

    private static func warnings(of project: Project, bytes: Int) -> [String] {
        var warnings: [String] = []
        if project.configuration.baseURL == nil {
            warnings.append(
                "atlas.yml names no baseURL, so the site has no feed and no sitemap, which need absolute addresses.")
        }
        if bytes >= largestSite {
            warnings.append(
                "the site has \(bytes / 1_000_000) MB, and GitHub Pages takes up to 1 GB: choose fewer layers, neurons "
                    + "or seeds, or another host.")
        }
        return warnings
    }

    private static func refuse(_ missing: [Recipe]) throws {
        guard !missing.isEmpty else { return }
        var lines = missing.prefix(listedRuns).map { recipe in
            "  \(recipe.address.shortName)/\(recipe.target.number), seed \(recipe.seed), "
                + "\(recipe.variant.method.name), \(recipe.variant.tokens), \(recipe.variant.attention.word) attention"
        }
        if missing.count > listedRuns { lines.append("  and \(missing.count - listedRuns) more") }
        throw AtlasError(
            .data,
            "\(missing.count == 1 ? "1 run is" : "\(missing.count) runs are") missing, and --frozen makes none:\n\(lines.joined(separator: "\n"))\n"
                + "Build without --frozen, or with --partial to publish what exists.")
    }

    /// Submits what is missing to a Slurm cluster, and returns.
    ///
    /// - Returns: the numbers of the new jobs; none where all runs are there or on their way.
    static func submit(
        _ options: Options, _ cluster: SlurmCluster, say: @escaping @Sendable (String) -> Void
    ) async throws -> [String] {
        let project = try Project(file: options.file)
        let plan = try project.wholePlan(drafts: options.drafts)
        let store = try Store(folder: project.path(".atlas")) { say("atlasgen: \($0)") }
        let lock = try BuildLock(storeFolder: store.folder)
        defer { withExtendedLifetime(lock) {} }
        return try await cluster.engine(of: project, store: store).submit(plan)
    }

    /// Compares what a project wants with what its store has. Writes nothing.
    static func estimate(_ options: Options, say: @escaping @Sendable (String) -> Void) throws -> BuildEstimate {
        let project = try Project(file: options.file)
        let store = try Store(folder: project.path(".atlas")) { say("atlasgen: \($0)") }
        let model = project.model.model
        let source = RecipeModels(model: model, references: project.references).source
        return try BuildEstimate(try project.wholePlan(drafts: options.drafts), store: store) { recipes in
            try VisualiserMaker.measure(recipes, model: model, source: source, device: CPUDevice())
        }
    }

    private static func templateFolders(of project: Project) throws -> [URL] {
        let builtIn = try Installation.folder("templates")
        let own = project.path("templates")
        let folders = try FileSystem.kind(of: own) == nil ? [builtIn] : [builtIn, own]
        return folders.map { URL(fileURLWithPath: $0) }
    }
}

/// Collects the damage that a store reports.
///
/// Unchecked Sendable: the list is read and written under the lock.
private final class DamageLog: @unchecked Sendable {
    private let lock = NSLock()
    private var first: Store.Damage?

    /// The first damaged file that could not be set aside.
    var unmoved: Store.Damage? { lock.withLock { first } }

    func add(_ finding: Store.Finding) {
        guard case .damage(let damage) = finding, damage.newPath == nil else { return }
        lock.withLock { if first == nil { first = damage } }
    }
}

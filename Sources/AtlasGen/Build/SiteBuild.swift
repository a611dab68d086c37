// A build from start to finish: read, plan, make, render, swap in.

import Foundation
import Render
import Runs
import Scores
import Site
import Support

/// The build that `atlasgen build` and the preview run.
struct SiteBuild: Sendable {
    /// What to build, and how.
    struct Options: Sendable {
        /// The project's configuration.
        var file = "atlas.yml"
        /// The site's folder; relative paths are relative to the project's.
        var output = "site"
        /// Whether drafts are shown: posts with `published: false` or a future date.
        var drafts = false
        /// What computes, here or in each task of a cluster; nil for the project's choice.
        var device: DeviceChoice?
        /// Number of workers on this machine; nil for the device's number.
        var workers: Int?
        /// The cluster that makes the missing runs; nil for this machine.
        var cluster: SlurmCluster?
        /// What to do about missing runs.
        var missing = MissingRuns.made
        /// Whether warnings about texts stop the build before it replaces the site.
        var isStrict = false
    }

    /// What became of a project's photographs.
    struct Photographs: Sendable {
        /// Number of those that this build read, and of all that have been.
        let read: Int
        let seen: Int
        /// Number of those that the site shows.
        let published: Int
        /// Files that were skipped, by path, with the reason.
        let skipped: [SkippedFile]
    }

    /// What a build does about missing runs.
    enum MissingRuns: Sendable {
        /// They are made.
        case made
        /// The build fails, and lists them.
        case refused
        /// The site is written without them, and says what is missing.
        case skipped
    }

    /// What a build did.
    struct Summary: Sendable {
        /// The site's folder.
        let output: String
        /// The address at which it will be published, with a slash at its end; nil if the project has none.
        let baseURL: String?
        /// Number of runs that were made, and of runs that were already in the store.
        let made: Int
        let reused: Int
        /// The photographs; nil if the project names none.
        let photographs: Photographs?
        /// Number of files of the site, and their size in bytes.
        let files: Int
        let bytes: Int
        /// Problems that did not stop the build; those about what readers lose are last.
        let warnings: [String]
        /// The warnings about what readers lose: links that lead nowhere, pictures that are not there.
        let losses: [String]
        /// Posts that were left out, and files of the old site that the new one lacks: what the user may not expect.
        let notes: [String]
        /// Seconds per phase.
        let times: [(phase: PhaseClock.Phase, seconds: Double)]

        /// Seconds of the whole build.
        var seconds: Double { times.reduce(0) { $0 + $1.seconds } }
    }

    /// Runs are made and rendered at most this many times while damaged ones are found; then the disk is reported.
    private static let roundLimit = 3

    /// Builds a project.
    ///
    /// - Parameter say: shows the user a message.
    /// - Returns: nil if Ctrl-C stopped it. Finished runs are then stored, and the previous site is unchanged.
    static func run(_ options: Options, say: @escaping @Sendable (String) -> Void) async throws -> Summary? {
        let clock = PhaseClock()
        let reporter = PhaseReporter(clock, say: say)
        defer { reporter.stop() }
        let say: @Sendable (String) -> Void = { reporter.say($0) }
        clock.enter(.plan)
        let project = try Project(file: options.file)
        let templates = try Theme.templates(in: templateFolders(of: project))
        let judgeModel = try project.judgeModel()
        let output = try OutputFolder(
            project.path(options.output), in: project.folder,
            reading: project.inputs + [ProjectInput("judge", judgeModel?.paths ?? [])])
        let content = try Content(of: project, now: Date(), drafts: options.drafts)
        var plan = project.plan(with: content)
        let damage = DamageLog()
        let store = try Store(folder: project.path(".atlas")) {
            damage.add($0)
            say("atlasgen: \($0)")
        }
        let lock = options.missing == .made ? try FileLock(storeFolder: store.folder) : nil
        defer { withExtendedLifetime(lock) {} }
        plan.scan = try project.scan(in: store)
        // Where a cluster makes the runs, this machine may have none of its devices.
        let device =
            options.cluster == nil
            ? SharedDevice {
                try project.device(options.device, makesRuns: options.missing == .made, store: store)
            } : .cpu
        let judge = judgeModel.map { Judge($0, on: device) }
        // An output folder that cannot be written to is reported before hours of work.
        let staging = try Staging(for: output)
        defer {
            // What cannot be removed now, the next build removes.
            do { try staging.remove() } catch { say("atlasgen: warning: \(error)") }
        }

        var made = 0
        var read = 0
        for _ in 0..<roundLimit {
            switch options.missing {
            case .made:
                clock.enter(.make)
                let making = RunMaking(model: project.model.model.configuration, say: say) {
                    if let cluster = options.cluster { return try cluster.engine(of: project, store: store) }
                    return LocalEngine(of: project, store: store, device: try device(), workers: options.workers)
                }
                guard let count = try await making.make(plan, of: project, in: store) else { return nil }
                made += count
                guard let photographs = try await making.read(plan) else { return nil }
                read += photographs
            case .refused: try refuse(store.missing(of: plan.recipes), plan.scan?.missingCount() ?? 0)
            case .skipped: break
            }
            clock.enter(.render)
            try staging.clear()
            let files = SiteFiles(folder: staging.folder, clock: clock)
            let library = RunLibrary(
                project: project, store: store, judge: judge, scan: plan.scan, clock: clock, on: device)
            let pages = try ContentPages(content, library: library, templates: templates)
            let missing = try store.missing(of: plan.recipes).count
            let unread = try plan.scan?.missingCount() ?? 0
            let kept = KeptLayers(store: store, site: output.path)
            let layers = try SiteWriter(
                library: library, templates: templates, files: files, content: content, contentPages: pages,
                pending: pending(missing, of: plan, unread: unread), kept: kept
            ).write()
            if let unmoved = damage.unmoved {
                throw AtlasError(.io, "\(unmoved) No site was written: remove that file and build again.")
            }
            // Damage is found when a record is read. If rendering found any, make those runs again and render again.
            guard try store.missing(of: plan.recipes).count == missing,
                try (plan.scan?.missingCount() ?? 0) == unread
            else { continue }
            clock.enter(.write)
            if options.isStrict { try refuse(pages.warnings + pages.losses) }
            let removed = try output.files(thatLack: files)
            let isFirst = !FileSystem.exists(output.path)
            try staging.swapIn()
            // The site is complete; if this fails, the next build only takes longer.
            for layer in layers { try? kept.keep(layer) }
            // If this fails, files stay that nobody reads.
            try? pages.removeUnusedResults()
            let total = files.total
            return Summary(
                output: output.path, baseURL: project.configuration.baseURL, made: made,
                reused: max(0, plan.recipes.count - missing - made),
                photographs: try library.photographs.map { photographs in
                    Photographs(
                        read: read, seen: try photographs.seen, published: try photographs.published.count,
                        skipped: try photographs.skipped)
                },
                files: total.files, bytes: total.bytes,
                warnings: warnings(bytes: total.bytes) + pages.warnings + pages.losses,
                losses: pages.losses,
                notes: [
                    isFirst ? note(onBaseURLOf: project) : nil, note(on: content.skipped),
                    note(onRunsWithoutFilm: library.runsWithoutFilm),
                    note(onRemoved: removed, from: output.path),
                ].compactMap(\.self),
                times: clock.times)
        }
        throw AtlasError(
            .io,
            "Damaged files were found in each of \(roundLimit) attempts to make them again. No site was written; check the "
                + "disk that holds \(store.folder).")
    }

    /// GitHub Pages allows sites of up to 1 GB; the user is warned from this many bytes on.
    private static let largestSite = 900_000_000
    /// A message lists at most this many missing runs.
    private static let listedRuns = 20

    /// A note lists at most this many files.
    private static let listedFiles = 5

    private static func listed(_ names: [String]) -> String {
        names.prefix(listedFiles).joined(separator: ", ")
            + (names.count > listedFiles ? " and \(names.count - listedFiles) more" : "")
    }

    /// Said with a project's first site only: who does not publish it needs no address.
    private static func note(onBaseURLOf project: Project) -> String? {
        guard project.configuration.baseURL == nil else { return nil }
        return
            "the site has no feed, sitemap or social cards, which need its address: baseURL in atlas.yml, once it has one"
    }

    private static func note(on skipped: [Content.Skipped]) -> String? {
        guard !skipped.isEmpty else { return nil }
        let names = listed(skipped.map { "\($0.file) (\($0.reason))" })
        return
            "\(skipped.count == 1 ? "1 post is" : "\(skipped.count) posts are") left out: \(names); --drafts shows those "
            + "that no underscore hides"
    }

    private static func note(onRunsWithoutFilm count: Int) -> String? {
        guard count > 0 else { return nil }
        return
            "\(count == 1 ? "1 run was" : "\(Format.count(count)) runs were") made without the film that atlas.yml asks for, "
            + "and the pages show none; `atlasgen store prune --filmless` removes such runs, and the next build makes them "
            + "again"
    }

    private static func note(onRemoved files: [String], from output: String) -> String? {
        guard !files.isEmpty else { return nil }
        return
            "the new site lacks \(files.count == 1 ? "1 file" : "\(files.count) files") of the old one: \(listed(files)); "
            + "what the site should keep goes in content/static"
    }

    /// Throws if there are warnings about texts.
    private static func refuse(_ warnings: [String]) throws {
        guard !warnings.isEmpty else { return }
        throw AtlasError(
            .data,
            "\(warnings.count == 1 ? "1 warning" : "\(warnings.count) warnings"), and --strict allows none:\n"
                + warnings.map { "  \($0)" }.joined(separator: "\n") + "\nThe site was not changed.")
    }

    private static func warnings(bytes: Int) -> [String] {
        guard bytes >= largestSite else { return [] }
        return [
            "the site has \(bytes / 1_000_000) MB, and GitHub Pages allows up to 1 GB: choose fewer layers, "
                + "neurons or seeds, or another host."
        ]
    }

    /// What a site says about itself if it is not whole.
    private static func pending(_ missing: Int, of plan: Plan, unread: Int) -> String? {
        let sentences = [
            missing == 0 ? nil : "\(missing) of \(plan.recipes.count) runs of this atlas are not made yet.",
            unread == 0
                ? nil : "\(unread) of \(plan.scan?.folder.photographs.count ?? 0) photographs are not read yet.",
        ].compactMap(\.self)
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }

    private static func refuse(_ missing: [Recipe], _ unread: Int) throws {
        guard unread == 0 || !missing.isEmpty else {
            throw AtlasError(
                .data,
                "\(unread == 1 ? "1 photograph is" : "\(unread) photographs are") not read yet, and --frozen reads "
                    + "none. Build without --frozen, or with --partial to publish what exists.")
        }
        guard !missing.isEmpty else { return }
        var lines = missing.prefix(listedRuns).map { recipe in
            "  \(recipe.address.shortName)/\(recipe.target.number), seed \(recipe.seed), "
                + "\(recipe.variant.method.name), \(recipe.variant.tokens), \(recipe.variant.attention.word) attention"
        }
        if missing.count > listedRuns { lines.append("  and \(missing.count - listedRuns) more") }
        throw AtlasError(
            .data,
            "\(missing.count == 1 ? "1 run is" : "\(missing.count) runs are") missing, and --frozen makes no runs:\n"
                + "\(lines.joined(separator: "\n"))\n"
                + "Build without --frozen, or with --partial to publish what exists.")
    }

    /// Submits what is missing to a Slurm cluster, and returns.
    ///
    /// - Returns: the numbers of the new jobs; empty if all runs are stored or submitted.
    static func submit(
        _ options: Options, _ cluster: SlurmCluster, say: @escaping @Sendable (String) -> Void
    ) async throws -> [String] {
        let project = try Project(file: options.file)
        var plan = try project.wholePlan(drafts: options.drafts)
        let store = try Store(folder: project.path(".atlas")) { say("atlasgen: \($0)") }
        plan.scan = try project.scan(in: store)
        let lock = try FileLock(storeFolder: store.folder)
        defer { withExtendedLifetime(lock) {} }
        return try await cluster.engine(of: project, store: store).submit(plan)
    }

    /// Compares what a project wants with what its store has. Writes nothing.
    static func estimate(_ options: Options, say: @escaping @Sendable (String) -> Void) throws -> BuildEstimate {
        let project = try Project(file: options.file)
        let store = try Store(folder: project.path(".atlas")) { say("atlasgen: \($0)") }
        let model = project.model.model
        let source = RecipeModels(model: model, references: project.references).source
        var plan = try project.wholePlan(drafts: options.drafts)
        plan.scan = try project.scan(in: store, isDry: true)
        let device = try project.device(options.device)
        return try BuildEstimate(plan, store: store, workers: device.workers) { recipes in
            try VisualiserMaker.measure(recipes, model: model, source: source, device: device)
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

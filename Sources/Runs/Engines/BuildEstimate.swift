// The work of a build, as `--dry-run` prints it.

import Foundation
import Render
import ViT

/// Numbers of runs wanted, present and missing, and the time that the missing ones take.
package struct BuildEstimate: Encodable, Sendable {
    /// The runs of one layer, method and number of steps, which cost about the same.
    struct Group: Encodable, Sendable {
        /// The layer's address.
        let layer: String
        /// The method's name.
        let method: String
        /// Steps of a run.
        let steps: Int
        /// Number of runs that the site needs, and of those that are not in the store.
        let wanted: Int
        let missing: Int
        /// Core-seconds per run; nil if no run is missing.
        let secondsPerRun: Double?
        /// Where the seconds come from; nil if no run is missing.
        let basis: Basis?
    }

    /// The photographs.
    struct Photographs: Encodable, Sendable {
        /// Number of photographs, and of those that are not read yet.
        let wanted: Int
        let missing: Int
    }

    /// Where an estimate comes from.
    enum Basis: String, Encodable, Sendable {
        /// From the group's runs in the store.
        case records
        /// From a few steps that were made to measure the time.
        case measured
    }

    /// Number of runs that the site needs.
    let wanted: Int
    /// Number of those in the store.
    let present: Int
    /// Number of those that are not.
    let missing: Int
    /// Core-hours that the missing runs take.
    let coreHours: Double
    /// Workers of the device that was asked for.
    package let workers: Int
    /// The runs by layer, method and steps, in the plan's order.
    let groups: [Group]
    /// The photographs, whose forward passes are not in `coreHours`; nil if the project names none.
    let photographs: Photographs?

    /// At most this many records are read per group.
    private static let sampleSize = 32

    /// Compares a plan with the store.
    ///
    /// - Parameters:
    ///   - workers: workers of the device.
    ///   - measure: returns the core-seconds per run of recipes that can share a batch; called if the store
    ///     has no run of a group.
    package init(_ plan: Plan, store: Store, workers: Int, measure: ([Recipe]) throws -> Double) throws {
        let missing = Set(try store.missing(of: plan.recipes))
        var alike: [[Recipe]] = []
        for recipe in plan.recipes {
            if let index = alike.lastIndex(where: { $0[0].costsAbout(asMuchAs: recipe) }) {
                alike[index].append(recipe)
            } else {
                alike.append([recipe])
            }
        }
        var seconds = 0.0
        groups = try alike.map { all in
            let lacking = all.filter(missing.contains)
            var cost: (seconds: Double, basis: Basis)?
            if let first = lacking.first {
                let present = AtlasConfiguration.spread(
                    all.filter { !missing.contains($0) }, count: Self.sampleSize)
                let known = try present.compactMap { try store.header($0.key)?.seconds }
                cost =
                    known.isEmpty
                    ? (try measure(lacking.filter { $0.batch == first.batch }), .measured)
                    : (known.reduce(0, +) / Double(known.count), .records)
            }
            seconds += Double(lacking.count) * (cost?.seconds ?? 0)
            return Group(
                layer: all[0].address.description, method: all[0].variant.method.name,
                steps: all[0].variant.method.steps, wanted: all.count, missing: lacking.count,
                secondsPerRun: cost?.seconds, basis: cost?.basis)
        }
        self.workers = workers
        photographs = try plan.scan.map {
            Photographs(wanted: $0.folder.photographs.count, missing: try $0.missingCount())
        }
        wanted = plan.recipes.count
        self.missing = missing.count
        present = wanted - missing.count
        coreHours = seconds / 3600
    }

    /// The estimate as text, for `workers` workers.
    package func text(workers: Int) -> String {
        var lines = [
            "\(Format.count(wanted)) runs wanted, \(Format.count(present)) present, \(Format.count(missing)) missing."
        ]
        for group in groups where group.missing > 0 {
            let seconds = group.secondsPerRun.map { Format.number($0) } ?? ""
            let basis = group.basis == .records ? "from stored runs" : "measured in a few steps"
            lines.append(
                "\(group.layer), \(group.method), \(group.steps) steps: \(Format.count(group.missing)) of "
                    + "\(Format.count(group.wanted)) runs, \(seconds) s each (\(basis)).")
        }
        if missing > 0 {
            lines.append(
                "About \(Format.number(coreHours)) core-hours: "
                    + "\(BuildProgress.duration(coreHours * 3600 / Double(workers))) with "
                    + (workers == 1 ? "one worker." : "\(workers) workers."))
        }
        if let photographs {
            lines.append(
                "\(Format.count(photographs.wanted)) photographs, \(Format.count(photographs.missing)) not read yet; each takes "
                    + "one forward pass.")
        }
        return lines.joined(separator: "\n")
    }
}

extension Recipe {
    /// Whether both take about the same time: token selections and attention modes make little difference.
    fileprivate func costsAbout(asMuchAs other: Recipe) -> Bool {
        address == other.address && variant.method == other.variant.method
    }
}

// MARK: - Measuring

extension VisualiserMaker {
    /// Number of rows of a matrix product above which a larger batch is no faster.
    private static let sufficientRows = 512
    /// Seconds over which steps are measured, after a first step that does not count.
    private static let measuredSeconds = 0.3

    /// Core-seconds per run of `recipes`, which can share a batch, measured over a few steps of one batch.
    package static func measure(_ recipes: [Recipe], model: ViT, source: Source, device: any Device) throws -> Double {
        let images = min(device.batchSize, max(1, sufficientRows / model.configuration.tokenCount))
        let batch = Array(recipes.prefix(recipes[0].variant.method.runs(ofImages: images)))
        var first = 0.0
        var last = 0.0
        var (count, uncounted) = (0, 0)
        let records = try VisualiserMaker(source, device: device, capacity: images).make(
            batch, shouldStop: { count > uncounted + 1 && last - first >= measuredSeconds },
            onStep: { step in
                // The first steps touch all memory for the first time, so they do not count.
                last = device.seconds
                if count == 0 { (first, uncounted) = (last, step) }
                count = step
            })
        if let records { return records.reduce(0) { $0 + $1.header.seconds } / Double(records.count) }
        return (last - first) / Double(count - uncounted) * Double(batch[0].variant.method.steps) / Double(batch.count)
    }
}

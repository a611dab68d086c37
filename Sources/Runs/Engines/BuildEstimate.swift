// What a build has to do, as `--dry-run` prints it.

import Foundation
import Render
import ViT

/// Runs wanted, present and missing, and what the missing ones cost.
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
        /// Seconds of one core for a run; nil where none is missing.
        let secondsPerRun: Double?
        /// Where the seconds come from; nil where none is missing.
        let basis: Basis?
    }

    /// Where an estimate comes from.
    enum Basis: String, Encodable, Sendable {
        /// From the group's runs in the store.
        case records
        /// From a few steps that were made for it.
        case measured
    }

    /// Number of runs that the site needs.
    let wanted: Int
    /// Those in the store.
    let present: Int
    /// The others.
    let missing: Int
    /// Hours of one core that the missing ones take.
    let coreHours: Double
    /// The same by layer and method, in the plan's order.
    let groups: [Group]

    /// Records that are read for one group, at most.
    private static let sampleSize = 32

    /// Compares a plan with the store.
    ///
    /// - Parameter measure: seconds of one core for a run of these recipes, all of one batch's kind; asked where the
    ///   store has no run of a group.
    package init(_ plan: Plan, store: Store, measure: ([Recipe]) throws -> Double) throws {
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
        wanted = plan.recipes.count
        self.missing = missing.count
        present = wanted - missing.count
        coreHours = seconds / 3600
    }

    /// The same for people, where `workers` share the work.
    package func text(workers: Int) -> String {
        var lines = [
            "\(Format.count(wanted)) runs wanted, \(Format.count(present)) present, \(Format.count(missing)) missing."
        ]
        for group in groups where group.missing > 0 {
            let seconds = group.secondsPerRun.map { Format.number($0) } ?? ""
            let basis = group.basis == .records ? "by the runs that are there" : "measured in a few steps"
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
        return lines.joined(separator: "\n")
    }
}

extension Recipe {
    /// Whether both take about as long: token selections and attention modes cost little.
    fileprivate func costsAbout(asMuchAs other: Recipe) -> Bool {
        address == other.address && variant.method == other.variant.method
    }
}

// MARK: - Measuring

extension VisualiserMaker {
    /// Rows of a matrix product beyond which a larger batch is no faster.
    private static let tallEnough = 512
    /// Seconds of steps that are measured, after one that is not.
    private static let span = 0.3

    /// Seconds of one core for a run of `recipes`, all of one batch's kind, from a few steps of a batch of them.
    package static func measure(_ recipes: [Recipe], model: ViT, source: Source, device: any Device) throws -> Double {
        let images = min(device.batchSize, max(1, tallEnough / model.configuration.tokenCount))
        let batch = Array(recipes.prefix(recipes[0].variant.method.runs(ofImages: images)))
        var first = 0.0
        var last = 0.0
        var count = 0
        let records = try VisualiserMaker(source, device: device, capacity: images).make(
            batch, shouldStop: { count > 2 && last - first >= span },
            onStep: { step in
                // The first step touches all memory for the first time, and is left out.
                last = ProcessInfo.processInfo.systemUptime
                if step == 1 { first = last }
                count = step
            })
        if let records { return records.reduce(0) { $0 + $1.header.seconds } / Double(records.count) }
        return (last - first) / Double(count - 1) * Double(batch[0].variant.method.steps) / Double(batch.count)
    }
}

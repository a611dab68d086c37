// The forced choice of a project's layers: what the judges see in photographs and pictures, computed once and kept.

import Foundation
import Render
import Runs
import Support
import ViT

/// The forced choice of one layer's runs by one judge.
package struct JudgedChoice: Codable, Sendable, Equatable {
    /// Who judges: `look`, the name of the judge's model, or `own` for the visualised model's own embedding.
    package let judge: String
    /// The layer's figures.
    package let layer: LayerForcedChoice
    /// The neurons that have a choice.
    package let neurons: [Int: NeuronForcedChoice]

    /// The judge that looks, without any model.
    package static let look = "look"
    /// The visualised model, which judges itself: circular.
    package static let own = "own"
}

/// Computes forced choices and keeps them in `.atlas/scores/`.
package final class ForcedChoices: Sendable {
    private let scan: PhotographScan
    private let store: Store
    private let judge: Judge?
    private let meter: RunMeter
    private let device: SharedDevice
    private let descriptors = DescriptorPool()

    /// Raised by one whenever the choice's computation changes.
    private static let version = 2
    /// Raised by one whenever what judges see is computed in another way.
    private static let vectorsVersion = 1
    /// The most photographs of each half: enough for hundreds of pairs a neuron.
    private static let mostPhotographs = 2_000

    /// - Parameters:
    ///   - judge: the model that gives the embeddings; nil for the visualised model's own.
    ///   - device: computes what the store lacks.
    package init(_ scan: PhotographScan, store: Store, judge: Judge?, on device: SharedDevice) {
        self.device = device
        self.scan = scan
        self.store = store
        self.judge = judge
        meter = RunMeter(judge: judge)
    }

    /// The forced choice of runs of one layer and condition by each judge, the one that others read first: the judge's
    /// model if there is one, otherwise the look. Empty if no neuron has one, or if photographs are missing.
    package func choices(of recipes: [Recipe], at place: ReadingPlace) throws -> [JudgedChoice] {
        let made = try recipes.filter { try store.contains($0.key) }
        guard let first = made.first else { return [] }
        let key =
            [
                "forced choice \(Self.version) look \(LookDescriptor.version) judge \(judge?.digest ?? "-")",
                scan.text(of: place),
            ]
            + scan.folder.photographs.map(\.digest) + made.map(\.key.description).sorted()
        let name = "scores/\(Digest.hexadecimal(Array(key.joined(separator: "\n").utf8))).json"
        if let bytes = try store.sealed(name),
            // A file of another form is made again.
            let choices = try? JSONDecoder().decode([JudgedChoice].self, from: Data(bytes))
        {
            return choices
        }
        guard let table = try PlaceTable(scan, at: place) else { return [] }
        let halves = Halves(table.photographs)

        let minimises = first.variant.direction == .negative
        let questions = try table.map(Array(Set(made.map(\.target.number)))) { neuron, activations, _ in
            func half(_ indices: [Int]) -> [Float] { indices.map { minimises ? -activations[$0] : activations[$0] } }
            return ForcedChoice.Question(neuron: neuron, choosing: half(halves.choosing), asking: half(halves.asking))
        }.compactMap(\.self)
        guard !questions.isEmpty else { return [] }
        let choosing = halves.choosing.map { table.photographs[$0] }
        let asking = halves.asking.map { table.photographs[$0] }
        let pictures = try pictures(of: made)
        let judges: [(name: String, kind: String, parts: [Range<Int>]?, vectors: (RunVectors) -> [Float])] = [
            (judge?.name ?? JudgedChoice.own, "meaning", nil, { $0.meaning }),
            (JudgedChoice.look, "look", LookDescriptor.parts, { $0.look }),
        ]
        var choices: [JudgedChoice] = []
        for judge in judges {
            let rows = try vectors(of: choosing + asking, kind: judge.kind)
            let choice = ForcedChoice(
                questions, photographs: Array(rows[choosing.count...]),
                pictures: pictures.mapValues { $0.map(judge.vectors) },
                normalisation: Normalisation(of: Array(rows[..<choosing.count]), parts: judge.parts))
            if let layer = choice.layer {
                choices.append(JudgedChoice(judge: judge.name, layer: layer, neurons: choice.neurons))
            }
        }
        // The model's own choice is circular, so that it comes last.
        if self.judge == nil { choices.reverse() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try store.saveSealed(Array(try encoder.encode(choices)), as: name)
        return choices
    }

    /// The photographs in two halves by the last bit of their digests, in the order of the digests.
    private struct Halves {
        /// Indices of those that say what is strong and what is weak, and what all photographs share.
        let choosing: [Int]
        /// Indices of those that are asked about.
        let asking: [Int]
        init(_ photographs: [Photograph]) {
            func isAsked(_ index: Int) -> Bool {
                (photographs[index].digest.last?.hexDigitValue ?? 0) % 2 == 1
            }
            choosing = Array(photographs.indices.filter { !isAsked($0) }.prefix(mostPhotographs))
            asking = Array(photographs.indices.filter(isAsked).prefix(mostPhotographs))
        }
    }

    /// What the judges see in the runs' pictures, by neuron; runs that diverged have none.
    private func pictures(of recipes: [Recipe]) throws -> [Int: [RunVectors]] {
        let vectors = try meter.map(recipes, in: store) { _, _, vectors in vectors }
        var pictures: [Int: [RunVectors]] = [:]
        for (recipe, vectors) in zip(recipes, vectors) {
            if let vectors = vectors ?? nil { pictures[recipe.target.number, default: []].append(vectors) }
        }
        return pictures
    }

    /// What a judge sees in photographs as the model sees them: from the store, or read now.
    private func vectors(of photographs: [Photograph], kind: String) throws -> [[Float]] {
        let judging = kind == "look" ? "\(LookDescriptor.version)" : judge?.digest ?? scan.modelDigest
        let key =
            ["vectors \(Self.vectorsVersion) \(kind) \(judging)", "\(scan.modelDigest) \(scan.preparationText)"]
            + photographs.map(\.digest)
        let name = "photographs/vectors/\(Digest.hexadecimal(Array(key.joined(separator: "\n").utf8))).f32"
        if let bytes = try store.sealed(name), let rows = Self.rows(bytes, count: photographs.count) { return rows }
        let rows =
            if kind == "look" {
                try concurrently(photographs.count) { index in
                    Result { descriptors.describe(try scan.image(of: photographs[index])) }
                }.map { try $0.get() }
            } else if let judge {
                try judge.embeddings(of: photographs.count) { try scan.image(of: photographs[$0]) }
            } else {
                try PictureEmbedder(model: scan.model, device: device).embeddings(of: photographs.count) {
                    try scan.image(of: photographs[$0]).planes
                }
            }
        var bytes: [UInt8] = []
        for row in rows { for value in row { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } } }
        try store.saveSealed(bytes, as: name)
        return rows
    }

    /// The rows of a file; nil if it has not that many of one length.
    private static func rows(_ bytes: [UInt8], count: Int) -> [[Float]]? {
        guard count > 0, bytes.count > 0, bytes.count % (4 * count) == 0 else { return nil }
        let width = bytes.count / 4 / count
        return bytes.withUnsafeBytes { bytes in
            (0..<count).map { row in
                (0..<width).map { column in
                    Float(
                        bitPattern: UInt32(
                            littleEndian: bytes.loadUnaligned(
                                fromByteOffset: 4 * (row * width + column), as: UInt32.self)))
                }
            }
        }
    }
}

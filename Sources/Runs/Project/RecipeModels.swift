// The models and frozen patterns that recipes ask for, each made once and shared by all workers.

import Foundation
import Support
import ViT

/// Makes, on first use, the control's shuffled weights and the reference pictures' attention patterns.
///
/// Unchecked Sendable: what is made is kept under the lock and never changes.
package final class RecipeModels: @unchecked Sendable {
    private let model: ViT
    private let references: [String: FloatBuffer]
    private let lock = NSLock()
    private var shuffled: [UInt64: ViT] = [:]
    private var patterns: [PatternKey: AttentionPattern] = [:]

    private struct PatternKey: Hashable {
        let shuffle: UInt64?
        let reference: String?
    }

    /// - Parameter references: reference pictures by their digest: (3, height, width) in 0…1.
    package init(model: ViT, references: [String: FloatBuffer]) {
        self.model = model
        self.references = references
    }

    /// What a maker asks.
    package var source: VisualiserMaker.Source {
        VisualiserMaker.Source(model: { self.model(of: $0) }, pattern: { try self.pattern(of: $0, model: $1) })
    }

    private func model(of group: BatchGroup) -> ViT {
        guard let shuffle = group.shuffle else { return model }
        return lock.withLock {
            if let known = shuffled[shuffle] { return known }
            var generator = SplitMix64(state: shuffle)
            let control = ViT(
                configuration: model.configuration, parameters: model.parameters.shuffled(using: &generator))
            shuffled[shuffle] = control
            return control
        }
    }

    private func pattern(of group: BatchGroup, model: ViT) throws -> AttentionPattern {
        try lock.withLock {
            let key = PatternKey(shuffle: group.shuffle, reference: group.reference)
            if let known = patterns[key] { return known }
            let pattern: AttentionPattern
            if let digest = group.reference {
                guard let image = references[digest] else {
                    throw AtlasError(.data, "no reference picture of this project has the digest \(digest)")
                }
                pattern = AttentionPattern(model: model, image: image.pointer)
            } else {
                pattern = AttentionPattern.ofMeanColor(model: model)
            }
            patterns[key] = pattern
            return pattern
        }
    }
}

// The models and reference pictures that recipes name, each made once and shared by all workers.

import Foundation
import Support
import ViT

/// Makes each control's weights on first use.
///
/// Unchecked Sendable: the cache is read and written under the lock, and its entries never change.
package final class RecipeModels: @unchecked Sendable {
    private let model: ViT
    private let references: [String: FloatBuffer]
    private let lock = NSLock()
    private var controls: [Control: ViT] = [:]

    /// - Parameter references: reference pictures by their digest: (3, height, width) in 0…1.
    package init(model: ViT, references: [String: FloatBuffer]) {
        self.model = model
        self.references = references
    }

    /// The source of models and pictures for `VisualiserMaker`.
    package var source: VisualiserMaker.Source {
        VisualiserMaker.Source(model: { self.model($0) }, reference: { try self.reference($0, model: $1) })
    }

    private func model(_ version: ModelVersion) -> ViT {
        guard let control = version.control else { return model }
        return lock.withLock {
            if let known = controls[control] { return known }
            let made = model.replacing(control.parameters(from: model.parameters))
            controls[control] = made
            return made
        }
    }

    private func reference(_ digest: String?, model: ViT) throws -> FloatBuffer {
        guard let digest else { return model.configuration.meanPicture }
        guard let picture = references[digest] else {
            throw AtlasError(.data, "no reference picture of this project has the digest \(digest)")
        }
        return picture
    }
}

extension Control {
    /// The control's weights.
    fileprivate func parameters(from trained: ViTParameters) -> ViTParameters {
        switch self {
        case .shuffled(let seed):
            var generator = SplitMix64(state: seed)
            return trained.shuffled(using: &generator)
        case .rotated(let seed): return trained.rotated(seed: seed)
        }
    }
}

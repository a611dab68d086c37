// How attention takes part in a run, as configurations, figures and recipes name it.

/// The name of an attention mode.
package enum AttentionKind: String, Sendable, Codable, CaseIterable {
    /// The forward and the backward pass go through attention.
    case live
    /// The forward pass is live; the backward pass treats the pattern as constant (Ali et al. 2022).
    case detached
    /// The pattern is replayed from a reference image, the same for all seeds.
    case frozen
}

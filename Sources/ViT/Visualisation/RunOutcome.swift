// How a run ended.

/// How a run ended, as results, records and pages have it.
public enum RunOutcome: Hashable, Sendable, Codable {
    /// The activation went the way it was asked to.
    case completed
    /// Counted in the asked direction, the final activation is not above the start's; or, where a GELU's output was
    /// raised, it is not above 0.
    case neverActivated
    /// The activation or its gradient was infinite or not a number at this step, counted from 0. The picture is that of
    /// the parameters before the step.
    case diverged(step: Int)
}

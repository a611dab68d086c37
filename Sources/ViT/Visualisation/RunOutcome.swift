// How a run ended.

/// How a run ended, in results, records and pages, by activations under the attention that made its picture.
public enum RunOutcome: Hashable, Sendable, Codable {
    /// The activation moved in the requested direction.
    case completed
    /// The final activation, with the requested sign, is not above the start's; or, when the output of a
    /// nonlinearity (`mlp.1`, most directions) was raised, it is not above 0.
    case neverActivated
    /// The activation or its gradient was infinite or NaN at this step, counted from 0. The picture shows the
    /// parameters before the step.
    case diverged(step: Int)
}

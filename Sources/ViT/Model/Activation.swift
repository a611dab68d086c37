// The nonlinearities of the families' MLPs.

/// The nonlinearity of an MLP's hidden layer. The raw values are the names that options and configurations use.
public enum Activation: String, Sendable, Codable, CaseIterable {
    /// x·Φ(x), exactly (Hendrycks and Gimpel 2016).
    case gelu
    /// x·σ(1.702·x): OpenAI's CLIP.
    case quickGELU = "quick_gelu"
    /// GELU by its tanh approximation: ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). SigLIP.
    case tanhGELU = "gelu_tanh"
    /// x·σ(x): the gate of SwiGLU (Shazeer 2020).
    case silu

    /// The coefficients of x and x³ in p if the nonlinearity is x·σ(p); nil for the exact GELU. The tanh approximation
    /// is of this form because ½(1 + tanh(u)) = σ(2u).
    package var sigmoidGate: (linear: Float, cubic: Float)? {
        switch self {
        case .gelu: nil
        case .quickGELU: (1.702, 0)
        case .tanhGELU: (1.595_769_1, 1.595_769_1 * 0.044_715)
        case .silu: (1, 0)
        }
    }
}

// Engines as tests ask them.

import Runs

extension Engine {
    /// Makes runs that are a plan of their own.
    package func make(
        _ recipes: [Recipe], until signal: StopSignal = StopSignal(),
        onEvent: @escaping @Sendable (EngineEvent) -> Void = { _ in }
    ) async throws -> EngineSummary {
        try await make(recipes, of: Plan(recipes), until: signal, onEvent: onEvent)
    }
}

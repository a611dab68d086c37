// How long a build spends in each of its phases.

import Synchronization

/// A clock for the phases of one build, whose times add up to the build's.
///
/// Pages are rendered and written by several threads at once. While threads are in different phases, the time that
/// passes is shared among these phases in proportion to their threads.
package final class PhaseClock: Sendable {
    /// What a build does, in its order.
    package enum Phase: String, CaseIterable, Sendable {
        case plan, make, score, render, write
    }

    private struct State {
        /// What the build as a whole is at.
        var phase: Phase?
        /// Threads that are measured, by what they are at.
        var threads: [Phase: Int] = [:]
        var seconds: [Phase: Double] = [:]
        var last: Double

        /// Books the time since the last call.
        mutating func book(until now: Double) {
            let (passed, count) = (now - last, threads.values.reduce(0, +))
            last = now
            if count > 0 {
                for (phase, share) in threads { seconds[phase, default: 0] += passed * Double(share) / Double(count) }
            } else if let phase {
                seconds[phase, default: 0] += passed
            }
        }
    }

    /// What the present thread is at.
    @TaskLocal private static var current: Phase?

    private let now: @Sendable () -> Double
    private let state: Mutex<State>

    /// - Parameter now: seconds of a clock that never goes back.
    package init(now: @escaping @Sendable () -> Double = PhaseClock.monotonic) {
        self.now = now
        state = Mutex(State(last: now()))
    }

    /// Seconds since the program first asked.
    package static let monotonic: @Sendable () -> Double = {
        start.duration(to: .now) / .seconds(1)
    }
    private static let start = ContinuousClock.now

    /// The build goes on with a phase.
    package func enter(_ phase: Phase) {
        state.withLock { state in
            state.book(until: now())
            state.phase = phase
        }
    }

    /// Books the time of `body` under a phase, whatever the phase around it.
    package func measure<Result>(_ phase: Phase, _ body: () throws -> Result) rethrows -> Result {
        let outer = Self.current
        move(from: outer, to: phase)
        defer { move(from: phase, to: outer) }
        return try Self.$current.withValue(phase, operation: body)
    }

    private func move(from old: Phase?, to new: Phase?) {
        state.withLock { state in
            state.book(until: now())
            if let old { state.threads[old, default: 0] -= 1 }
            if let new { state.threads[new, default: 0] += 1 }
        }
    }

    /// The seconds of every phase until now, in their order.
    package var times: [(phase: Phase, seconds: Double)] {
        state.withLock { state in
            state.book(until: now())
            return Phase.allCases.map { ($0, state.seconds[$0] ?? 0) }
        }
    }
}

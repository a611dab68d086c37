// How long a build spends in each of its phases.

import Synchronization

/// A clock for the phases of one build, whose times add up to the build's.
///
/// Pages are rendered and written by several threads at once. While threads are in different phases, the time that
/// passes is shared among these phases in proportion to their threads.
package final class PhaseClock: Sendable {
    /// The phases of a build, in order.
    package enum Phase: String, CaseIterable, Sendable {
        case plan, make, score, render, write
    }

    private struct State {
        /// The current phase of the build as a whole.
        var phase: Phase?
        /// Number of measured threads in each phase.
        var threads: [Phase: Int] = [:]
        var seconds: [Phase: Double] = [:]
        var last: Double

        /// Adds the time since the last call to the current phases.
        mutating func record(until now: Double) {
            let (passed, count) = (now - last, threads.values.reduce(0, +))
            last = now
            if count > 0 {
                for (phase, share) in threads { seconds[phase, default: 0] += passed * Double(share) / Double(count) }
            } else if let phase {
                seconds[phase, default: 0] += passed
            }
        }
    }

    /// The phase of the current thread.
    @TaskLocal private static var current: Phase?

    private let now: @Sendable () -> Double
    private let state: Mutex<State>
    private let activities = Mutex<[Activity]>([])

    /// - Parameter now: the seconds of a monotonic clock.
    package init(now: @escaping @Sendable () -> Double = PhaseClock.monotonic) {
        self.now = now
        state = Mutex(State(last: now()))
    }

    /// Seconds since the first call.
    package static let monotonic: @Sendable () -> Double = {
        start.duration(to: .now) / .seconds(1)
    }
    private static let start = ContinuousClock.now

    /// Starts a phase of the build, which ends the one before.
    package func enter(_ phase: Phase) {
        state.withLock { state in
            state.record(until: now())
            state.phase = phase
        }
    }

    /// Adds the time of `body` to a phase, and not to the phase around it.
    package func measure<Result>(_ phase: Phase, _ body: () throws -> Result) rethrows -> Result {
        let outer = Self.current
        move(from: outer, to: phase)
        defer { move(from: phase, to: outer) }
        return try Self.$current.withValue(phase, operation: body)
    }

    /// Adds the time of `body` to a phase, and tells what it is doing: ``activity`` while it lasts.
    ///
    /// - Parameters:
    ///   - title: what is done, e.g. `scores of encoder_layer_5.mlp.3`.
    ///   - count: number of things to be done; each calls ``advance()``. 0 if nothing is counted.
    ///   - noun: what the things are, in the plural.
    package func measure<Result>(
        _ phase: Phase, _ title: String, _ count: Int = 0, _ noun: String = "", _ body: () throws -> Result
    ) rethrows -> Result {
        let activity = Activity(title: title, noun: noun, count: count)
        activities.withLock { $0.append(activity) }
        defer { activities.withLock { $0.removeAll { $0 === activity } } }
        return try measure(phase, body)
    }

    /// What the build is doing: of several activities, one inside the other, the innermost; nil between activities.
    package var activity: Activity? { activities.withLock { $0.last } }

    /// Counts one more thing of the current activity as done.
    package func advance() { activity?.advance() }

    private func move(from old: Phase?, to new: Phase?) {
        state.withLock { state in
            state.record(until: now())
            if let old { state.threads[old, default: 0] -= 1 }
            if let new { state.threads[new, default: 0] += 1 }
        }
    }

    /// The seconds of each phase until now, in order.
    package var times: [(phase: Phase, seconds: Double)] {
        state.withLock { state in
            state.record(until: now())
            return Phase.allCases.map { ($0, state.seconds[$0] ?? 0) }
        }
    }
}

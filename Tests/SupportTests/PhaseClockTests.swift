// The phases of a build, with a clock that the test moves.

import Dispatch
import Synchronization
import Testing

@testable import Support

@Suite struct PhaseClockTests {
    private final class Hand: Sendable {
        private let value = Mutex(0.0)

        var now: Double { value.withLock { $0 } }

        func move(_ seconds: Double) { value.withLock { $0 += seconds } }
    }

    private let hand = Hand()
    private let clock: PhaseClock

    init() {
        let hand = hand
        clock = PhaseClock(now: { hand.now })
    }

    @Test func allPhasesAreListed() {
        #expect(clock.times.map(\.phase.rawValue) == ["plan", "make", "score", "render", "write"])
        #expect(clock.times.allSatisfy { $0.seconds == 0 })
    }

    @Test func whatIsInsideCountsAlone() {
        hand.move(1)
        clock.enter(.plan)
        hand.move(2)
        clock.enter(.render)
        hand.move(4)
        clock.measure(.score) {
            hand.move(8)
            clock.measure(.write) { hand.move(16) }
            hand.move(32)
        }
        hand.move(64)
        #expect(clock.times.map(\.seconds) == [2, 0, 40, 68, 16])
    }

    @Test func activitiesAreNested() {
        #expect(clock.activity == nil)
        clock.measure(.render, "pages", 2, "neurons") {
            clock.advance()
            clock.measure(.score, "map") { #expect(clock.activity?.title == "map") }
            clock.advance()
            #expect(clock.activity?.title == "pages" && clock.activity?.done == 2 && clock.activity?.count == 2)
        }
        #expect(clock.activity == nil)
        // Counting outside an activity changes nothing.
        clock.advance()
    }

    @Test func threadsShareTheTime() {
        clock.enter(.render)
        // The first thread waits in `write` until the second has moved the clock in `render`.
        let (isWriting, isDone) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let clock = clock
        let finished = DispatchSemaphore(value: 0)
        DispatchQueue.global().async {
            clock.measure(.write) {
                isWriting.signal()
                isDone.wait()
            }
            finished.signal()
        }
        isWriting.wait()
        clock.measure(.render) { hand.move(10) }
        isDone.signal()
        finished.wait()
        #expect(clock.times.map(\.seconds) == [0, 0, 0, 5, 5])
    }

    @Test func anErrorEndsItsPhase() {
        struct Failure: Error {}
        clock.enter(.render)
        #expect(throws: Failure.self) {
            try clock.measure(.write) {
                hand.move(1)
                throw Failure()
            }
        }
        hand.move(1)
        #expect(clock.times.map(\.seconds) == [0, 0, 0, 1, 1])
    }
}

// Ctrl-C once and twice, with the real signal.

import Foundation
import Testing

@testable import AtlasGen
@testable import Runs

// One after the other, for each monitor hears every signal.
@Suite(.serialized) struct InterruptMonitorTests {
    @Test func onceStopsTwiceEnds() async {
        let (heard, told) = AsyncStream<String>.makeStream()
        let signal = StopSignal()
        let monitor = InterruptMonitor(
            signal, onFirst: { told.yield("first") }, onSecond: { told.yield("second") })
        var words = heard.makeAsyncIterator()
        #expect(!signal.isStopping)
        kill(getpid(), SIGINT)
        #expect(await words.next() == "first")
        #expect(signal.isStopping)
        kill(getpid(), SIGINT)
        #expect(await words.next() == "second")
        withExtendedLifetime(monitor) {}
    }

    @Test func anInnerOneLeavesTheOuterOne() async {
        let (heard, told) = AsyncStream<String>.makeStream()
        let outer = InterruptMonitor(StopSignal(), onFirst: { told.yield("outer") })
        do {
            let inner = InterruptMonitor(StopSignal(), onFirst: { told.yield("inner") })
            withExtendedLifetime(inner) {}
        }
        var words = heard.makeAsyncIterator()
        kill(getpid(), SIGINT)
        #expect(await words.next() == "outer")
        withExtendedLifetime(outer) {}
    }
}

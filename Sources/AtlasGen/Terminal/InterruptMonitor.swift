// Ctrl-C: once ends the step and keeps what is done, twice ends the program.

import Dispatch
import Foundation
import Runs

/// Turns SIGINT, and SIGTERM as a cluster sends it, into a `StopSignal`; lasts as long as its owner.
///
/// Unchecked Sendable: nothing changes after the sources are made.
final class InterruptMonitor: @unchecked Sendable {
    /// The exit code of a program that Ctrl-C ended.
    static let exitCode: Int32 = 130

    private let sources: [any DispatchSourceSignal]

    /// - Parameters:
    ///   - signal: asked to stop at the first interrupt.
    ///   - onFirst: told then, to say how to go on.
    ///   - onSecond: told at the second; ends the program at once.
    init(
        _ signal: StopSignal, onFirst: @escaping @Sendable () -> Void,
        onSecond: @escaping @Sendable () -> Void = { _exit(InterruptMonitor.exitCode) }
    ) {
        let queue = DispatchQueue(label: "atlasgen.interrupts")
        let registered = DispatchSemaphore(value: 0)
        sources = [SIGINT, SIGTERM].map { number in
            #if canImport(Darwin)
                // Here the default action would end the program; on Linux an ignored signal would never be heard of.
                Foundation.signal(number, SIG_IGN)
            #endif
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if signal.isStopping {
                    onSecond()
                } else {
                    signal.stop()
                    onFirst()
                }
            }
            source.setRegistrationHandler { registered.signal() }
            source.resume()
            return source
        }
        // Until the sources are registered, the default action would still end the program.
        for _ in sources { registered.wait() }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { Foundation.signal(number, SIG_DFL) }
    }
}

// Ctrl-C: the first stops after the current step and keeps finished runs, the second ends the program.

import Dispatch
import Foundation
import Runs

/// Turns SIGINT, and the SIGTERM that a cluster sends, into a `StopSignal` until it is deallocated.
///
/// Unchecked Sendable: nothing changes after `init`.
final class InterruptMonitor: @unchecked Sendable {
    /// The exit code after Ctrl-C.
    static let exitCode: Int32 = 130

    private let sources: [any DispatchSourceSignal]

    /// - Parameters:
    ///   - signal: asked to stop at the first interrupt.
    ///   - onFirst: called at the first interrupt, to tell the user how to continue.
    ///   - onSecond: called at the second; by default it ends the program at once.
    init(
        _ signal: StopSignal, onFirst: @escaping @Sendable () -> Void,
        onSecond: @escaping @Sendable () -> Void = { _exit(InterruptMonitor.exitCode) }
    ) {
        let queue = DispatchQueue(label: "atlasgen.interrupts")
        let registered = DispatchSemaphore(value: 0)
        sources = [SIGINT, SIGTERM].map { number in
            #if canImport(Darwin)
                // On Darwin the default action would end the program; on Linux an ignored signal is not delivered.
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
        // Wait, because the default action ends the program until the sources are registered.
        for _ in sources { registered.wait() }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { Foundation.signal(number, SIG_DFL) }
    }
}

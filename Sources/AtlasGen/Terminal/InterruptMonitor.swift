// Ctrl-C: the first stops after the current step and keeps finished runs, the second ends the program.

import Dispatch
import Foundation
import Runs

/// Turns SIGINT, and the SIGTERM that a cluster sends, into a `StopSignal` until it is deallocated.
///
/// Several can be alive at once; the preview has one around those of its builds. Each hears every signal.
///
/// Unchecked Sendable: nothing changes after `init`.
final class InterruptMonitor: @unchecked Sendable {
    /// The exit code after Ctrl-C.
    static let exitCode: Int32 = 130

    private static let signals = [SIGINT, SIGTERM]
    /// What the signals do while a monitor is alive: what they do as soon as the first one is registered. On Linux,
    /// Dispatch sets these actions then, and never again.
    private static let listening = actions

    /// What the signals do now.
    private static var actions: [sigaction] {
        get {
            signals.map { number in
                var action = sigaction()
                sigaction(number, nil, &action)
                return action
            }
        }
        set {
            for (number, var action) in zip(signals, newValue) { sigaction(number, &action, nil) }
        }
    }

    private let sources: [any DispatchSourceSignal]
    /// What the signals did before.
    private let before: [sigaction]

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
        before = Self.actions
        sources = Self.signals.map { number in
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
        Self.actions = Self.listening
    }

    deinit {
        for source in sources { source.cancel() }
        Self.actions = before
    }
}

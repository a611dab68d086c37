// The device of this machine: the one place where it is chosen.

import Foundation
import ViT

/// What this machine makes runs and reads pictures with.
package enum LocalDevice {
    /// The CPU.
    package static let device: any Device = CPUDevice()
}

extension Device {
    /// Seconds of the clock that tells what a run costs: processor time of this thread on the CPU, where a run is made on
    /// one thread and other programs may be running; elsewhere the time that passes.
    var seconds: Double {
        guard self is CPUDevice else { return ProcessInfo.processInfo.systemUptime }
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

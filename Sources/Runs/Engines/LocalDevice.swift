// The device of this machine: the one place where it is chosen.

import ViT

/// What this machine makes runs and reads pictures with.
package enum LocalDevice {
    /// The CPU.
    package static let device: any Device = CPUDevice()
}

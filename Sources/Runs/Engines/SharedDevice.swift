// One device for all that a command computes.

import Synchronization
import ViT

/// A device that is opened when something is computed, and not before: a plugin takes seconds to open, and a command that
/// finds everything in the store must work where the plugin is missing. It is opened once, because an open plugin takes
/// most of its device's memory.
package final class SharedDevice: Sendable {
    private let open: @Sendable () throws -> any Device
    private let opened = Mutex<(any Device)?>(nil)

    /// A device that `open` opens.
    package init(_ open: @escaping @Sendable () throws -> any Device) { self.open = open }

    /// This machine's CPU.
    package static let cpu = SharedDevice { LocalDevice.device }

    /// The device.
    ///
    /// - Throws: what opening it throws; the next call tries again.
    package func callAsFunction() throws -> any Device {
        try opened.withLock { opened in
            if let opened { return opened }
            let device = try open()
            opened = device
            return device
        }
    }
}

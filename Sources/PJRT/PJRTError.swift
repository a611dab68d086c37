// What can go wrong between this program and a PJRT plugin.

/// A failed call, with the plugin's own message.
public struct PJRTError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of failure it was.
    public enum Kind: Equatable, Sendable {
        /// The file cannot be loaded as a plugin.
        case notAPlugin
        /// The plugin's API has another major version, or lacks a call that is needed.
        case version
        /// The device has too little memory for the call.
        case outOfMemory
        /// Any other failure; the value is PJRT's error code, which is absl's.
        case call(code: Int)
    }

    /// What kind of failure it was.
    public let kind: Kind
    /// The whole message, as the user reads it.
    public let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

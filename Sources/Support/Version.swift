// The program's version.

/// What the program calls itself.
package enum Version {
    /// The version (semantic versioning).
    static let current = "0.1.0"
    /// The name and version, as sites and records give it.
    package static let generator = "atlasgen \(current)"
}

// The program's version.

/// The program's name and version.
package enum Version {
    /// The version (semantic versioning).
    static let current = "0.1.0"
    /// The name and version, as sites and records give it.
    package static let generator = "atlasgen \(current)"
}

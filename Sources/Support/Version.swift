// The program's version.

/// The program's name and version.
package enum Version {
    /// The version (semantic versioning). This is the only place that states it.
    static let current = "0.2.0"
    /// The name and version, as sites and records give it.
    package static let generator = "atlasgen \(current)"
}

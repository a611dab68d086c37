// What every weight format gives: named tensors, and the text that a file says about them.

/// An opened weight file: its directory is read and checked, its tensors are not yet.
public protocol WeightFile: Sendable {
    /// The path that was opened.
    var path: String { get }
    /// What the format is called, e.g. `safetensors`.
    var format: String { get }
    /// The files that hold the tensors, in a fixed order.
    var files: [MappedFile] { get }
    /// What the file says of itself (safetensors' `__metadata__`); empty for formats without.
    var metadata: [String: String] { get }
    /// All tensors by name.
    var tensors: [String: StoredTensor] { get }
}

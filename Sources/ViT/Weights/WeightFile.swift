// What every weight format provides: named tensors and the file's metadata.

/// An open weight file. Its directory has been read and checked, its tensors have not been read.
public protocol WeightFile: Sendable {
    /// The path that was opened.
    var path: String { get }
    /// The format's name, e.g. `safetensors`.
    var format: String { get }
    /// The files that hold the tensors, in a fixed order.
    var files: [MappedFile] { get }
    /// The file's metadata (safetensors' `__metadata__`); empty for formats without it.
    var metadata: [String: String] { get }
    /// All tensors by name.
    var tensors: [String: StoredTensor] { get }
}

// Memory for weights and activations: float32, aligned for SIMD, freed with its owner.

/// A fixed block of zero-initialised float32 values, aligned to a cache line.
///
/// Unchecked Sendable: a buffer either holds weights, which are not written after loading, or belongs to one worker.
public final class FloatBuffer: @unchecked Sendable {
    /// The first value.
    public let pointer: UnsafeMutablePointer<Float>
    /// Number of values.
    public let count: Int

    /// `count` zeros.
    public init(count: Int) {
        let bytes = max(count, 1) * MemoryLayout<Float>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        pointer = raw.assumingMemoryBound(to: Float.self)
        self.count = count
    }

    /// A copy of `values`.
    public convenience init(_ values: some Collection<Float>) {
        self.init(count: values.count)
        _ = UnsafeMutableBufferPointer(start: pointer, count: count).update(fromContentsOf: values)
    }

    /// The values as an array, for tests and small results.
    public var array: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}

// A file mapped into memory for reading; pages are released after reading, so that loading needs no second copy.

import Foundation

/// A regular file's bytes, mapped read-only as long as this object lives.
///
/// Unchecked Sendable: the bytes are never written.
public final class MappedFile: @unchecked Sendable {
    /// The path as it was given.
    public let path: String
    /// Size of the file in bytes.
    public var count: Int { bytes.count }
    /// All bytes; never handed out, because they are unmapped when the last reference goes.
    private let bytes: UnsafeRawBufferPointer
    /// The file whose bytes these are; nil if they are this object's own.
    private let whole: MappedFile?

    /// Maps the file at `path`.
    ///
    /// - Throws: `ViTError` if the file is missing, not a regular file, empty or unreadable.
    public init(path: String) throws {
        self.path = path
        // Non-blocking, so that a named pipe without a writer is refused below and does not hang here.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ViTError("\(path): cannot be opened: \(String(cString: strerror(errno))). Check the path.")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ViTError("\(path): is not a file. Name a weight file, or a folder that holds one.")
        }
        let size = Int(status.st_size)
        guard size > 0 else {
            throw ViTError("\(path): the file is empty (0 bytes). Download or copy it again.")
        }
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw ViTError("\(path): \(size) bytes cannot be mapped: \(String(cString: strerror(errno))).")
        }
        bytes = UnsafeRawBufferPointer(start: address, count: size)
        whole = nil
    }

    /// The rest of a file from an offset on, as a file: an archive that follows a header.
    ///
    /// - Precondition: the offset is in the file.
    init(_ whole: MappedFile, from offset: Int) {
        path = whole.path
        bytes = UnsafeRawBufferPointer(rebasing: whole.bytes[offset...])
        self.whole = whole
    }

    deinit { if whole == nil { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) } }

    /// The byte at this offset of the file.
    subscript(place: Int) -> UInt8 { bytes[place] }

    /// A copy of a range of the file.
    func copy(_ range: Range<Int>) -> Data { Data(bytes[range]) }

    /// Whether the file begins with these bytes.
    func starts(with prefix: some Sequence<UInt8>) -> Bool { bytes.starts(with: prefix) }

    /// The little-endian integer at this offset, which need not be aligned; nil outside the file.
    func integer<Value: FixedWidthInteger>(_ type: Value.Type, at place: Int) -> Value? {
        guard place >= 0, place <= bytes.count - MemoryLayout<Value>.size else { return nil }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Value.self))
    }

    /// Lets `body` read the bytes of a range.
    func read(_ range: Range<Int>, _ body: (UnsafeRawPointer) throws -> Void) rethrows {
        guard !range.isEmpty, let base = UnsafeRawBufferPointer(rebasing: bytes[range]).baseAddress else { return }
        try body(base)
    }

    /// Releases the memory of the pages of a range that has been read; it can still be read again.
    func release(_ range: Range<Int>) {
        if let whole { return whole.release(range.shifted(by: whole.count - count)) }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = range.lowerBound / page * page
        let length = min(range.upperBound, bytes.count) - start
        guard length > 0, let base = bytes.baseAddress else { return }
        madvise(UnsafeMutableRawPointer(mutating: base + start), length, MADV_DONTNEED)
    }
}

extension Range<Int> {
    /// The range moved by a distance.
    fileprivate func shifted(by distance: Int) -> Range<Int> { lowerBound + distance..<upperBound + distance }
}

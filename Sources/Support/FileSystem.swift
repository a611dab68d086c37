// The only file that makes the operating system's file calls: durable writes, partial reads, folders, lock files.

import CFileSystem
import Foundation

/// Files and folders through POSIX; errors are messages for users. Paths are absolute or relative to the working
/// directory.
package enum FileSystem {
    /// Reads `count` bytes from `offset`, or to the end if `count` is nil; fewer bytes if the file is shorter.
    ///
    /// - Returns: nil if there is no such file.
    package static func read(_ path: String, from offset: Int = 0, count: Int? = nil) throws -> [UInt8]? {
        guard let file = try OpenFile(reading: path) else { return nil }
        return try file.read(from: offset, count: count)
    }

    /// Writes `bytes` atomically: even after a crash, `path` holds either all of them or its old content.
    ///
    /// Writes `temporary` (in an existing folder on the same file system), flushes it to the disk, renames it to
    /// `path`, and flushes the folder of `path`.
    package static func writeDurably(_ bytes: [UInt8], to path: String, by temporary: String) throws {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("created", temporary, errno) }
        do {
            defer { close(descriptor) }
            try writeAll(bytes, to: descriptor, path: temporary)
            guard synchronize(descriptor) == 0 else { throw failure("written", temporary, errno) }
            try move(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        try synchronizeFolder(parent(of: path))
    }

    /// Writes `bytes` to a file, replacing its content; a crash may leave only a part of them.
    package static func writeFile(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("created", path, errno) }
        do {
            try writeAll(bytes, to: descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        // NFS reports a full disk here.
        guard close(descriptor) == 0 || errno == EINTR else { throw failure("written", path, errno) }
    }

    /// Swaps two files or folders on one file system, atomically if the file system supports it.
    ///
    /// - Parameter aside: a free name. Without an atomic swap, `second` has it for a moment, and a crash may leave it
    ///   there.
    package static func exchange(_ first: String, _ second: String, aside: String) throws {
        if atlasgen_exchange(first, second) == 0 { return }
        // The file system has no atomic swap (NFS, for example).
        guard [EINVAL, ENOSYS, ENOTSUP].contains(errno) else { throw failure("exchanged with \(first)", second, errno) }
        try move(second, to: aside)
        try move(first, to: second)
        try move(aside, to: first)
    }

    /// Renames a file within one file system, replacing any file that has the new name.
    package static func move(_ path: String, to newPath: String) throws {
        guard rename(path, newPath) == 0 else { throw failure("renamed to \(newPath)", path, errno) }
    }

    /// Removes a file; it is not an error if there is none.
    package static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("removed", path, errno) }
    }

    /// Creates a folder and its missing parents, and flushes each to the disk unless `durably` is false.
    package static func createFolder(_ path: String, durably: Bool = true) throws {
        if isFolder(path) { return }
        let parent = parent(of: path)
        if !parent.isEmpty, parent != path { try createFolder(parent, durably: durably) }
        // Another process may have made it in the meantime.
        guard mkdir(path, 0o755) == 0 || (errno == EEXIST && isFolder(path)) else {
            throw failure("created", path, errno)
        }
        if durably { try synchronizeFolder(parent) }
    }

    /// The parent folder of a path: empty for a bare name, `/` for `/`.
    ///
    /// Foundation's `deletingLastPathComponent` of `NSString` traps on names of one character.
    package static func parent(of path: String) -> String {
        var rest = path[...]
        while rest.count > 1, rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return "" }
        rest = rest[..<slash]
        while rest.last == "/" { rest.removeLast() }
        return rest.isEmpty ? "/" : String(rest)
    }

    /// Whether anything exists at this path.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether the path is a folder, or a link to one.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether the path is a file, or a link to one.
    ///
    /// - Throws: `AtlasError` if this cannot be determined, as in a folder that this user may not enter.
    package static func isFile(_ path: String) throws -> Bool {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFREG }
        let code = errno
        guard [ENOENT, ENOTDIR, ELOOP].contains(code) else { throw failure("read", path, code) }
        return false
    }

    /// Whether this user may write to a file or folder; true if it does not exist.
    package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 || errno == ENOENT }

    /// Whether the path itself is a symbolic link, even a broken one.
    package static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// What distinguishes a file or folder from all others, by any of its names.
    package struct Identity: Hashable, Sendable {
        /// The number of the file system that it is on.
        package let device: UInt64
        private let number: UInt64

        fileprivate init(_ status: stat) {
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    /// The identity of what is at a path, after following links; nil if nothing is there or it cannot be reached.
    package static func identity(of path: String) -> Identity? {
        var status = stat()
        return stat(path, &status) == 0 ? Identity(status) : nil
    }

    /// The path without empty parts and `.`.
    package static func normalised(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        if path.hasPrefix("/") { return "/" + parts }
        return parts.isEmpty ? "." : parts
    }

    /// The absolute path with all links resolved; parts that do not exist yet are appended.
    package static func resolved(_ path: String) -> String {
        if let found = realpath(path.isEmpty ? "." : path, nil) {
            defer { free(found) }
            return String(cString: found)
        }
        let folder = resolved(parent(of: path))
        return switch (path as NSString).lastPathComponent {
        case ".": folder
        // The parent of a folder that does not exist.
        case "..": parent(of: folder)
        case let name: folder == "/" ? "/\(name)" : "\(folder)/\(name)"
        }
    }

    /// Makes a folder and its subfolders writable, if they belong to this user.
    package static func makeWritable(_ folder: String) {
        guard !isLink(folder), isFolder(folder) else { return }
        chmod(folder, 0o755)
        // A folder that cannot be listed cannot be removed either; the removal reports it.
        for name in (try? names(in: folder)) ?? [] { makeWritable("\(folder)/\(name)") }
    }

    /// What can be at a path.
    package enum Kind {
        case file, folder
        /// A device, a pipe, a socket.
        case other
    }

    /// What is at a path, after following links; nil if nothing is there.
    ///
    /// - Throws: `AtlasError` if this cannot be determined, as in a folder that this user may not enter, and for a
    ///   broken link.
    package static func kind(of path: String) throws -> Kind? {
        var status = stat()
        if stat(path, &status) == 0 {
            return switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
        }
        let code = errno
        guard code == ENOENT || code == ENOTDIR else { throw failure("read", path, code) }
        guard lstat(path, &status) != 0 else {
            throw AtlasError(.io, "\(path) is a broken link. Remove it, or create its target.")
        }
        return nil
    }

    /// A file's size and time of change, which differ between its versions.
    package struct Version: CustomStringConvertible {
        /// Number of bytes.
        package let bytes: Int
        /// The last change, in seconds and nanoseconds since 1970.
        package let changed: timespec

        package var description: String { "\(bytes) \(changed.tv_sec).\(changed.tv_nsec)" }
    }

    /// A file's version; nil if there is no such file, or if it is a folder.
    ///
    /// - Parameter followingLinks: whether a link's version is that of its target; otherwise it has none.
    package static func version(of path: String, followingLinks: Bool = false) -> Version? {
        var status = stat()
        let result = followingLinks ? stat(path, &status) : lstat(path, &status)
        guard result == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
            return Version(bytes: Int(status.st_size), changed: status.st_mtimespec)
        #else
            return Version(bytes: Int(status.st_size), changed: status.st_mtim)
        #endif
    }

    /// Creates a hard link to a file, within a file system that supports hard links.
    package static func link(_ path: String, as newPath: String) throws {
        guard Foundation.link(path, newPath) == 0 else { throw failure("linked to \(path)", newPath, errno) }
    }

    /// The names in a folder, sorted by their bytes; empty if there is no such folder.
    package static func names(in folder: String) throws -> [String] { try entries(in: folder).map(\.name) }

    /// The names of the files in a folder and of links to files, and the names of everything else there: folders,
    /// broken links, devices. Both are sorted by their bytes, and empty if there is no such folder.
    package static func files(in folder: String) throws -> (files: [String], others: [String]) {
        var files: [String] = []
        var others: [String] = []
        for entry in try entries(in: folder) {
            // Most file systems tell the type here, which saves asking for each file.
            let type = Int32(entry.type)
            let isKnown = type != Int32(DT_LNK) && type != Int32(DT_UNKNOWN)
            let isRegular = try isKnown ? type == Int32(DT_REG) : isFile("\(folder)/\(entry.name)")
            if isRegular { files.append(entry.name) } else { others.append(entry.name) }
        }
        return (files, others)
    }

    private static func entries(in folder: String) throws -> [(name: String, type: UInt8)] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw failure("read", folder, errno)
        }
        defer { closedir(stream) }
        var entries: [(name: String, type: UInt8)] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { entries.append((name, entry.pointee.d_type)) }
        }
        guard errno == 0 else { throw failure("read", folder, errno) }
        return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Flushes an open file to the disk, past the drive's own cache; returns 0, or -1 with `errno` set.
    private static func synchronize(_ descriptor: Int32) -> Int32 {
        #if canImport(Darwin)
            // On Darwin, fsync leaves the bytes in the drive's cache. Without F_FULLFSYNC, fsync is all there is.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
        #endif
        return fsync(descriptor)
    }

    /// Flushes the whole file system of `folder` to the disk: one call for many files.
    package static func synchronizeFileSystem(of folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", folder, errno) }
        defer { close(descriptor) }
        guard atlasgen_synchronize(descriptor) == 0 else { throw failure("written", folder, errno) }
    }

    /// Flushes the names in a folder to the disk; an empty path means the working directory.
    package static func synchronizeFolder(_ path: String) throws {
        let path = path.isEmpty ? "." : path
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path, errno) }
        defer { close(descriptor) }
        // Some file systems have nothing to flush for a folder and return EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("written", path, errno) }
    }

    /// The result of trying to lock a file.
    package enum Lock {
        /// The lock is held; closing the file releases it.
        case taken(OpenFile)
        /// Another process holds the lock.
        case busy
        /// The file system does not support locks.
        case unsupported
    }

    /// Tries to lock a file, creating it if needed.
    package static func lock(_ path: String) throws -> Lock {
        while true {
            // A link is not followed, because the lock's text would replace its target's.
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw failure("created", path, errno) }
            let file = OpenFile(descriptor: descriptor, path: path)
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                switch errno {
                case EWOULDBLOCK: return .busy
                case ENOSYS, EOPNOTSUPP, ENOLCK: return .unsupported
                case let code: throw failure("locked", path, code)
                }
            }
            // The last holder may have removed the file between the two calls; then its name is another file's.
            if let opened = file.identity, opened == identity(of: path) { return .taken(file) }
        }
    }

    /// The error of a system call: what could not be done to which path, why, and what to do.
    static func failure(_ action: String, _ path: String, _ code: Int32) -> AtlasError {
        let reason = String(cString: strerror(code))
        let start = "\(path) could not be \(action): \(reason)."
        return switch code {
        case ENOSPC, EDQUOT:
            AtlasError(
                .io,
                "\(start) The disk or the quota is full; free some space and run the command again. "
                    + "Finished work is kept.")
        case EACCES, EPERM, EROFS:
            if action == "read" {
                AtlasError(.io, "\(start) Make it readable for this user.")
            } else {
                AtlasError(.cannotCreate, "\(start) Make the folder writable for this user.")
            }
        case ENOTDIR, EEXIST:
            AtlasError(.cannotCreate, "\(start) A file is where a folder is needed; move it away.")
        case EMFILE: AtlasError(.io, "\(start) Raise the limit of open files with `ulimit -n`.")
        default: AtlasError(.io, start)
        }
    }

    fileprivate static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = write(descriptor, buffer.baseAddress! + written, buffer.count - written)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw failure("written", path, errno)
                }
                written += count
            }
        }
    }
}

/// An open file, closed when this object is released.
///
/// Unchecked Sendable: nothing changes after the file is open, and reads do not use its shared position.
package final class OpenFile: @unchecked Sendable {
    private let descriptor: Int32
    /// The path it was opened by.
    let path: String

    fileprivate init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Opens a file to read it; nil if there is no such file.
    package convenience init?(reading path: String) throws {
        // Non-blocking, so that a pipe is not waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileSystem.failure("read", path, errno)
        }
        self.init(descriptor: descriptor, path: path)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw AtlasError(.data, "\(path) is a folder or a device, not a file. Name a file.")
        }
    }

    deinit { close(descriptor) }

    /// The file's identity; nil if the system does not tell.
    fileprivate var identity: FileSystem.Identity? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? FileSystem.Identity(status) : nil
    }

    /// Number of bytes.
    package func size() throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileSystem.failure("read", path, errno) }
        return Int(status.st_size)
    }

    /// Reads `count` bytes from `offset`, or to the end if `count` is nil; fewer bytes if the file is shorter.
    package func read(from offset: Int = 0, count: Int? = nil) throws -> [UInt8] {
        let available = max(0, try size() - offset)
        let wanted = min(count ?? available, available)
        guard wanted > 0 else { return [] }
        var failed: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
            while filled < wanted {
                let got = pread(descriptor, buffer.baseAddress! + filled, wanted - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failed = errno }
                if got <= 0 { break }
                filled += got
            }
        }
        guard failed == 0 else { throw FileSystem.failure("read", path, failed) }
        return bytes
    }

    /// Replaces the file's content. Not durable: a crash may lose it.
    package func replaceContent(with text: String) throws {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FileSystem.failure("written", path, errno)
        }
        try FileSystem.writeAll(Array(text.utf8), to: descriptor, path: path)
    }
}

/// A file that is written in pieces, closed when this object is released.
package final class NewFile {
    private let descriptor: Int32
    private let path: String
    private var isClosed = false
    /// Number of bytes so far.
    package private(set) var size = 0

    /// Creates a file, replacing any content; a crash may leave only a part of it.
    package init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileSystem.failure("created", path, errno) }
    }

    deinit { if !isClosed { close(descriptor) } }

    /// Writes bytes at the end.
    package func append(_ bytes: [UInt8]) throws {
        try FileSystem.writeAll(bytes, to: descriptor, path: path)
        size += bytes.count
    }

    /// Replaces bytes that were written before.
    package func replace(at offset: Int, with bytes: [UInt8]) throws {
        precondition(offset + bytes.count <= size)
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw FileSystem.failure("written", path, errno) }
        try FileSystem.writeAll(bytes, to: descriptor, path: path)
        guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw FileSystem.failure("written", path, errno) }
    }

    /// Closes the file, which reports what the system could not write.
    package func finish() throws {
        isClosed = true
        // NFS reports a full disk here.
        guard close(descriptor) == 0 || errno == EINTR else { throw FileSystem.failure("written", path, errno) }
    }
}

// The one file that calls the operating system for files: durable writes, partial reads, folders, locks' files.

import CFileSystem
import Foundation

/// Files and folders through POSIX, with errors in words. Paths are absolute or relative to the working directory.
package enum FileSystem {
    /// Reads `count` bytes from `offset`, or to the end where `count` is nil; fewer where the file is shorter.
    ///
    /// - Returns: nil where there is no such file.
    package static func read(_ path: String, from offset: Int = 0, count: Int? = nil) throws -> [UInt8]? {
        guard let file = try OpenFile(reading: path) else { return nil }
        return try file.read(from: offset, count: count)
    }

    /// Writes `bytes` so that `path` holds all of them or what it held before, whatever happens at any moment.
    ///
    /// The bytes go to `temporary` (on the same file system, in a folder that exists) and to the disk, the name is
    /// changed, and the folder of `path` goes to the disk.
    package static func writeDurably(_ bytes: [UInt8], to path: String, by temporary: String) throws {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("created", temporary, errno) }
        do {
            defer { close(descriptor) }
            try put(bytes, to: descriptor, path: temporary)
            guard synchronize(descriptor) == 0 else { throw failure("written", temporary, errno) }
            try move(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        try synchronizeFolder(parent(of: path))
    }

    /// Writes `bytes` to a file that is replaced; a crash may leave a part of them.
    package static func writeFile(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("created", path, errno) }
        do {
            try put(bytes, to: descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
        // NFS tells of a full disk here.
        guard close(descriptor) == 0 || errno == EINTR else { throw failure("written", path, errno) }
    }

    /// Exchanges the names of two files or folders on one file system, in one step where the system has one.
    ///
    /// - Parameter aside: a free name, which `second` has for a moment where the system has no such step; a crash may
    ///   leave it there.
    package static func exchange(_ first: String, _ second: String, aside: String) throws {
        if atlasgen_exchange(first, second) == 0 { return }
        // A file system without the exchange (NFS for one).
        guard [EINVAL, ENOSYS, ENOTSUP].contains(errno) else { throw failure("exchanged with \(first)", second, errno) }
        try move(second, to: aside)
        try move(first, to: second)
        try move(aside, to: first)
    }

    /// Changes a file's name, on one file system, replacing what has the new name.
    package static func move(_ path: String, to newPath: String) throws {
        guard rename(path, newPath) == 0 else { throw failure("renamed to \(newPath)", path, errno) }
    }

    /// Removes a file; one that is not there is no error.
    package static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("removed", path, errno) }
    }

    /// Makes a folder and those above it, each safely on the disk unless `durably` is false.
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

    /// The folder of a path, as text: empty for a name alone, and the root for the root.
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

    /// Whether anything has this name.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether a folder has this name.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether the name itself is a link's, wherever that leads.
    package static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// The number of the file system that a file or folder is on.
    package static func device(of path: String) throws -> UInt64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("read", path, errno) }
        return UInt64(truncatingIfNeeded: status.st_dev)
    }

    /// The path without empty parts and `.`.
    package static func normalised(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        if path.hasPrefix("/") { return "/" + parts }
        return parts.isEmpty ? "." : parts
    }

    /// The absolute path behind every link, as far as something is there; what is not there yet is appended.
    package static func resolved(_ path: String) -> String {
        if let found = realpath(path.isEmpty ? "." : path, nil) {
            defer { free(found) }
            return String(cString: found)
        }
        let folder = resolved(parent(of: path))
        return switch (path as NSString).lastPathComponent {
        case ".": folder
        // Above what is not there.
        case "..": parent(of: folder)
        case let name: folder == "/" ? "/\(name)" : "\(folder)/\(name)"
        }
    }

    /// Lets this user change a folder and those below it, as far as they are the user's.
    package static func makeWritable(_ folder: String) {
        guard !isLink(folder), isFolder(folder) else { return }
        chmod(folder, 0o755)
        // What cannot be listed cannot be removed either, which is told then.
        for name in (try? names(in: folder)) ?? [] { makeWritable("\(folder)/\(name)") }
    }

    /// What a name can belong to.
    package enum Kind {
        case file, folder
        /// A device, a pipe, a socket.
        case other
    }

    /// What a path leads to, behind every link; nil where nothing has the name.
    ///
    /// - Throws: `AtlasError` where that cannot be told, as in a folder that this user may not enter, and for a link
    ///   that leads nowhere.
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
            throw AtlasError(.io, "\(path) is a link that leads nowhere. Remove it, or make what it leads to.")
        }
        return nil
    }

    /// What tells a file from its next version.
    package struct Version: CustomStringConvertible {
        /// Number of bytes.
        package let bytes: Int
        /// The last change, in seconds and nanoseconds since 1970.
        package let changed: timespec

        package var description: String { "\(bytes) \(changed.tv_sec).\(changed.tv_nsec)" }
    }

    /// A file's version; nil where there is no such file, or a folder or a link in its place.
    package static func version(of path: String) -> Version? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        #if canImport(Darwin)
            return Version(bytes: Int(status.st_size), changed: status.st_mtimespec)
        #else
            return Version(bytes: Int(status.st_size), changed: status.st_mtim)
        #endif
    }

    /// Gives a file a second name, on one file system that knows such names.
    package static func link(_ path: String, as newPath: String) throws {
        guard Foundation.link(path, newPath) == 0 else { throw failure("linked to \(path)", newPath, errno) }
    }

    /// The names in a folder, sorted by their bytes; empty where there is no such folder.
    package static func names(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw failure("read", folder, errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw failure("read", folder, errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Brings the content of an open file to the disk, past the drive's own cache; 0, or -1 with `errno`.
    private static func synchronize(_ descriptor: Int32) -> Int32 {
        #if canImport(Darwin)
            // There fsync leaves the bytes in the drive's cache. File systems without the request have fsync alone.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
        #endif
        return fsync(descriptor)
    }

    /// Brings everything that was written to the file system of `folder` to the disk: one call for many files.
    package static func synchronizeFileSystem(of folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", folder, errno) }
        defer { close(descriptor) }
        guard atlasgen_synchronize(descriptor) == 0 else { throw failure("written", folder, errno) }
    }

    /// Brings a folder's names to the disk; the working directory where the path is empty.
    package static func synchronizeFolder(_ path: String) throws {
        let path = path.isEmpty ? "." : path
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path, errno) }
        defer { close(descriptor) }
        // Some file systems have nothing to synchronise for a folder and say EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("written", path, errno) }
    }

    /// What became of an attempt to lock a file.
    package enum Lock {
        /// The open file, whose closing gives the lock back.
        case taken(OpenFile)
        /// Another process has it.
        case busy
        /// The file system knows no locks.
        case unsupported
    }

    /// Tries to lock a file, made where it is not there.
    package static func lock(_ path: String) throws -> Lock {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("created", path, errno) }
        let file = OpenFile(descriptor: descriptor, path: path)
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return .taken(file) }
        switch errno {
        case EWOULDBLOCK: return .busy
        case ENOSYS, EOPNOTSUPP, ENOLCK: return .unsupported
        case let code: throw failure("locked", path, code)
        }
    }

    /// The error of a call, in words: what could not be done to which path, why, and what to do.
    static func failure(_ action: String, _ path: String, _ code: Int32) -> AtlasError {
        let reason = String(cString: strerror(code))
        let start = "\(path) could not be \(action): \(reason)."
        return switch code {
        case ENOSPC, EDQUOT:
            AtlasError(
                .io,
                "\(start) The disk or the quota is full; free some space and run the command again. "
                    + "What was finished before is kept.")
        case EACCES, EPERM, EROFS:
            if action == "read" {
                AtlasError(.io, "\(start) Make it readable for this user.")
            } else {
                AtlasError(.cannotCreate, "\(start) Make the folder writable for this user.")
            }
        case ENOTDIR, EEXIST:
            AtlasError(.cannotCreate, "\(start) A file stands where a folder is needed; move it away.")
        default: AtlasError(.io, start)
        }
    }

    fileprivate static func put(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
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

/// An open file, closed with its owner.
///
/// Unchecked Sendable: nothing changes after the file is open, and the calls made on it do not share its position.
package final class OpenFile: @unchecked Sendable {
    private let descriptor: Int32
    /// The path it was opened by.
    let path: String

    fileprivate init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Opens a file to read it; nil where there is no such file.
    package convenience init?(reading path: String) throws {
        // Without waiting for a pipe's other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileSystem.failure("read", path, errno)
        }
        self.init(descriptor: descriptor, path: path)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw AtlasError(.data, "\(path) is no file but a folder or a device. Name a file.")
        }
    }

    deinit { close(descriptor) }

    /// Number of bytes.
    package func size() throws -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileSystem.failure("read", path, errno) }
        return Int(status.st_size)
    }

    /// Reads `count` bytes from `offset`, or to the end where `count` is nil; fewer where the file is shorter.
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

    /// Replaces the file's content. Not durable: for what a crash may lose.
    package func replaceContent(with text: String) throws {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FileSystem.failure("written", path, errno)
        }
        try FileSystem.put(Array(text.utf8), to: descriptor, path: path)
    }
}

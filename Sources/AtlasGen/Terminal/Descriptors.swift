// The file descriptors that the program starts with.

import Foundation
import Support

/// Makes sure of the standard streams, and of enough descriptors, before anything is opened.
enum Descriptors {
    /// Number of descriptors that must be free at the start. Below it, Dispatch ends the program with a trap instead
    /// of an error. A build on two cores and the preview with a few open pages need less.
    private static let needed = 32
    /// A lower limit is raised to this one, if the system allows it.
    private static let wanted: rlim_t = 4096

    /// - Throws: `AtlasError` of code `io` if too few descriptors can be opened.
    static func prepare() throws {
        raiseLimit()
        // Otherwise the first file that is opened would become the closed stream, and messages would be written to it.
        // For reading only, so that writing to the stream is an error, as it is with the closed one.
        for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
            // The lowest free descriptor is the stream's.
            guard open("/dev/null", O_RDONLY) == stream else { throw failure(errno) }
        }
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        while opened.count < needed {
            let descriptor = dup(STDERR_FILENO)
            guard descriptor >= 0 else { throw failure(errno) }
            opened.append(descriptor)
        }
    }

    private static func raiseLimit() {
        #if canImport(Darwin)
            let resource = RLIMIT_NOFILE
        #else
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        // If it stays low, the check after this reports it.
        setrlimit(resource, &limit)
    }

    private static func failure(_ code: Int32) -> AtlasError {
        AtlasError(
            .io,
            "fewer than \(needed) files can be opened: \(String(cString: strerror(code))). The limit of open files is "
                + "\(sysconf(Int32(_SC_OPEN_MAX))); raise it with `ulimit -n 1024` and run the command again.")
    }
}

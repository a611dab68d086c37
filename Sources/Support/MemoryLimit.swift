// How much memory this process may use.

import Foundation

/// The memory that the machine has, or that a container or a cluster's job may use of it.
package enum MemoryLimit {
    /// Bytes.
    package static var bytes: Double {
        let machine = Double(ProcessInfo.processInfo.physicalMemory)
        #if os(Linux)
            return min(machine, controlGroup(root: "/sys/fs/cgroup", membership: "/proc/self/cgroup") ?? machine)
        #else
            return machine
        #endif
    }

    /// The lowest limit of the control groups (version 2) around this process; nil without one.
    ///
    /// - Parameters:
    ///   - root: where the groups are mounted.
    ///   - membership: the file that names the process's group, as `0::/a/b`.
    static func controlGroup(root: String, membership: String) -> Double? {
        // A system without control groups has no such files.
        guard let text = try? String(contentsOfFile: membership, encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
        else { return nil }
        var folder = root
        var limits = [limit(of: folder)]
        for part in line.dropFirst("0::/".count).split(separator: "/") {
            folder += "/\(part)"
            limits.append(limit(of: folder))
        }
        return limits.compactMap(\.self).min()
    }

    /// The limit of one group; nil without one: the file then says `max`, and the root group has none.
    private static func limit(of folder: String) -> Double? {
        let text = try? String(contentsOfFile: "\(folder)/memory.max", encoding: .utf8)
        return text.flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
}

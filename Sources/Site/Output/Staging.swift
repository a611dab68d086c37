// A site or an export is made in a folder beside the old one, and takes its place when it is complete.

import Foundation
import Support

/// The folder in which one build makes the next site. While it exists, no other build can replace the same site.
///
/// It is on the same file system as the site, so that the swap is one rename. What is said of sites holds for exports.
package struct Staging: Sendable {
    /// The folder's path; no other build uses it.
    package let folder: String
    private let output: OutputFolder
    private let lock: FileLock

    /// Ends of the names that builds give folders beside the site: `.site` and one of these.
    private static let start = ".atlasgen-"
    /// The old site's name between two renames, on systems that cannot exchange two names.
    private static let aside = "-old"

    /// Makes an empty folder, after removing what interrupted builds left.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` if another build is replacing this site, or the folder cannot be
    ///   made.
    package init(for output: OutputFolder) throws {
        self.output = output
        let start = "\(output.parent)/.\(output.name)\(Self.start)"
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        folder = start + String(repeating: "0", count: 16 - digits.count) + digits
        try FileSystem.createFolder(output.parent, durably: false)
        lock = try FileLock("\(start)lock", isTemporary: true) { holder in
            "\(output.path) was not changed: another build is replacing it (\(holder)). Wait until it ends, or choose "
                + "another folder \(output.kind.choice)."
        }
        // Without a lock, they could belong to a build that is running.
        if lock.isHeld { try removeLeftovers() }
        try create()
    }

    /// Makes the folder empty again.
    package func clear() throws {
        try remove(folder)
        try create()
    }

    /// Replaces the old site with the staged one, whose folder then holds the old site.
    ///
    /// The new site is synchronised to disk before it gets its name, so that a power cut leaves one site or the other.
    ///
    /// - Throws: as ``OutputFolder/check()``, because files may have been moved into the site while the build ran.
    package func swapIn() throws {
        try output.check()
        // The owner's files must not be replaced by files of the new site. The old site stays whole until the swap, so
        // that whoever stops the program in between finds all of it.
        for name in OutputFolder.kept where !OutputFolder.replaced.contains(name) {
            let staged = "\(folder)/\(name)"
            if FileSystem.exists(staged) { try FileManager.default.removeItem(atPath: staged) }
        }
        try FileSystem.synchronizeFileSystem(of: folder)
        if FileSystem.exists(output.path) {
            try FileSystem.exchange(folder, output.path, aside: folder + Self.aside)
        } else {
            try FileSystem.move(folder, to: output.path)
        }
        try FileSystem.synchronizeFolder(output.parent)
    }

    /// Removes the folder: the old site, or what a failed build has staged.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` if something of it cannot be removed.
    package func remove() throws {
        try withExtendedLifetime(lock) { try remove(folder) }
        guard !FileSystem.exists(folder) else {
            throw AtlasError(
                .cannotCreate,
                "\(folder) was not removed: it is the old \(output.kind), and contains files that atlasgen did not make. Move them "
                    + "to another place, and remove it by hand.")
        }
    }

    // MARK: - Folders beside the site

    private func create() throws {
        try FileSystem.createFolder(folder, durably: false)
        try FileSystem.writeFile(Array(OutputFolder.markerText.utf8), to: "\(folder)/\(output.kind.marker)")
    }

    /// Ends swaps that were interrupted between two renames, and removes staged sites.
    private func removeLeftovers() throws {
        let leftovers = try FileSystem.names(in: output.parent).filter(isStaging).map { "\(output.parent)/\($0)" }
        for path in leftovers where path.hasSuffix(Self.aside) && !FileSystem.exists(output.path) {
            try FileSystem.move(path, to: output.path)
        }
        for path in leftovers { try remove(path) }
    }

    /// Whether a build gave a folder this name; `staging` is that of version 0.1.
    private func isStaging(_ name: String) -> Bool {
        let start = ".\(output.name)\(Self.start)"
        guard name.hasPrefix(start) else { return false }
        var rest = name.dropFirst(start.count)
        if rest.hasSuffix(Self.aside) { rest = rest.dropLast(Self.aside.count) }
        return rest == "staging" || (rest.utf8.count == 16 && rest.allSatisfy(\.isHexDigit))
    }

    /// Removes a folder that a build made, after moving the owner's files in it back to the site.
    private func remove(_ path: String) throws {
        guard FileSystem.isFolder(path), !FileSystem.isLink(path) else { return }
        for name in OutputFolder.kept where FileSystem.exists("\(path)/\(name)") && FileSystem.isFolder(output.path) {
            guard !FileSystem.exists("\(output.path)/\(name)") else {
                // Of those that builds write themselves, the site's is the newer one; this one goes with the folder.
                if OutputFolder.replaced.contains(name) { continue }
                throw AtlasError(
                    .cannotCreate,
                    "\(path)/\(name), left from the previous \(output.kind), and \(output.path)/\(name) both exist. Remove the "
                        + "one that you do not need and run the command again.")
            }
            try FileSystem.move("\(path)/\(name)", to: "\(output.path)/\(name)")
        }
        // A folder with files but without the marker is not a build's, whatever its name.
        guard try output.isMarked(path) || FileSystem.names(in: path).isEmpty else { return }
        do {
            try removeContent(path)
        } catch {
            // Files in a read-only folder can be removed only after the folder is made writable.
            FileSystem.makeWritable(path)
            do {
                try removeContent(path)
            } catch {
                throw AtlasError(
                    .cannotCreate,
                    "\(path) is left from an earlier \(output.kind) and cannot be removed: \(error.localizedDescription) "
                        + "Remove it by hand.")
            }
        }
    }

    /// Removes a folder, its marker last: without it, what a crash leaves of the folder would not be a build's.
    private func removeContent(_ path: String) throws {
        for name in try FileSystem.names(in: path) where name != output.kind.marker {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        try FileManager.default.removeItem(atPath: path)
    }
}

// Where the files that come with the program are: the embedded model, the templates.

import Foundation
import Support

/// The folders that belong to the program itself.
package enum Installation {
    /// The folder `name` that comes with the program: in a folder above the binary (a checkout), or in
    /// `share/atlasgen` beside the binary's folder (an installation).
    package static func folder(_ name: String) throws -> String {
        let start = try program().deletingLastPathComponent()
        var folder = start
        var candidates = [start.deletingLastPathComponent().appending(path: "share/atlasgen").path]
        while folder.path != "/" {
            candidates.append(folder.path)
            folder = folder.deletingLastPathComponent()
        }
        // Templates and model lie side by side; a folder that has both is the program's.
        for candidate in candidates
        where ["models", "templates"].allSatisfy({ FileSystem.isFolder("\(candidate)/\($0)") }) {
            return "\(candidate)/\(name)"
        }
        throw AtlasError(
            .data,
            "the folder \(name) that comes with atlasgen is not beside it. Searched above \(start.path) and in "
                + "\(candidates[0]); copy `models` and `templates` to \(candidates[0]).")
    }

    /// The program's own file, behind every link.
    static func program() throws -> URL {
        let binary = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let executable = FileManager.default.fileExists(atPath: binary.path) ? binary : Bundle.main.executableURL
        guard let executable else {
            throw AtlasError(.data, "the program's own folder is not known; run atlasgen by its path")
        }
        return executable.resolvingSymlinksInPath()
    }

    /// What tells the program's file from another build of it.
    package static func programVersion() throws -> String {
        FileSystem.version(of: try program().path)?.description ?? ""
    }

    /// The checkpoint of the embedded model.
    package static func embeddedModel() throws -> String { try folder("models") + "/vit-tiny64.safetensors" }
}

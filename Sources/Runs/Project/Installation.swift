// Finds the files that are installed with the program: the embedded model and the templates.

import Foundation
import Support

/// The folders that belong to the program itself.
package enum Installation {
    /// The folder `name` of the program: `models` or `templates`.
    package static func folder(_ name: String) throws -> String { try root() + "/" + name }

    /// The folder with the program's models and templates: a folder above the binary (a checkout), or `share/atlasgen`
    /// beside the binary's folder (an installation).
    static func root() throws -> String {
        let start = try program().deletingLastPathComponent()
        var folder = start
        var candidates = [start.deletingLastPathComponent().appending(path: "share/atlasgen").path]
        while folder.path != "/" {
            candidates.append(folder.path)
            folder = folder.deletingLastPathComponent()
        }
        let found = candidates.first { candidate in
            ["models", "templates"].allSatisfy { FileSystem.isFolder("\(candidate)/\($0)") }
        }
        guard let found else {
            throw AtlasError(
                .data,
                "atlasgen's folders models and templates were not found in \(candidates[0]) or in a folder above "
                    + "\(start.path). Copy both to \(candidates[0]).")
        }
        return found
    }

    /// The program's own file, with links resolved.
    static func program() throws -> URL {
        let binary = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let executable = FileManager.default.fileExists(atPath: binary.path) ? binary : Bundle.main.executableURL
        guard let executable else {
            throw AtlasError(.data, "atlasgen's own folder could not be determined; run atlasgen by its path")
        }
        return executable.resolvingSymlinksInPath()
    }

    /// Distinguishes this build of the program from others.
    package static func programVersion() throws -> String {
        FileSystem.version(of: try program().path)?.description ?? ""
    }

    /// The checkpoint of the embedded model.
    package static func embeddedModel() throws -> String { try folder("models") + "/vit-tiny64.safetensors" }
}

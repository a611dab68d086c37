// What a build of a project reads, so that nothing of it is overwritten.

import Support

/// Files and folders that a build reads for one purpose.
package struct ProjectInput: Sendable {
    /// What they are, as a message names them: a key of atlas.yml, or a folder.
    package let name: String
    /// Their paths, absolute or relative to the working directory; of a folder also the links in it.
    package let paths: [String]

    package init(_ name: String, _ paths: [String]) {
        self.name = name
        self.paths = paths
    }
}

extension Project {
    /// Everything that a build of this project reads, except the store and the judge's files.
    package var inputs: [ProjectInput] {
        let folders = ["content", "_posts", "static", "templates"].map { name in
            ProjectInput("the folder \(name)", [path(name)] + FileSystem.links(below: path(name)))
        }
        let references = configuration.attention.compactMap { $0.reference.map { path($0.value) } }
        let photographs = (photographFolder.map { [$0] + FileSystem.links(below: $0) }) ?? []
        let plugin: [String] = if case .plugin(let file) = device { [file] } else { [] }
        return [
            ProjectInput("device", plugin),
            ProjectInput("photographs", photographs),
            ProjectInput("the configuration", [file]),
            ProjectInput("model", model.paths),
            ProjectInput("directions", model.directions.flatMap(\.paths)),
            ProjectInput("attention", references),
        ] + folders
    }
}

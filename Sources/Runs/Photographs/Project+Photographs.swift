// The photographs of a project.

import Support

extension Project {
    /// The folder of photographs that the configuration names; nil for none.
    var photographFolder: String? { configuration.photographs.map { path($0.folder.value) } }

    /// The photographs of the project; nil if the configuration names none.
    ///
    /// - Parameters:
    ///   - store: keeps the digests of the files.
    ///   - isDry: leaves the store as it is.
    /// - Throws: `AtlasError` of code `data`, with the place in the configuration, if the folder is missing, holds no
    ///   picture, is a part of the site or of the store, or holds one of these, or a link to a folder that it is in.
    package func photographs(in store: Store, isDry: Bool = false) throws -> PhotographFolder? {
        guard let settings = configuration.photographs, let folder = photographFolder else { return nil }
        do {
            for own in [store.folder, path("site")] where FileSystem.lies(folder, in: own) {
                throw AtlasError(
                    .data, "\(folder) lies in \(own), which builds write. Name a folder outside of it.")
            }
            let digests = try PhotographDigests(in: store)
            let photographs = try PhotographFolder(folder, limit: settings.limit, digests: digests)
            if !isDry { try digests.save() }
            return photographs
        } catch let error as AtlasError where error.code == .data {
            throw settings.folder.place.error("photographs: \(error)")
        }
    }
}

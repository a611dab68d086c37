// One build at a time makes runs in a project.

import Support

extension FileLock {
    /// The lock of the store in `folder`, held while a build makes runs.
    ///
    /// Workers of a shared store, and builds that make no runs, take no lock: the store needs none to be correct.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` if another build holds it; the message names that build's process
    ///   and machine.
    package convenience init(storeFolder folder: String) throws {
        try FileSystem.createFolder(folder)
        try self.init("\(folder)/lock") { holder in
            "Another build is running in this project (\(holder)). Wait until it ends, or stop it; its finished runs are "
                + "kept."
        }
    }
}

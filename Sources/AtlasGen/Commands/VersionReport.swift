// What `atlasgen --version` prints.

import Runs
import Support
import XLA

/// The version, and what a report of a fault should say of the program.
enum VersionReport {
    /// The version, the commit, OpenBLAS with its kernel, and the plugins that were found. No plugin is opened:
    /// `atlasgen devices` does that.
    static var text: String {
        let cpu = LocalDevice.device
        let plugins = PluginSearch.plugins().map { "plugin \($0.name.readableLine): \($0.path.readableLine)" }
        let lines = [
            Version.generator, SourceCommit.current.description, "OpenBLAS \(cpu.version), \(cpu.kind) kernels",
        ]
        return (lines + (plugins.isEmpty ? ["no plugins"] : plugins)).joined(separator: "\n")
    }
}

// Where PJRT plugins are: what the environment names, and the packages of the active Python environment.

import Foundation
import Support

/// A plugin's file that was found; it may not work.
package struct FoundPlugin: Sendable, Equatable {
    /// The name that `--device` takes, e.g. `cuda`.
    package let name: String
    /// The file.
    package let path: String
    /// What led to it: a variable of the environment, or a folder.
    package let source: String
}

/// Finds plugins. No Python is run: a package's plugin is a file.
package enum PluginSearch {
    /// JAX's variable, `name:path,name:path`.
    private static let namedPlugins = "PJRT_NAMES_AND_LIBRARY_PATHS"
    /// The variables that name the active environments' folders.
    private static let environments = ["VIRTUAL_ENV", "CONDA_PREFIX"]
    /// The packages that hold plugins, each in a folder of its own (jax-cuda13-pjrt, xla-cpu-pjrt, …).
    private static let packages = ["jax_plugins", "xla_plugins"]

    /// The plugins that were found, those that the environment names first.
    package static func plugins(environment: [String: String] = ProcessInfo.processInfo.environment) -> [FoundPlugin] {
        let named = (environment[namedPlugins] ?? "").split(separator: ",").compactMap { entry -> FoundPlugin? in
            let parts = entry.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return FoundPlugin(name: String(parts[0]), path: String(parts[1]), source: namedPlugins)
        }
        let packaged = environments.compactMap { environment[$0] }.flatMap { root in
            sitePackages(of: root).flatMap { site in packages.flatMap { plugins(in: "\(site)/\($0)") } }
        }
        var seen: Set<String> = []
        return (named + packaged).filter { seen.insert($0.path).inserted }
    }

    /// The folders of a Python environment's packages.
    private static func sitePackages(of root: String) -> [String] {
        names(in: "\(root)/lib").filter { $0.hasPrefix("python") }.map { "\(root)/lib/\($0)/site-packages" }
    }

    /// The plugins of a package of plugins: one shared library in each folder.
    private static func plugins(in folder: String) -> [FoundPlugin] {
        names(in: folder).flatMap { name in
            names(in: "\(folder)/\(name)").filter { $0.hasSuffix(".so") || $0.hasSuffix(".dylib") }.map { file in
                FoundPlugin(name: device(ofFolder: name), path: "\(folder)/\(name)/\(file)", source: folder)
            }
        }
    }

    /// The device that a folder's plugin is for: `xla_cuda13` is `cuda`, `xla_cpu_pjrt` is `xla_cpu`, as `cpu` stands
    /// for the program's own kernels.
    static func device(ofFolder name: String) -> String {
        var name = name.hasSuffix("_pjrt") ? String(name.dropLast("_pjrt".count)) : name
        while let last = name.last, last.isNumber { name.removeLast() }
        guard name.hasPrefix("xla_"), name != "xla_cpu" else { return name }
        return String(name.dropFirst("xla_".count))
    }

    /// The names in a folder, in order; none if it cannot be read.
    private static func names(in folder: String) -> [String] {
        ((try? FileSystem.names(in: folder)) ?? []).sorted()
    }
}

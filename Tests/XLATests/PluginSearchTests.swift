// Where plugins are looked for.

import Foundation
import Testing

@testable import XLA

struct PluginSearchTests {
    @Test func pluginsAreFoundInTheEnvironment() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "atlasgen-venv-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let packages = root.appending(path: "lib/python3.12/site-packages")
        for file in [
            "jax_plugins/xla_cuda13/xla_cuda_plugin.so", "jax_plugins/xla_cuda13/version.py",
            "xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so", "jax_plugins/xla_rocm7/xla_rocm_plugin.so",
        ] {
            let path = packages.appending(path: file)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: path)
        }
        let found = PluginSearch.plugins(environment: [
            "VIRTUAL_ENV": root.path, "PJRT_NAMES_AND_LIBRARY_PATHS": "mine:/opt/mine.so,broken",
        ])
        #expect(found.map(\.name) == ["mine", "cuda", "rocm", "xla_cpu"])
        #expect(found[0].path == "/opt/mine.so")
        #expect(found[1].path == packages.path + "/jax_plugins/xla_cuda13/xla_cuda_plugin.so")
        #expect(PluginSearch.plugins(environment: [:]).isEmpty)
    }
}

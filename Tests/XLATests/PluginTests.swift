// What happens with files that are no plugins, and where plugins are looked for.

import Foundation
import PJRT
import Support
import Testing

@testable import XLA

struct PluginTests {
    @Test func aFileThatIsNoPluginIsRefused() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "atlasgen-plugins-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = folder.appending(path: "text.so")
        try Data("no library\n".utf8).write(to: text)
        // Another architecture's library: the header alone.
        let foreign = folder.appending(path: "foreign.so")
        try Data([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + Array(repeating: 0, count: 8) + [3, 0, 0xF3, 0]).write(
            to: foreign)
        for path in [text.path, foreign.path, folder.appending(path: "missing.so").path] {
            let error = #expect(throws: PJRTError.self) { try Plugin(path: path) }
            #expect(error?.kind == .notAPlugin && error?.description.contains(path) == true)
            #expect(throws: AtlasError.self) { try XLADevice(plugin: path) }
        }
        // A library that is none: the C library.
        let library = #expect(throws: PJRTError.self) { try Plugin(path: "libc.so.6") }
        #expect(library?.kind == .notAPlugin)
    }

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

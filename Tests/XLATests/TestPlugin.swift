// The plugin that the tests run modules with.

import Foundation
import Testing

@testable import PJRT
@testable import XLA

/// XLA's CPU plugin, which `scripts/test-accelerators` installs. Tests that need it are skipped without it.
enum TestPlugin {
    /// The plugin's file; nil if there is none.
    static let path = ProcessInfo.processInfo.environment["ATLASGEN_TEST_PLUGIN"]

    /// One client for all tests: a plugin is initialised once a process. Modules are compiled fast, not well.
    static let client = Result {
        setenv(
            "XLA_FLAGS",
            "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true "
                + "--xla_cpu_use_fusion_emitters=false", 0)
        return try Client(try Plugin(path: try #require(path)))
    }

    /// The functions of a client's plugin.
    static func table(of client: Client) -> UnsafeRawPointer { UnsafeRawPointer(client.plugin.api) }
}

extension Trait where Self == ConditionTrait {
    /// Skips a test aloud where XLA's CPU plugin is not installed.
    static var needsPlugin: Self {
        .enabled(
            if: TestPlugin.path != nil, "ATLASGEN_TEST_PLUGIN names no plugin; scripts/test-accelerators installs one")
    }
}

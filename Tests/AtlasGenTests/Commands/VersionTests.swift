// `atlasgen --version`.

import Foundation
import Testing

@testable import Runs
@testable import Support
@testable import TestSupport

@Suite struct VersionTests {
    @Test func theVersionTheCommitTheKernelAndThePlugins() throws {
        let folder = try TemporaryFolder()
        let plugin = "lib/python3.12/site-packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so"
        try FileSystem.createFolder("\(folder.path)/\(FileSystem.parent(of: plugin))")
        // Not a library: whoever opened it would fail.
        _ = try folder.write("text".utf8, to: plugin)
        let run = try CommandRun(
            ["--version"], in: folder,
            shell: "unset CONDA_PREFIX PJRT_NAMES_AND_LIBRARY_PATHS; VIRTUAL_ENV=$PWD exec \"$0\" \"$@\"")
        #expect(run.code == 0 && run.errors.isEmpty)
        let lines = run.output.split(separator: "\n")
        try #require(lines.count == 4, "\(run.output)")
        #expect(lines[0] == "atlasgen \(Version.current)")
        #expect(lines[1] == SourceCommit.current.description)
        #expect(lines[2] == "OpenBLAS \(LocalDevice.device.version), \(LocalDevice.device.kind) kernels")
        #expect(lines[3].hasPrefix("plugin cuda: /") && lines[3].hasSuffix("/\(plugin)"))
        // Other commands print it too, instead of running.
        #expect(try CommandRun("build", "--version", in: folder).output.hasPrefix("\(lines[0])\n"))
    }
}

// Files that are no plugins, or not this program's: each is refused with its own reason, and nothing traps.

import FaultyPlugin
import Foundation
import PJRT
import Support
import Testing

@testable import XLA

final class PluginFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(
        path: "atlasgen-plugins-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let file = folder.appending(path: name)
        try Data(bytes).write(to: file)
        return file.path
    }

    /// The error of opening a file, which names it.
    private func refusal(_ path: String, _ kind: PJRTError.Kind = .notAPlugin) throws -> String {
        let error = try #require(throws: PJRTError.self) { try Plugin(path: path) }
        #expect(error.kind == kind)
        #expect(error.description.contains(path))
        #expect(throws: AtlasError(.data, error.description)) { try XLADevice(plugin: path) }
        return error.description
    }

    @Test func whatIsNoLibraryIsRefused() throws {
        #expect(try refusal(folder.path).contains("is no file"))
        #expect(try refusal(file("text.so", "no library\n".utf8)).contains("is no shared library"))
        #expect(try refusal(file("empty.so", [])).contains("is no shared library"))
        #expect(try refusal(folder.appending(path: "missing.so").path).contains("cannot be loaded"))
        // A library that is no plugin.
        #expect(try refusal("libc.so.6").contains("has no function GetPjrtApi"))
    }

    @Test func aLibraryOfAnotherMachineIsRefused() throws {
        let plugin = try FaultyPlugin()
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: plugin.path)))
        let isIntel = bytes[18] == 62
        bytes[18] = isIntel ? 183 : 62
        #expect(
            try refusal(file("foreign.so", bytes)).contains(
                isIntel ? "made for AArch64; this machine is x86-64" : "made for x86-64; this machine is AArch64"))
    }

    /// The loader maps a file as its header says, and reading beyond its end ends the process.
    @Test func aLibraryThatIsCutShortIsRefused() throws {
        let plugin = try FaultyPlugin()
        let bytes = try Data(contentsOf: URL(filePath: plugin.path))
        for count in [64, 100, 1000, 4096] {
            #expect(try refusal(file("short.so", bytes.prefix(count))).contains("is cut short"))
        }
        // Segments beyond all files.
        var damaged = [UInt8](bytes)
        for offset in 32..<40 { damaged[offset] = 0xFF }
        #expect(try refusal(file("damaged.so", damaged)).contains("is cut short or damaged"))
    }

    @Test func anotherVersionIsRefused() throws {
        let plugin = try FaultyPlugin()
        plugin.present(major: 1, minor: 2, size: 4096)
        #expect(try refusal(plugin.path, .version).contains("has PJRT's API 1.2; atlasgen needs version 0.x"))
        plugin.present(minor: 40, size: 200)
        #expect(try refusal(plugin.path, .version).contains("has PJRT's API 0.40, which is too old"))
        plugin.present(size: 0)
        #expect(try refusal(plugin.path).contains("GetPjrtApi returned nothing"))
    }
}

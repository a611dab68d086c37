// A plugin that fails when a test asks for it: `CFaultyPlugin`, which is built as a library of its own.

import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A copy of the plugin's file, with a state of its own, so that tests can fail side by side. The file is removed with the
/// last reference; what was loaded stays.
package final class FaultyPlugin: @unchecked Sendable {
    /// The file.
    package let path: String
    private let handle: UnsafeMutableRawPointer

    /// Why there is no plugin.
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    /// Copies and loads the plugin.
    package init() throws {
        let copy = FileManager.default.temporaryDirectory.appending(path: "atlasgen-faulty-\(UUID().uuidString).so")
        try FileManager.default.copyItem(at: try Self.library, to: copy)
        path = copy.path
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw Missing(description: dlerror().map { String(cString: $0) } ?? "the library cannot be loaded")
        }
        self.handle = handle
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The library, which is built beside the tests.
    private static var library: URL {
        get throws {
            let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
            let folder = tests?.deletingLastPathComponent() ?? Bundle.main.bundleURL
            let names = ["libFaultyPlugin.so", "libFaultyPlugin.dylib"]
            guard
                let file = names.map({ folder.appending(path: $0) })
                    .first(where: { FileManager.default.fileExists(atPath: $0.path) })
            else { throw Missing(description: "\(names[0]) is not in \(folder.path)") }
            return file
        }
    }

    private func function<Function>(_ name: String, _ type: Function.Type) -> Function {
        guard let symbol = dlsym(handle, name) else { preconditionFailure("the plugin has no function \(name)") }
        return unsafeBitCast(symbol, to: type)
    }

    /// Lets calls of a function fail from now on, counted from 1; `*` is every call that does not free something.
    ///
    /// - Parameter code: absl's, e.g. 8 for too little memory.
    package func fail(
        _ call: String, calls: ClosedRange<Int> = 1...Int(Int32.max), code: Int = 13, _ message: String = "it failed"
    ) {
        typealias Fail =
            @convention(c) (UnsafePointer<CChar>, Int32, Int32, Int32, UnsafePointer<CChar>) -> Void
        function("faulty_fail", Fail.self)(
            call, Int32(calls.lowerBound), Int32(calls.upperBound), Int32(code), message)
    }

    /// Lets no call fail.
    package func recover() { fail("") }

    /// How often the function of `fail` was called since.
    package var calls: Int { Int(function("faulty_calls", (@convention(c) () -> Int32).self)()) }

    /// The number of objects that nobody freed.
    package var live: Int { Int(function("faulty_live", (@convention(c) () -> Int32).self)()) }

    /// Shows another version of PJRT's API, or a table of another size; a size of 0 is no table.
    package func present(major: Int = 0, minor: Int = 81, size: Int) {
        function("faulty_present", (@convention(c) (Int32, Int32, Int) -> Void).self)(Int32(major), Int32(minor), size)
    }

    /// Leaves a function out of the table.
    package func omit(_ call: String) {
        function("faulty_omit", (@convention(c) (UnsafePointer<CChar>) -> Void).self)(call)
    }

    /// Lets another plugin, given by its table of functions, answer the calls that do not fail.
    package func forward(to table: UnsafeRawPointer) {
        function("faulty_forward", (@convention(c) (UnsafeRawPointer) -> Void).self)(table)
    }
}

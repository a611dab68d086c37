// What all users of one plugin share: the client, compiled modules, and weights on each device.

import Foundation
import PJRT
import Support
import ViT

/// Where compiled modules are kept between processes.
package struct ExecutableStore: Sendable {
    /// The bytes of this name; nil if there are none, or damaged ones.
    package var read: @Sendable (_ name: String) throws -> [UInt8]?
    /// Keeps bytes under a name, as a whole.
    package var write: @Sendable (_ bytes: [UInt8], _ name: String) throws -> Void

    /// A store of two functions.
    package init(
        read: @escaping @Sendable (_ name: String) throws -> [UInt8]?,
        write: @escaping @Sendable (_ bytes: [UInt8], _ name: String) throws -> Void
    ) {
        self.read = read
        self.write = write
    }
}

/// An open plugin, its executables and its weights.
///
/// Unchecked Sendable: the caches are read and written under the lock.
final class Accelerator: @unchecked Sendable {
    let client: Client
    private let store: ExecutableStore?
    private let lock = NSLock()
    private let compiling = NSLock()
    private var executables: [String: Executable] = [:]
    private var weights: [Place: Weights] = [:]
    private var users: [Int]
    private var imageLimit = Int.max

    /// An array of weights on one device.
    private struct Place: Hashable {
        let values: ObjectIdentifier
        let device: Int
    }

    private struct Weights {
        /// Tells whether the identifier is still that of the same array.
        weak var owner: FloatBuffer?
        let buffer: Buffer
    }

    init(client: Client, store: ExecutableStore?) {
        self.client = client
        self.store = store
        users = Array(repeating: 0, count: client.devices.count)
    }

    // MARK: - Devices

    /// The index of the device with the fewest users, which has one more now.
    fileprivate func acquireDevice() -> Int {
        lock.withLock {
            let index = users.indices.min { users[$0] < users[$1] } ?? 0
            users[index] += 1
            return index
        }
    }

    fileprivate func releaseDevice(_ index: Int) { lock.withLock { users[index] -= 1 } }

    /// The most images that fit into memory, as far as is known.
    var batchLimit: Int { lock.withLock { imageLimit } }

    /// Notes that more images than these do not fit.
    func limitBatches(to images: Int) { lock.withLock { imageLimit = min(imageLimit, images) } }

    // MARK: - Modules

    /// One replica and one partition, for any device (`CompileOptionsProto`), with operations whose results do not
    /// change from run to run.
    static let options: [UInt8] = {
        // executable_build_options {num_replicas: 1, num_partitions: 1}, compile_portable_executable: true.
        var bytes: [UInt8] = [0x1A, 0x04, 0x20, 0x01, 0x28, 0x01, 0x20, 0x01]
        // env_option_overrides {key: "xla_gpu_deterministic_ops", value {bool_field: true}}.
        let key = Array("xla_gpu_deterministic_ops".utf8)
        let entry = [0x0A, UInt8(key.count)] + key + [0x12, 0x02, 0x10, 0x01]
        bytes += [0x3A, UInt8(entry.count)] + entry
        return bytes
    }()

    /// The executable of a module: known, stored, or compiled now and stored. The same bytes on a device need the same
    /// executable, as two compilations can differ.
    func executable(_ module: WrittenModule) throws -> Executable {
        // One at a time: two workers need the same modules at the same time.
        try compiling.withLock {
            // A plugin does not tell its own version, so that its size stands for it.
            let size = FileSystem.version(of: client.plugin.path, followingLinks: true)?.bytes ?? 0
            let maker = [
                client.platform, client.platformVersion, client.devices[0].kind, client.plugin.apiVersion, "\(size)",
            ]
            let key = Digest.hexadecimal(
                Array((maker.joined(separator: "\n") + "\n").utf8)
                    + Self.options + Array(module.text.utf8))
            if let known = lock.withLock({ executables[key] }) { return known }
            let name = "executables/\(key)"
            let executable: Executable
            // One that cannot be loaded, e.g. since a driver changed, is compiled again.
            if let bytes = try store?.read(name), let loaded = try? Executable.load(bytes, for: client) {
                executable = loaded
            } else {
                executable = try Executable.compile(module.text, options: Self.options, for: client)
                if let store { try store.write(try executable.serialised(), name) }
            }
            lock.withLock { executables[key] = executable }
            return executable
        }
    }

    // MARK: - Weights

    /// A module's weights on a device; each array is copied there once.
    func buffers(of weights: [(values: FloatBuffer, shape: [Int])], on device: Int) throws -> [Buffer] {
        try weights.map { values, shape in
            let place = Place(values: ObjectIdentifier(values), device: device)
            if let known = lock.withLock({ self.weights[place] }), known.owner === values { return known.buffer }
            let bytes = UnsafeRawBufferPointer(start: values.pointer, count: values.count * MemoryLayout<Float>.size)
            let buffer = try withExtendedLifetime(values) {
                try client.buffer(bytes, .float32, shape: shape, on: client.devices[device])
            }
            lock.withLock {
                self.weights = self.weights.filter { $0.value.owner != nil }
                self.weights[place] = Weights(owner: values, buffer: buffer)
            }
            return buffer
        }
    }
}

/// One of a plugin's devices, which a worker uses until the last reference is gone.
final class DeviceShare {
    /// The device's index.
    let index: Int
    private let accelerator: Accelerator

    /// A share of the device with the fewest users.
    init(of accelerator: Accelerator) {
        self.accelerator = accelerator
        index = accelerator.acquireDevice()
    }

    deinit { accelerator.releaseDevice(index) }
}

/// A module that is ready on one device.
final class LoadedModule {
    private let accelerator: Accelerator
    private let device: Int
    private let executable: Executable
    private let weights: [Buffer]
    /// Kept, so that the weights' identities stay theirs.
    private let owners: [FloatBuffer]

    init(_ module: WrittenModule, on device: Int, of accelerator: Accelerator) throws {
        self.accelerator = accelerator
        self.device = device
        executable = try accelerator.executable(module)
        weights = try accelerator.buffers(of: module.weights, on: device)
        owners = module.weights.map(\.values)
    }

    /// Runs the module on a call's inputs, and waits for its outputs.
    func callAsFunction(_ inputs: [Buffer]) throws -> [Buffer] {
        try executable.run(inputs + weights, on: accelerator.client.devices[device])
    }
}

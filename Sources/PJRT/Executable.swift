// A module that was compiled for a client's devices.

import CPJRT

/// A compiled module. It runs on any device of its client.
///
/// Unchecked Sendable: PJRT's executables may be run from any thread.
public final class Executable: @unchecked Sendable {
    /// Number of arrays that a run returns.
    public let outputCount: Int
    private let client: Client
    private let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer, _ client: Client) throws {
        self.client = client
        self.pointer = pointer
        // `deinit` runs only if all properties are set, so that a failure must free the executable.
        do {
            outputCount = try Self.withExecutable(pointer, client.plugin) { executable in
                var arguments = PJRT_Executable_NumOutputs_Args()
                arguments.executable = executable
                try client.plugin.call(
                    "PJRT_Executable_NumOutputs", client.plugin.api.pointee.PJRT_Executable_NumOutputs, &arguments)
                return arguments.num_outputs
            }
        } catch {
            Self.destroy(pointer, client.plugin)
            throw error
        }
    }

    deinit { Self.destroy(pointer, client.plugin) }

    private static func destroy(_ pointer: OpaquePointer, _ plugin: Plugin) {
        var arguments = PJRT_LoadedExecutable_Destroy_Args()
        arguments.executable = pointer
        plugin.release(
            "PJRT_LoadedExecutable_Destroy", plugin.api.pointee.PJRT_LoadedExecutable_Destroy, &arguments)
    }

    /// Calls `body` with the part of a loaded executable that belongs to no device.
    private static func withExecutable<T>(
        _ loaded: OpaquePointer, _ plugin: Plugin, _ body: (OpaquePointer?) throws -> T
    ) throws -> T {
        var arguments = PJRT_LoadedExecutable_GetExecutable_Args()
        arguments.loaded_executable = loaded
        try plugin.call(
            "PJRT_LoadedExecutable_GetExecutable", plugin.api.pointee.PJRT_LoadedExecutable_GetExecutable, &arguments)
        defer {
            var destruction = PJRT_Executable_Destroy_Args()
            destruction.executable = arguments.executable
            plugin.release(
                "PJRT_Executable_Destroy", plugin.api.pointee.PJRT_Executable_Destroy, &destruction)
        }
        return try body(arguments.executable)
    }

    /// Compiles a StableHLO module, given as text.
    ///
    /// - Parameter options: a serialised `CompileOptionsProto`.
    public static func compile(
        _ module: String, options: [UInt8], for client: Client
    ) throws -> Executable {
        let plugin = client.plugin
        var code = Array(module.utf8CString)
        var format = Array("mlir".utf8CString)
        var arguments = PJRT_Client_Compile_Args()
        arguments.client = client.pointer
        try code.withUnsafeMutableBufferPointer { code in
            try format.withUnsafeMutableBufferPointer { format in
                try options.withUnsafeBytes { options in
                    var program = PJRT_Program()
                    program.struct_size = MemoryLayout<PJRT_Program>.size
                    program.code = code.baseAddress
                    program.code_size = code.count - 1
                    program.format = UnsafePointer(format.baseAddress)
                    program.format_size = format.count - 1
                    arguments.compile_options = options.baseAddress?.assumingMemoryBound(to: CChar.self)
                    arguments.compile_options_size = options.count
                    try withUnsafePointer(to: program) { program in
                        arguments.program = program
                        try plugin.call(
                            "PJRT_Client_Compile", plugin.api.pointee.PJRT_Client_Compile, &arguments)
                    }
                }
            }
        }
        guard let pointer = arguments.executable else {
            throw PJRTError(.call(code: 13), "the plugin \(plugin.path) returned no executable")
        }
        return try Executable(pointer, client)
    }

    /// Loads what `serialised()` gave. Whoever keeps the bytes must check that they are whole: a plugin may trap on
    /// damaged ones.
    public static func load(_ bytes: [UInt8], for client: Client) throws -> Executable {
        let plugin = client.plugin
        var arguments = PJRT_Executable_DeserializeAndLoad_Args()
        arguments.client = client.pointer
        try bytes.withUnsafeBytes { bytes in
            arguments.serialized_executable = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            arguments.serialized_executable_size = bytes.count
            try plugin.call(
                "PJRT_Executable_DeserializeAndLoad", plugin.api.pointee.PJRT_Executable_DeserializeAndLoad,
                &arguments)
        }
        guard let pointer = arguments.loaded_executable else {
            throw PJRTError(.call(code: 13), "the plugin \(plugin.path) returned no executable")
        }
        return try Executable(pointer, client)
    }

    /// The executable as bytes, which `load` reads in another process with the same plugin and kind of device.
    public func serialised() throws -> [UInt8] {
        let plugin = client.plugin
        return try Self.withExecutable(pointer, plugin) { executable in
            var arguments = PJRT_Executable_Serialize_Args()
            arguments.executable = executable
            try plugin.call("PJRT_Executable_Serialize", plugin.api.pointee.PJRT_Executable_Serialize, &arguments)
            defer { arguments.serialized_executable_deleter?(arguments.serialized_executable) }
            return Array(
                UnsafeRawBufferPointer(start: arguments.serialized_bytes, count: arguments.serialized_bytes_size))
        }
    }

    /// Runs the module on a device and waits until its outputs are there.
    ///
    /// - Precondition: the inputs have the types and shapes of the module's parameters, and are on the device.
    public func run(_ inputs: [Buffer], on device: Client.DeviceHandle) throws -> [Buffer] {
        let plugin = client.plugin
        let inputPointers: [OpaquePointer?] = inputs.map(\.pointer)
        var outputs = [OpaquePointer?](repeating: nil, count: outputCount)
        var finished: OpaquePointer?
        var options = PJRT_ExecuteOptions()
        options.struct_size = MemoryLayout<PJRT_ExecuteOptions>.size
        var arguments = PJRT_LoadedExecutable_Execute_Args()
        arguments.executable = pointer
        arguments.num_devices = 1
        arguments.num_args = inputs.count
        arguments.execute_device = device.pointer
        try inputPointers.withUnsafeBufferPointer { inputPointers in
            try outputs.withUnsafeMutableBufferPointer { outputs in
                var inputList = inputPointers.baseAddress
                var outputList = outputs.baseAddress
                try withUnsafePointer(to: &inputList) { inputList in
                    try withUnsafePointer(to: &outputList) { outputList in
                        try withUnsafeMutablePointer(to: &options) { options in
                            try withUnsafeMutablePointer(to: &finished) { finished in
                                arguments.options = options
                                arguments.argument_lists = inputList
                                arguments.output_lists = outputList
                                arguments.device_complete_events = finished
                                try plugin.call(
                                    "PJRT_LoadedExecutable_Execute",
                                    plugin.api.pointee.PJRT_LoadedExecutable_Execute, &arguments)
                            }
                        }
                    }
                }
            }
        }
        let buffers = outputs.compactMap { $0.map { Buffer($0, client) } }
        try withExtendedLifetime(inputs) { try plugin.await(finished) }
        guard buffers.count == outputCount else {
            throw PJRTError(
                .call(code: 13), "the plugin \(plugin.path) returned \(buffers.count) of \(outputCount) arrays")
        }
        return buffers
    }
}

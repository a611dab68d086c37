// A PJRT plugin: a C library that drives one kind of accelerator, loaded at run time.

import CPJRT

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A loaded plugin. It is never unloaded: its threads may outlive every client.
///
/// Unchecked Sendable: the table of functions is constant, and PJRT's functions may be called from any thread.
public final class Plugin: @unchecked Sendable {
    /// The file that it was loaded from.
    public let path: String
    /// The version of PJRT's API that it was built with, e.g. `0.81`.
    public let apiVersion: String
    let api: UnsafePointer<PJRT_Api>

    private typealias GetAPI = @convention(c) () -> UnsafePointer<PJRT_Api>?

    /// Loads and initialises the plugin in a file.
    ///
    /// - Throws: `PJRTError` if the file is no plugin, is of another architecture or version, or refuses to start.
    public init(path: String) throws {
        try LibraryFile.check(path)
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "unknown reason"
            throw PJRTError(.notAPlugin, "\(path) cannot be loaded as a PJRT plugin: \(reason)")
        }
        guard let symbol = dlsym(handle, "GetPjrtApi") else {
            throw PJRTError(.notAPlugin, "\(path) is no PJRT plugin: it has no function GetPjrtApi.")
        }
        guard let api = unsafeBitCast(symbol, to: GetAPI.self)() else {
            throw PJRTError(.notAPlugin, "\(path) is no working PJRT plugin: GetPjrtApi returned nothing.")
        }
        self.path = path
        self.api = api
        let version = api.pointee.pjrt_api_version
        apiVersion = "\(version.major_version).\(version.minor_version)"
        guard version.major_version == PJRT_API_MAJOR else {
            throw PJRTError(
                .version, "\(path) has PJRT's API \(apiVersion); atlasgen needs version \(PJRT_API_MAJOR).x.")
        }
        guard api.pointee.struct_size >= MemoryLayout<PJRT_Api>.size else {
            throw PJRTError(
                .version,
                "\(path) has PJRT's API \(apiVersion), which is too old: its table of functions is "
                    + "\(api.pointee.struct_size) bytes long, and atlasgen needs \(MemoryLayout<PJRT_Api>.size).")
        }
        var arguments = PJRT_Plugin_Initialize_Args()
        try call("PJRT_Plugin_Initialize", api.pointee.PJRT_Plugin_Initialize, &arguments)
    }

    /// Calls a function whose arguments begin with their size.
    ///
    /// - Throws: the plugin's error, or that the plugin lacks the function.
    func call<Arguments: Sized>(
        _ name: String, _ function: ((UnsafeMutablePointer<Arguments>?) -> OpaquePointer?)?,
        _ arguments: inout Arguments
    ) throws {
        guard let function else {
            throw PJRTError(.version, "\(path) (API \(apiVersion)) lacks the function \(name).")
        }
        arguments.struct_size = MemoryLayout<Arguments>.size
        if let error = function(&arguments) { throw consume(error, of: name) }
    }

    /// Reads and frees a plugin's error.
    private func consume(_ error: OpaquePointer, of name: String) -> PJRTError {
        var message = PJRT_Error_Message_Args()
        message.struct_size = MemoryLayout<PJRT_Error_Message_Args>.size
        message.error = error
        api.pointee.PJRT_Error_Message?(&message)
        let text = message.message.map { pointer in
            String(decoding: UnsafeRawBufferPointer(start: pointer, count: message.message_size), as: UTF8.self)
        }
        var code = PJRT_Error_GetCode_Args()
        code.struct_size = MemoryLayout<PJRT_Error_GetCode_Args>.size
        code.error = error
        // An error of asking for the code would say nothing about the first error.
        if let second = api.pointee.PJRT_Error_GetCode?(&code) { destroy(second) }
        destroy(error)
        let description = "\(name) failed: \(text ?? "no message") (code \(code.code), plugin \(path))"
        return PJRTError(code.code == Self.resourceExhausted ? .outOfMemory : .call(code: Int(code.code)), description)
    }

    /// absl's RESOURCE_EXHAUSTED.
    private static let resourceExhausted: Int32 = 8

    private func destroy(_ error: OpaquePointer) {
        var arguments = PJRT_Error_Destroy_Args()
        arguments.struct_size = MemoryLayout<PJRT_Error_Destroy_Args>.size
        arguments.error = error
        api.pointee.PJRT_Error_Destroy?(&arguments)
    }

    /// Waits for an event and frees it; nil is an event that has happened.
    func await(_ event: OpaquePointer?) throws {
        guard let event else { return }
        defer {
            var arguments = PJRT_Event_Destroy_Args()
            arguments.event = event
            release("PJRT_Event_Destroy", api.pointee.PJRT_Event_Destroy, &arguments)
        }
        var arguments = PJRT_Event_Await_Args()
        arguments.event = event
        try call("PJRT_Event_Await", api.pointee.PJRT_Event_Await, &arguments)
    }

    /// Frees something. A failure to free has no consequence that a caller could avert.
    func release<Arguments: Sized>(
        _ name: String, _ function: ((UnsafeMutablePointer<Arguments>?) -> OpaquePointer?)?,
        _ arguments: inout Arguments
    ) {
        try? call(name, function, &arguments)
    }
}

/// PJRT's arguments, which begin with their own size.
protocol Sized {
    var struct_size: Int { get set }
}

extension PJRT_Plugin_Initialize_Args: Sized {}
extension PJRT_Event_Destroy_Args: Sized {}
extension PJRT_Event_Await_Args: Sized {}
extension PJRT_Client_Create_Args: Sized {}
extension PJRT_Client_Destroy_Args: Sized {}
extension PJRT_Client_PlatformName_Args: Sized {}
extension PJRT_Client_PlatformVersion_Args: Sized {}
extension PJRT_Client_AddressableDevices_Args: Sized {}
extension PJRT_Client_Compile_Args: Sized {}
extension PJRT_Client_BufferFromHostBuffer_Args: Sized {}
extension PJRT_DeviceDescription_Kind_Args: Sized {}
extension PJRT_Device_GetDescription_Args: Sized {}
extension PJRT_Device_MemoryStats_Args: Sized {}
extension PJRT_Executable_Destroy_Args: Sized {}
extension PJRT_Executable_NumOutputs_Args: Sized {}
extension PJRT_Executable_Serialize_Args: Sized {}
extension PJRT_LoadedExecutable_Destroy_Args: Sized {}
extension PJRT_LoadedExecutable_GetExecutable_Args: Sized {}
extension PJRT_LoadedExecutable_Execute_Args: Sized {}
extension PJRT_Executable_DeserializeAndLoad_Args: Sized {}
extension PJRT_Buffer_Destroy_Args: Sized {}
extension PJRT_Buffer_ToHostBuffer_Args: Sized {}

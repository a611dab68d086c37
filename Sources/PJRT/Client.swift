// A plugin's client: its devices, and what is made on them.

import CPJRT

/// A connection to a plugin's devices. Buffers and executables keep it alive, and end before it.
///
/// Unchecked Sendable: PJRT's functions may be called from any thread.
public final class Client: @unchecked Sendable {
    /// The plugin.
    public let plugin: Plugin
    /// The platform, e.g. `cpu` or `cuda`.
    public let platform: String
    /// The plugin's version, in its own words.
    public let platformVersion: String
    /// The devices that this process can use.
    public let devices: [DeviceHandle]
    let pointer: OpaquePointer

    /// One device of a client.
    public struct DeviceHandle: @unchecked Sendable {
        let pointer: OpaquePointer
        /// The vendor's name of this kind of device, e.g. `NVIDIA H100 80GB HBM3`.
        public let kind: String
    }

    /// Opens the plugin's devices.
    public init(_ plugin: Plugin) throws {
        let api = plugin.api
        let pointer = try Self.create(plugin)
        self.plugin = plugin
        self.pointer = pointer

        // From here on, a failure must close the client again.
        do {
            var name = PJRT_Client_PlatformName_Args()
            name.client = pointer
            try plugin.call("PJRT_Client_PlatformName", api.pointee.PJRT_Client_PlatformName, &name)
            platform = text(name.platform_name, name.platform_name_size)

            var version = PJRT_Client_PlatformVersion_Args()
            version.client = pointer
            try plugin.call("PJRT_Client_PlatformVersion", api.pointee.PJRT_Client_PlatformVersion, &version)
            platformVersion = text(version.platform_version, version.platform_version_size)

            var list = PJRT_Client_AddressableDevices_Args()
            list.client = pointer
            try plugin.call("PJRT_Client_AddressableDevices", api.pointee.PJRT_Client_AddressableDevices, &list)
            var devices: [DeviceHandle] = []
            for index in 0..<list.num_addressable_devices {
                guard let device = list.addressable_devices?[index] else { continue }
                devices.append(DeviceHandle(pointer: device, kind: try Self.kind(of: device, plugin)))
            }
            guard !devices.isEmpty else {
                throw PJRTError(.call(code: 5), "the plugin \(plugin.path) found no device that this process can use")
            }
            self.devices = devices
        } catch {
            Self.close(pointer, plugin)
            throw error
        }
    }

    deinit { Self.close(pointer, plugin) }

    private static func create(_ plugin: Plugin) throws -> OpaquePointer {
        var arguments = PJRT_Client_Create_Args()
        try plugin.call("PJRT_Client_Create", plugin.api.pointee.PJRT_Client_Create, &arguments)
        guard let client = arguments.client else {
            throw PJRTError(.call(code: 13), "the plugin \(plugin.path) returned no client")
        }
        return client
    }

    private static func close(_ pointer: OpaquePointer, _ plugin: Plugin) {
        var arguments = PJRT_Client_Destroy_Args()
        arguments.client = pointer
        plugin.release("PJRT_Client_Destroy", plugin.api.pointee.PJRT_Client_Destroy, &arguments)
    }

    private static func kind(of device: OpaquePointer, _ plugin: Plugin) throws -> String {
        var description = PJRT_Device_GetDescription_Args()
        description.device = device
        try plugin.call(
            "PJRT_Device_GetDescription", plugin.api.pointee.PJRT_Device_GetDescription, &description)
        var kind = PJRT_DeviceDescription_Kind_Args()
        kind.device_description = description.device_description
        try plugin.call("PJRT_DeviceDescription_Kind", plugin.api.pointee.PJRT_DeviceDescription_Kind, &kind)
        return text(kind.device_kind, kind.device_kind_size)
    }

    /// Bytes of a device's memory that the client may use; nil if the plugin does not say.
    public func memory(of device: DeviceHandle) -> Int? {
        var arguments = PJRT_Device_MemoryStats_Args()
        arguments.device = device.pointer
        // Not every plugin has this call; its answer is only shown.
        guard
            (try? plugin.call(
                "PJRT_Device_MemoryStats", plugin.api.pointee.PJRT_Device_MemoryStats, &arguments)) != nil,
            arguments.bytes_limit_is_set
        else { return nil }
        return Int(arguments.bytes_limit)
    }
}

/// A string that the plugin owns.
func text(_ pointer: UnsafePointer<CChar>?, _ count: Int) -> String {
    guard let pointer else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: pointer, count: count), as: UTF8.self)
}

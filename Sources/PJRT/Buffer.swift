// Arrays in a device's memory.

import CPJRT

/// The element types that buffers have here.
public enum BufferType: Sendable {
    case bool, int32, int64, uint8, float32

    var code: PJRT_Buffer_Type {
        switch self {
        case .bool: PJRT_Buffer_Type_PRED
        case .int32: PJRT_Buffer_Type_S32
        case .int64: PJRT_Buffer_Type_S64
        case .uint8: PJRT_Buffer_Type_U8
        case .float32: PJRT_Buffer_Type_F32
        }
    }
}

/// An array in a device's memory, freed with its last reference.
///
/// Unchecked Sendable: the contents never change.
public final class Buffer: @unchecked Sendable {
    let pointer: OpaquePointer
    private let client: Client

    init(_ pointer: OpaquePointer, _ client: Client) {
        self.pointer = pointer
        self.client = client
    }

    deinit {
        var arguments = PJRT_Buffer_Destroy_Args()
        arguments.buffer = pointer
        client.plugin.release("PJRT_Buffer_Destroy", client.plugin.api.pointee.PJRT_Buffer_Destroy, &arguments)
    }

    /// Copies the contents to `destination`, row-major, and waits until they are there.
    ///
    /// - Precondition: `destination` has the size of the contents.
    public func copy(to destination: UnsafeMutableRawBufferPointer) throws {
        let plugin = client.plugin
        var arguments = PJRT_Buffer_ToHostBuffer_Args()
        arguments.src = pointer
        arguments.dst = destination.baseAddress
        arguments.dst_size = destination.count
        try plugin.call("PJRT_Buffer_ToHostBuffer", plugin.api.pointee.PJRT_Buffer_ToHostBuffer, &arguments)
        try plugin.await(arguments.event)
    }

    /// The contents as an array of `count` values.
    public func array<Element: BitwiseCopyable>(count: Int, repeating value: Element) throws -> [Element] {
        var result = Array(repeating: value, count: count)
        try result.withUnsafeMutableBytes { bytes in
            try copy(to: bytes)
        }
        return result
    }
}

extension Client {
    /// A copy of row-major values in a device's memory. `values` may be changed as soon as the call returns.
    public func buffer(
        _ values: UnsafeRawBufferPointer, _ type: BufferType, shape: [Int], on device: DeviceHandle
    ) throws -> Buffer {
        let dimensions = shape.map(Int64.init)
        var arguments = PJRT_Client_BufferFromHostBuffer_Args()
        arguments.client = pointer
        arguments.data = values.baseAddress
        arguments.type = type.code
        arguments.num_dims = dimensions.count
        arguments.host_buffer_semantics = PJRT_HostBufferSemantics_kImmutableOnlyDuringCall
        arguments.device = device.pointer
        try dimensions.withUnsafeBufferPointer { dimensions in
            arguments.dims = dimensions.baseAddress
            try plugin.call(
                "PJRT_Client_BufferFromHostBuffer", plugin.api.pointee.PJRT_Client_BufferFromHostBuffer,
                &arguments)
        }
        guard let pointer = arguments.buffer else {
            throw PJRTError(.call(code: 13), "the plugin \(plugin.path) returned no buffer")
        }
        let buffer = Buffer(pointer, self)
        try plugin.await(arguments.done_with_host_buffer)
        return buffer
    }

    /// A copy of an array's values in a device's memory.
    public func buffer<Element: BitwiseCopyable>(
        _ values: [Element], _ type: BufferType, shape: [Int], on device: DeviceHandle
    ) throws -> Buffer {
        return try values.withUnsafeBytes { bytes in
            try buffer(bytes, type, shape: shape, on: device)
        }
    }
}

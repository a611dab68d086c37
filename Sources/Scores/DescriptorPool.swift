// Look descriptors that threads share.

import Foundation
import Render

/// Descriptors that threads borrow and return, because making one takes longer than describing many pictures.
///
/// Unchecked Sendable: each descriptor is used by one thread at a time, and the list of idle ones only under the lock.
final class DescriptorPool: @unchecked Sendable {
    private let lock = NSLock()
    private var idle: [(width: Int, height: Int, descriptor: LookDescriptor)] = []

    func describe(_ picture: Picture) -> [Float] {
        let (width, height) = (picture.width, picture.height)
        let found = lock.withLock {
            idle.lastIndex { $0.width == width && $0.height == height }.map { idle.remove(at: $0).descriptor }
        }
        let descriptor = found ?? LookDescriptor(width: width, height: height)
        defer { lock.withLock { idle.append((width, height, descriptor)) } }
        return descriptor.describe(picture.pixels)
    }
}

// A client that sends any bytes, at any pace.

import Foundation
import Testing

/// A connection to the preview, through the system's sockets.
final class RawClient {
    /// No wait is longer, in seconds: a test fails then instead of waiting forever.
    private static let patience = 30

    private let descriptor: Int32

    /// Connects to a port of 127.0.0.1.
    init(port: Int) throws {
        descriptor = openSocket()
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let result = withAddress(port) { connect(descriptor, $0, $1) }
        guard result == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    }

    deinit { close(descriptor) }

    /// A port that is free now.
    static func freePort() throws -> Int {
        let server = try RawListener()
        return server.port
    }

    /// Sends bytes; returns false if the server has closed the connection.
    @discardableResult func send(_ bytes: some Sequence<UInt8>) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Self.noSignal) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends a text.
    @discardableResult func send(_ text: String) -> Bool { send(text.utf8) }

    /// Waits on this thread. Other tests compute on the threads of tasks, so a task that sleeps may wake a minute late.
    static func pause(_ seconds: Double) { usleep(UInt32(seconds * 1e6)) }

    /// Closes this side: the server sees the end of the requests.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Up to `count` bytes; fewer only at the end of the connection. A server that takes too long fails the test.
    func receive(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < count {
            let got = recv(descriptor, &buffer, min(buffer.count, count - bytes.count), 0)
            if got < 0, errno == EINTR { continue }
            if got < 0, errno == EAGAIN { Issue.record("nothing came in \(Self.patience) s") }
            guard got > 0 else { break }
            bytes += buffer[..<got]
        }
        return bytes
    }

    /// All that comes until the server closes the connection.
    func receiveAll() -> String { String(decoding: receive(.max), as: UTF8.self) }

    /// Waits, without reading, until the server resets the connection; false if it takes too long.
    func waitForReset() -> Bool {
        var event = pollfd(fd: descriptor, events: 0, revents: 0)
        var result: Int32
        repeat { result = poll(&event, 1, Int32(Self.patience * 1000)) } while result < 0 && errno == EINTR
        return result == 1
    }

    /// An answer's head, up to the empty line.
    func receiveHead() -> String {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let next = receive(1)
            guard !next.isEmpty else { break }
            bytes += next
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The status that a text begins with; nil if it is no answer.
    static func status(_ text: String) -> Int? {
        text.firstMatch(of: /^HTTP\/1\.1 ([0-9]{3})\b/).flatMap { Int($0.1) }
    }

    #if canImport(Darwin)
        private static let noSignal: Int32 = 0
    #else
        private static let noSignal = Int32(MSG_NOSIGNAL)
    #endif
}

/// A port of 127.0.0.1 that something else uses.
final class RawListener {
    private let descriptor: Int32
    /// The port.
    let port: Int

    init() throws {
        let descriptor = openSocket()
        self.descriptor = descriptor
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let results = [
            withAddress(0) { bind(descriptor, $0, $1) }, listen(descriptor, 1),
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
            },
        ]
        port = Int(UInt16(bigEndian: address.sin_port))
        try #require(results == [0, 0, 0])
    }

    deinit { close(descriptor) }
}

private func openSocket() -> Int32 {
    #if canImport(Darwin)
        socket(AF_INET, SOCK_STREAM, 0)
    #else
        socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
}

/// Calls `body` with the address of a port of 127.0.0.1.
private func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

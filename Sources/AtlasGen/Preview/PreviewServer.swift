// Serves the preview on this machine, over HTTP/1.1.

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Support

/// How long a client of the preview may take, and how much it may hold.
struct PreviewLimits: Sendable {
    /// Number of connections. Beyond it, the one that has done nothing for longest gives way to the new one. Each may have
    /// a file open, too, and a build opens others, so there are fewer if the program may open few.
    var connections = min(64, Int(getdtablesize()) / 4)
    /// Seconds from the first byte of a request, or from the connection, to the end of the request's fields.
    var request = 10.0
    /// Seconds between an answer and the next request.
    var idle = 60.0
    /// Seconds to take one piece of an answer.
    var stall = 20.0
    /// Seconds to close the connection after the last answer; what comes meanwhile is not read.
    var farewell = 1.0
    /// Number of bytes of a request's line and fields.
    var head = 32 << 10
    /// Number of bytes that are read from a file and sent at once.
    var piece = 256 << 10
}

/// An HTTP server that can be reached only from this machine.
///
/// All connections share one thread, which waits for nothing: files are read on others.
struct PreviewServer: Sendable {
    private let group: MultiThreadedEventLoopGroup
    /// The port that it listens on.
    let port: Int

    /// Opens a port of 127.0.0.1 and serves there.
    ///
    /// - Parameter port: 0 for one that the system chooses.
    /// - Throws: `AtlasError` of code `io` if the port cannot be opened.
    init(port: UInt16, state: PreviewState, limits: PreviewLimits = PreviewLimits()) async throws {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let connections = NIOLoopBoundBox.makeBoxSendingValue(
            PreviewConnections(limit: limits.connections), eventLoop: group.any())
        do {
            let channel = try await ServerBootstrap(group: group)
                // The port is free again as soon as the program ends.
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                // Connections inherit these sizes, which bound what the system holds of a request and of an answer.
                .serverChannelOption(.socketOption(.so_rcvbuf), value: limits.head)
                .serverChannelOption(.socketOption(.so_sndbuf), value: limits.piece)
                // A client that sends all it has and closes its side is answered.
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                // Every client gets its turn after one small read of another.
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 8 << 10))
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let received = ReceivedBytes(limit: limits.head)
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(received)
                        try pipeline.configureHTTPServerPipeline(withErrorHandling: false)
                        try pipeline.addHandler(
                            PreviewConnection(
                                received: received, among: connections.value, state: state, limits: limits))
                    }
                }
                .bind(host: "127.0.0.1", port: Int(port)).get()
            self.port = channel.localAddress?.port ?? Int(port)
        } catch {
            // It fails only after another shutdown.
            try? await group.shutdownGracefully()
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw AtlasError(
                .io,
                "port \(port) of 127.0.0.1 could not be opened: \(reason). Another program may be using it; choose "
                    + "another port with --port.")
        }
    }

    /// Closes the port and all connections.
    func stop() async {
        // It fails only after another shutdown.
        try? await group.shutdownGracefully()
    }
}

/// The open connections. Used on the server's thread only.
final class PreviewConnections {
    private let limit: Int
    private var open: [ObjectIdentifier: PreviewConnection] = [:]

    /// - Parameter limit: the largest number of connections.
    init(limit: Int) { self.limit = limit }

    /// Adds a connection, and closes another one if there are too many.
    func add(_ connection: PreviewConnection) {
        if open.count >= limit, let last = open.values.min(by: { $0.since < $1.since }) { last.close() }
        open[ObjectIdentifier(connection)] = connection
    }

    /// Removes a connection that is closed.
    func remove(_ connection: PreviewConnection) { open[ObjectIdentifier(connection)] = nil }
}

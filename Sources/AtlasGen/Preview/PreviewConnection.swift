// One client's connection: reads requests, sends answers, and ends in time whatever the client does.

import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers the requests of one connection, one after the other.
///
/// It waits for the client in every phase, and each wait has its end. Nothing is read from the client while an answer is
/// made and sent, and an answer is sent in pieces, each of which is made when the client has taken the last one.
final class PreviewConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// Nothing of a request has come yet.
        case waiting
        /// A part of a request has come.
        case reading
        case answering
        /// The last answer is sent.
        case ending
    }

    private let received: ReceivedBytes
    private let connections: PreviewConnections
    private let state: PreviewState
    private let limits: PreviewLimits
    private var context: ChannelHandlerContext?
    private var phase = Phase.waiting
    /// The moment of the client's last step: it has connected, sent a request, or taken a piece of an answer.
    private(set) var since = NIODeadline.now()
    private var deadline: Scheduled<Void>?
    /// Whether the connection ends with the present answer.
    private var isLast = false
    /// Whether the client has closed its side.
    private var isInputClosed = false

    /// - Parameters:
    ///   - received: the handler before the decoder of the same connection.
    ///   - connections: all connections of the server.
    init(received: ReceivedBytes, among connections: PreviewConnections, state: PreviewState, limits: PreviewLimits) {
        self.received = received
        self.connections = connections
        self.state = state
        self.limits = limits
    }

    /// Closes the connection at once.
    func close() {
        deadline?.cancel()
        connections.remove(self)
        context?.close(promise: nil)
    }

    private func enter(_ phase: Phase, for seconds: Double) {
        self.phase = phase
        since = .now()
        deadline?.cancel()
        deadline = context?.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(seconds * 1000))) {
            self.close()
        }
    }

    // MARK: - What the client does

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        enter(.waiting, for: limits.request)
        connections.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        close()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) { close() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // The decoder reads no body, except while the answer is made that refuses it.
        guard case .head(let head) = unwrapInboundIn(data), phase == .waiting || phase == .reading else { return }
        received.restart()
        answer(head)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Bytes have come, but no whole request.
        if phase == .waiting { enter(.reading, for: limits.request) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return }
        isInputClosed = true
        if phase != .answering { close() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // More bytes after an error that is known already.
        if error is ByteToMessageDecoderError { return }
        guard let error = error as? HTTPParserError else { return close() }
        // What follows cannot be read, as it is not known where it begins.
        received.isIgnored = true
        isLast = true
        guard phase == .waiting || phase == .reading else { return }
        switch error {
        case .headerOverflow: send(.refusal(431, "The request's fields are too many or too long."))
        case .invalidMethod where received.isRequestLine:
            send(.refusal(501, "The preview only reads. Use GET or HEAD."))
        default: send(.refusal(400, "The request is not valid HTTP/1.1."))
        }
    }

    // MARK: - Answers

    private func answer(_ head: HTTPRequestHead) {
        guard let context else { return }
        // A connection that may change its protocol is not decoded any further.
        isLast = !head.isKeepAlive || head.version != .http1_1 || head.headers.contains(name: "Upgrade")
        let request = PreviewRequest(
            method: head.method.rawValue, target: head.uri, hosts: head.headers["Host"],
            mayLackHost: head.version != .http1_1,
            // No answer has the validator that If-Range asks for.
            range: head.headers.contains(name: "If-Range") ? "" : head.headers["Range"].joined(separator: ","),
            hasBody: head.headers.contains(name: "Transfer-Encoding")
                || head.headers["Content-Length"].contains { Int($0) != 0 })
        let port = context.localAddress?.port ?? 0
        let state = state
        enter(.answering, for: limits.stall)
        NIOThreadPool.singleton.runIfActive(eventLoop: context.eventLoop) {
            PreviewResponder.answer(to: request, port: port, state.snapshot)
        }.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let answer): self.send(answer)
            case .failure: self.close()
            }
        }
    }

    private func send(_ answer: PreviewAnswer) {
        isLast = isLast || answer.isLast
        var headers = HTTPHeaders(answer.fields.map { ($0.name, $0.value) })
        if isLast { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        send(.head(head)) { self.send(answer.body, from: 0) }
    }

    /// Sends the body from an offset on, piece by piece.
    private func send(_ body: PreviewAnswer.Body, from offset: Int) {
        guard let context else { return }
        guard offset < body.count else { return finish() }
        let size = limits.piece
        NIOThreadPool.singleton.runIfActive(eventLoop: context.eventLoop) {
            ByteBuffer(bytes: try body.piece(from: offset, count: size))
        }.assumeIsolated().whenComplete { result in
            // A file that has become shorter or cannot be read any more: the client sees that the answer is cut off.
            guard case .success(let piece) = result, piece.readableBytes > 0 else { return self.close() }
            self.send(.body(.byteBuffer(piece))) { self.send(body, from: offset + piece.readableBytes) }
        }
    }

    /// Sends a part of the answer; `next` is called when the system has taken it.
    private func send(_ part: HTTPServerResponsePart, next: @escaping () -> Void) {
        guard let context else { return }
        enter(.answering, for: limits.stall)
        context.writeAndFlush(wrapOutboundOut(part)).assumeIsolated().whenComplete { result in
            if case .success = result { next() } else { self.close() }
        }
    }

    private func finish() {
        guard let context else { return }
        if isInputClosed {
            close()
        } else if isLast {
            // To close both sides at once would discard the answer if the client is still sending.
            received.isIgnored = true
            enter(.ending, for: limits.farewell)
            context.close(mode: .output, promise: nil)
        } else {
            enter(.waiting, for: limits.idle)
            // Hands on the next request, if it has come already.
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}

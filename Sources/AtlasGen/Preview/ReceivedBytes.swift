// What a client of the preview sends, before it is decoded.

import NIOCore
import NIOHTTP1

/// The bytes of a connection on their way to the decoder, which does not limit all of them.
final class ReceivedBytes: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let limit: Int
    private var count = 0
    private var last = ByteBuffer()
    /// Whether the bytes that come from now on are thrown away.
    var isIgnored = false

    /// - Parameter limit: number of bytes before a request's head must be complete.
    init(limit: Int) { self.limit = limit }

    /// A request's head is complete.
    func restart() { count = 0 }

    /// Whether the request that could not be decoded begins with a request's line, whatever its method is: the decoder
    /// reports unknown methods and lines that are no requests alike. False for a request that comes in parts, or behind
    /// another one.
    var isRequestLine: Bool {
        guard count == last.readableBytes else { return false }
        let line = String(decoding: last.readableBytesView.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.wholeMatch(of: /[A-Za-z]+ [^ ]+ HTTP\/1\.[0-9]\r?/) != nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isIgnored else { return }
        last = unwrapInboundIn(data)
        count += last.readableBytes
        if count > limit {
            isIgnored = true
            context.fireErrorCaught(HTTPParserError.headerOverflow)
        } else {
            context.fireChannelRead(data)
        }
    }
}

// What the preview reads of a request, and which requests it refuses.

import Foundation

/// A request's line and the fields that matter here.
struct PreviewRequest: Sendable {
    /// Methods are case-sensitive.
    var method = "GET"
    /// The target as it was sent: `/path?query`, or with `http://host` before it.
    var target: String
    /// The values of all `Host` fields.
    var hosts: [String]
    /// Whether `Host` may be missing, as in HTTP/1.0.
    var mayLackHost = false
    /// The value of `Range`; empty if there is none.
    var range = ""
    /// Whether a body follows.
    var hasBody = false

    /// The longest target, in bytes.
    static let longestTarget = 8000
    private static let methods = "GET, HEAD"

    /// The path without query, percent-encoded.
    var path: String { String(parts.path.prefix { $0 != "?" }) }

    /// The host that the target names, and the rest of the target.
    private var parts: (host: String?, path: Substring) {
        let scheme = "http://"
        guard target.prefix(scheme.count).lowercased() == scheme else { return (nil, target[...]) }
        let rest = target.dropFirst(scheme.count)
        let path = rest.drop { $0 != "/" && $0 != "?" }
        return (String(rest[..<path.startIndex]), path.hasPrefix("/") ? path : "/" + path)
    }

    /// The answer to a request that is not for the preview; nil if it is.
    ///
    /// - Parameter port: the port that the request came to.
    func refusal(port: Int) -> PreviewAnswer? {
        guard target.utf8.count <= Self.longestTarget else {
            return .refusal(414, "The address is longer than \(Self.longestTarget) bytes.")
        }
        guard hosts.count == 1 || hosts.isEmpty && mayLackHost else {
            return .refusal(400, "The request has \(hosts.count) Host fields. It needs one.")
        }
        // A page of another site can reach this server under its own name (DNS rebinding). The browser then sends that
        // name, and must not get the preview.
        guard (hosts + [parts.host].compactMap(\.self)).allSatisfy({ Self.isOwn($0, port) }) else {
            return .refusal(421, "The preview has another address. Open http://127.0.0.1:\(port)/ instead.")
        }
        guard method == "GET" || method == "HEAD" else {
            return .refusal(405, "The preview only reads. Use GET or HEAD.", fields: [("Allow", Self.methods)])
        }
        guard path.hasPrefix("/") else { return .refusal(400, "The request's path must begin with a slash.") }
        guard !hasBody else { return .refusal(413, "The request has a body. Send it without one.") }
        return nil
    }

    private static func isOwn(_ host: String, _ port: Int) -> Bool {
        let host = host.lowercased()
        return ["127.0.0.1", "localhost", "[::1]"].contains { host == $0 || host == "\($0):\(port)" }
    }
}

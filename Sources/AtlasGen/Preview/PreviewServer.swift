// Serves the preview on this machine; the only file that calls the HTTP server.

import FlyingFox
import FlyingSocks
import Foundation
import Support

/// An HTTP server that can be reached only from this machine.
struct PreviewServer: Sendable {
    private let server: HTTPServer
    private let port: UInt16

    /// A server on 127.0.0.1.
    init(port: UInt16, state: PreviewState) throws {
        self.port = port
        server = HTTPServer(
            address: try sockaddr_in.inet(ip4: "127.0.0.1", port: port), logger: .disabled,
            handler: Handler(state: state))
    }

    /// Serves until the task is cancelled.
    ///
    /// - Throws: `AtlasError` of code `io` if the port cannot be opened.
    func run() async throws {
        do {
            try await server.run()
        } catch is CancellationError {
            return
        } catch {
            guard !Task.isCancelled else { return }
            throw AtlasError(
                .io,
                "port \(port) of 127.0.0.1 could not be opened: \(error.localizedDescription). Another program may be "
                    + "using it; choose another port with --port.")
        }
    }

    /// Returns when the server listens.
    ///
    /// The timeout is long because a busy machine can be slow; if the port cannot be opened, `run()` ends at once.
    func waitUntilListening() async throws { try await server.waitUntilListening(timeout: 240) }

    /// The port that the server listens on; nil before that. For port 0, the system chooses it.
    var listeningPort: UInt16? {
        get async {
            guard case .ip4(_, let port) = await server.listeningAddress else { return nil }
            return port
        }
    }

    private struct Handler: HTTPHandler {
        let state: PreviewState

        func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
            guard request.method == .GET || request.method == .HEAD else {
                return HTTPResponse(statusCode: .methodNotAllowed)
            }
            // `request.target` as the client sent it: `request.path` lacks the final slash of a folder's URL.
            let answer = PreviewResponder.answer(to: request.target.path(), await state.snapshot)
            var headers: HTTPHeaders = [.contentType: answer.type, .cacheControl: "no-store"]
            if let location = answer.location { headers[.location] = location }
            return HTTPResponse(
                statusCode: HTTPStatusCode(answer.status, phrase: Self.phrases[answer.status] ?? ""), headers: headers,
                body: Data(answer.body))
        }

        private static let phrases = [200: "OK", 302: "Found", 404: "Not Found"]
    }
}

// Serves the preview on this machine: the one file that calls the HTTP server.

import FlyingFox
import FlyingSocks
import Foundation
import Support

/// An HTTP server that nobody else on the network can reach.
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
    /// - Throws: `AtlasError` of code `io` where the port cannot be opened.
    func run() async throws {
        do {
            try await server.run()
        } catch is CancellationError {
            return
        } catch {
            guard !Task.isCancelled else { return }
            throw AtlasError(
                .io,
                "port \(port) of 127.0.0.1 could not be opened: \(error.localizedDescription). Another program may have "
                    + "it; choose another with --port.")
        }
    }

    /// Returns when requests are answered.
    ///
    /// A port that cannot be opened ends `run()` at once; a machine that is busy may take its time.
    func waitUntilListening() async throws { try await server.waitUntilListening(timeout: 240) }

    /// The port that answers, which the system chooses for a server on port 0; nil before it listens.
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
            // As the client wrote it: `request.path` has lost the slash that tells a folder's page from a file.
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

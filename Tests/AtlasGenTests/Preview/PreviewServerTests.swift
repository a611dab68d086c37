// The preview over real sockets, with clients of every kind.

import Foundation
import Support
import Testing

@testable import AtlasGen
@testable import TestSupport

@Suite struct PreviewServerTests {
    /// A site with a server, for the length of a test.
    private struct Served {
        let folder: TemporaryFolder
        let server: PreviewServer

        var port: Int { server.port }
        var client: RawClient { get throws { try RawClient(port: server.port) } }

        /// What comes back for some bytes on a connection of their own, until the server closes it.
        func answers(to text: String) throws -> String {
            let client = try client
            client.send(text)
            return client.receiveAll()
        }
    }

    private static let request = "GET /x.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
    private static let last = "GET /x.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    /// Bytes of a file that no buffer of the system holds.
    private static let filmSize = 64 << 20

    private func withServer(
        _ limits: PreviewLimits = PreviewLimits(), _ body: (Served) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/a b", withIntermediateDirectories: true)
        _ = try folder.write("<body>Inner</body>".utf8, to: "a b/index.html")
        _ = try folder.write("text".utf8, to: "x.txt")
        _ = try folder.write((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 % 251) }, to: "film.mp4")
        _ = try folder.write("".utf8, to: "long.mp4")
        try #require(truncate("\(folder.path)/long.mp4", off_t(Self.filmSize)) == 0)
        let state = PreviewState()
        state.succeed(site: folder.path)
        let served = Served(folder: folder, server: try await PreviewServer(port: 0, state: state, limits: limits))
        do {
            try await body(served)
        } catch {
            await served.server.stop()
            throw error
        }
        await served.server.stop()
        #expect(throws: (any Error).self) { try served.client }
    }

    // MARK: - Requests

    @Test func foldersPagesComeOverASocket() async throws {
        try await withServer { served in
            for path in ["a%20b/", "a%20b/?query", "a%20b/index.html"] {
                let answer = try served.answers(
                    to: "GET /\(path) HTTP/1.1\r\nHost: 127.0.0.1:\(served.port)\r\nConnection: close\r\n\r\n")
                #expect(RawClient.status(answer) == 200 && answer.contains("Inner"))
            }
        }
    }

    @Test func aPortInUseIsReported() async throws {
        let other = try RawListener()
        do {
            let server = try await PreviewServer(port: UInt16(other.port), state: PreviewState())
            await server.stop()
            Issue.record("it was opened")
        } catch let error as AtlasError {
            #expect(error.code == .io)
            #expect(error.description.contains("\(other.port)") && error.description.contains("--port"))
            #expect(error.description.contains("in use"))
        }
        withExtendedLifetime(other) {}
    }

    @Test func headHasNoBodySoTheConnectionGoesOn() async throws {
        try await withServer { served in
            let client = try served.client
            for path in ["/x.txt", "/a%20b/", "/nothing", "/film.mp4"] {
                client.send("HEAD \(path) HTTP/1.1\r\nHost: localhost:\(served.port)\r\n\r\n")
                let head = client.receiveHead()
                client.send("GET \(path) HTTP/1.1\r\nHost: localhost:\(served.port)\r\n\r\n")
                #expect(client.receiveHead() == head)
                let length = try #require(head.firstMatch(of: /Content-Length: ([0-9]+)/).flatMap { Int($0.1) })
                #expect(length > 0 && client.receive(length).count == length)
            }
        }
    }

    @Test func pipelinedRequestsAreAnsweredInTheirOrder() async throws {
        try await withServer { served in
            let client = try served.client
            let count = 200
            // More than is read at once; the client closes its side before the first answer.
            client.send(
                (0..<count).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" + Self.request }.joined())
            client.finish()
            let text = client.receiveAll()
            let statuses = text.matches(of: /HTTP\/1\.1 ([0-9]{3})\b/).map { String($0.1) }
            #expect(statuses == (0..<count).flatMap { _ in ["404", "200"] })
            #expect(text.hasSuffix("\r\n\r\ntext"))
        }
    }

    @Test func rangesComeFromLargeFiles() async throws {
        try await withServer { served in
            let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(served.folder.path)/film.mp4")))
            let client = try served.client
            for range in [0..<1_000_000, 999_999..<1_000_000, 250_000..<800_001, 0..<1] {
                client.send(
                    "GET /film.mp4 HTTP/1.1\r\nHost: localhost\r\n"
                        + "Range: bytes=\(range.lowerBound)-\(range.upperBound - 1)\r\n\r\n")
                #expect(RawClient.status(client.receiveHead()) == 206)
                #expect(client.receive(range.count) == Array(whole[range]))
            }
            client.send("GET /film.mp4 HTTP/1.1\r\nHost: localhost\r\nIf-Range: \"x\"\r\nRange: bytes=0-1\r\n\r\n")
            #expect(RawClient.status(client.receiveHead()) == 200)
        }
    }

    /// Bytes that are no request for the preview, and the status that they get.
    static let refused: [(String, Int)] = [
        ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        ("GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 3_000_000))\r\n\r\n", 431),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n" + String(repeating: "X: a\r\n", count: 1000) + "\r\n", 431),
        // The decoder does not count these.
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX:" + String(repeating: " ", count: 1_000_000), 431),
        ("GET " + String(repeating: " ", count: 1_000_000), 431),
        (String(repeating: "\r\n", count: 500_000), 431),
        ("GARBAGE\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\u{0}\u{1}\u{FC}", 400),
        ("GET\r\n\r\n", 400), ("GET / HTTP/9.9\r\n\r\n", 400), ("GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 400),
        ("GET /\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX: \0\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX y: z\r\n\r\n", 400),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 421),
        ("get / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501), ("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
        ("DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n"
                + String(repeating: "a", count: 3_000_000), 405
        ),
        ("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9223372036854775807\r\n\r\n", 413),
        ("HEAD / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nnonsense", 413),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    ]

    @Test func whatIsNoRequestGetsItsStatusAndTheEnd() async throws {
        try await withServer { served in
            for (text, status) in Self.refused {
                let answer = try served.answers(to: text)
                let start = text.prefix(90)
                #expect(RawClient.status(answer) == status, "\(start): \(answer.prefix(90))")
                #expect(answer.contains("\r\nConnection: close\r\n"), "\(start)")
                #expect(answer.matches(of: /HTTP\/1\.1 [0-9]/).count == 1, "\(start)")
            }
            // Behind a request that is answered.
            let both = try served.answers(to: Self.request + "GARBAGE\r\n\r\n")
            #expect(both.matches(of: /HTTP\/1\.1 ([0-9]{3})/).map { String($0.1) } == ["200", "400"])
        }
    }

    @Test func theConnectionEndsWhenTheClientSaysSo() async throws {
        try await withServer { served in
            for text in [
                Self.last, "GET /x.txt HTTP/1.0\r\n\r\n", "GET /x.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                "GET /x.txt HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
            ] {
                let answer = try served.answers(to: text + Self.request)
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\ntext"))
                #expect(answer.matches(of: /HTTP\/1\.1 [0-9]/).count == 1)
            }
            // A client that closes its side after, or within, its request.
            let client = try served.client
            client.send(Self.request)
            client.finish()
            #expect(client.receiveAll().hasSuffix("\r\n\r\ntext"))
            let half = try served.client
            half.send("GET /x.txt HTT")
            half.finish()
            #expect(RawClient.status(half.receiveAll()) == 400)
        }
    }

    // MARK: - Time and number

    // A limit is short where its end is seen, and otherwise longer than any pause of a busy machine.

    @Test func slowRequestsEnd() async throws {
        try await withServer(PreviewLimits(request: 2, idle: 2)) { served in
            // Nothing at all, and half of a second request.
            let (silent, second) = (try served.client, try served.client)
            second.send(Self.request + "GET / HTT")
            // A byte now and then does not help.
            let slow = try served.client
            slow.send("GET / HTTP/1.1\r\nX: ")
            let start = ContinuousClock.now
            while slow.send("a"), ContinuousClock.now - start < .seconds(30) {
                RawClient.pause(0.05)
            }
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(silent.receiveAll().isEmpty)
            #expect(second.receiveAll().hasSuffix("\r\n\r\ntext"))
        }
    }

    @Test func idleConnectionsEnd() async throws {
        try await withServer(PreviewLimits(request: 600, idle: 1)) { served in
            let start = ContinuousClock.now
            let answer = try served.answers(to: Self.request)
            #expect(answer.hasSuffix("\r\n\r\ntext") && ContinuousClock.now - start >= .seconds(1))
        }
    }

    @Test func clientsThatDoNotReadEnd() async throws {
        try await withServer(PreviewLimits(stall: 0.5)) { served in
            let client = try served.client
            // The server leaves what follows the request unread, so the system tells the client of the end at once.
            client.send(
                "GET /long.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n" + String(repeating: Self.request, count: 1000))
            // Others are answered meanwhile.
            #expect(try served.answers(to: Self.last).hasSuffix("text"))
            #expect(client.waitForReset())
        }
        // One that reads has it all, however long it takes.
        try await withServer(PreviewLimits(request: 2, idle: 2, stall: 60)) { served in
            let client = try served.client
            client.send("GET /long.mp4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            _ = client.receiveHead()
            for _ in 0..<5 {
                #expect(client.receive(1 << 20).count == 1 << 20)
                RawClient.pause(0.5)
            }
            #expect(client.receive(.max).count == Self.filmSize - (5 << 20))
        }
    }

    @Test func noClientKeepsAnotherFromItsAnswer() async throws {
        try await withServer(PreviewLimits(connections: 8)) { served in
            var stuck: [RawClient] = []
            for number in 0..<40 {
                let client = try served.client
                switch number % 4 {
                case 0: break
                case 1: client.send("GET / HTTP/1.1\r\nX: ")
                case 2: client.send("GET /long.mp4 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                default: client.send(String(repeating: Self.request, count: 20))
                }
                stuck.append(client)
                #expect(try served.answers(to: Self.last).hasSuffix("\r\n\r\ntext"))
            }
            // The first ones have given way.
            #expect(stuck[0].receiveAll().isEmpty)
            #expect(stuck[2].receive(.max).count < Self.filmSize)
        }
    }

    // MARK: - The program

    @Test func theProgramEndsWhateverItsClientsDo() async throws {
        let project = try TinyProject(title: "Served")
        let port = try RawClient.freePort()
        let log = try project.folder.write([], to: "log")
        let process = Process()
        process.executableURL = CommandRun.program
        process.arguments = ["serve", "--file", project.path("atlas.yml"), "--port", "\(port)"]
        process.standardInput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try process.run()
        var page = ""
        while process.isRunning, !page.contains("Served") {
            RawClient.pause(0.05)
            // It does not listen yet.
            guard let client = try? RawClient(port: port) else { continue }
            client.send("GET / HTTP/1.1\r\nHost: localhost:\(port)\r\nConnection: close\r\n\r\n")
            page = client.receiveAll()
        }
        var stuck: [RawClient] = []
        for text in ["", "GET /", "POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\na", Self.request] {
            let client = try RawClient(port: port)
            client.send(text)
            stuck.append(client)
        }
        let start = ContinuousClock.now
        process.interrupt()
        process.waitUntilExit()
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        // The port is free at once, although connections were open.
        let server = try await PreviewServer(port: UInt16(port), state: PreviewState())
        await server.stop()
        withExtendedLifetime(stuck) {}
    }
}

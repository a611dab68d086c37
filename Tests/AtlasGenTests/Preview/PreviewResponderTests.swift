// The preview's answers, without a socket.

import Foundation
import Testing

@testable import AtlasGen
@testable import TestSupport

@Suite struct PreviewResponderTests {
    private static let port = 8000
    private let folder: TemporaryFolder
    private let state: PreviewState.Snapshot

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/site/a b", withIntermediateDirectories: true)
        _ = try folder.write("<html><body class=\"x\">Home</body></html>".utf8, to: "site/index.html")
        _ = try folder.write("<html><body>Inner</body></html>".utf8, to: "site/a b/index.html")
        _ = try folder.write("<p>Post".utf8, to: "site/a b/post.html")
        _ = try folder.write("body {}".utf8, to: "site/a b/x.css")
        _ = try folder.write("0123456789".utf8, to: "site/film.mp4")
        _ = try folder.write(
            "<html><body>Lost <a href=\"https://example.org/atlas/index.html\"></a></body></html>".utf8,
            to: "site/404.html")
        _ = try folder.write("secret".utf8, to: "secret.txt")
        state = PreviewState.Snapshot(site: "\(folder.path)/site", message: nil, version: "7-1")
    }

    /// An answer with its content read.
    private struct Read {
        let answer: PreviewAnswer
        let text: String

        var status: Int { answer.status }

        subscript(name: String) -> String? {
            let values = answer.fields.filter { $0.name == name }.map(\.value)
            #expect(values.count <= 1)
            return values.first
        }
    }

    private func answer(_ request: PreviewRequest, _ state: PreviewState.Snapshot? = nil) throws -> Read {
        let answer = PreviewResponder.answer(to: request, port: Self.port, state ?? self.state)
        let text = String(decoding: try answer.body.piece(from: 0, count: .max), as: UTF8.self)
        return Read(answer: answer, text: text)
    }

    private func get(_ target: String, _ state: PreviewState.Snapshot? = nil) throws -> Read {
        try answer(PreviewRequest(target: target, hosts: ["localhost"]), state)
    }

    // MARK: - Files

    @Test func filesComeWithTheirTypes() throws {
        #expect(try get("/").text.contains("Home"))
        #expect(try get("/")["Content-Type"] == "text/html; charset=utf-8")
        #expect(try get("/a%20b/").text.contains("Inner"))
        let style = try get("/a%20b/x.css")
        #expect(style.status == 200 && style.text == "body {}")
        #expect(style["Content-Type"] == "text/css; charset=utf-8")
        #expect(try get("/a%20b/x.css?query=/").text == "body {}")
        #expect(try get(PreviewPage.versionPath).text == "7-1")
    }

    @Test func pagesNeedNoEnding() throws {
        #expect(try get("/a%20b/post").text.contains("<p>Post"))
        #expect(try get("/a%20b/x").status == 404)
        #expect(try get("/a%20b/post/").status == 404)
    }

    @Test(arguments: ["/a%20b", "//a%20b", "/./a%20b", "/%2Fa%20b", "///a%20b?x"])
    func foldersLeadToTheirPage(target: String) throws {
        let answer = try get(target)
        #expect(answer.status == 302)
        #expect(answer["Location"] == "/a%20b/")
    }

    @Test(arguments: [
        "/.", "//.", "/%2E", "//evil.example", "//evil.example/..", "/%5Cevil.example", "/%09/evil.example",
    ])
    func nothingLeadsToAnotherHost(target: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/site/evil.example", withIntermediateDirectories: true)
        let place = try get(target)["Location"]
        #expect(place == nil || place == "/evil.example/" || place == "/")
    }

    @Test(arguments: [
        "/../secret.txt", "/%2e%2e/secret.txt", "/a%20b/../../secret.txt", "/a%20b/..%2f..%2fsecret.txt",
        "//../secret.txt", "/a%20b/../index.html", "/a%20b/..%2f%cc%81/secret.txt", "/%00", "/secret.txt%00", "/%ff",
        "/nothing", "/index.html/", "/" + String(repeating: "a", count: 7000),
        "/" + String(repeating: "a/", count: 3500),
    ]) func nothingElseIsServed(target: String) throws {
        let answer = try get(target)
        #expect(answer.status == 404)
        #expect(answer.text.contains("Lost") && !answer.text.contains("secret"))
    }

    @Test func linksAreFollowedInsideTheSiteOnly() throws {
        let site = "\(folder.path)/site"
        let files = FileManager.default
        for (name, target) in [
            ("out.txt", "\(folder.path)/secret.txt"), ("up", ".."), ("up.html", "../secret.txt"), ("root", "/"),
            ("broken", "nowhere"), ("loop", "loop"), ("in.css", "a b/x.css"), ("in", "a b"),
        ] { try files.createSymbolicLink(atPath: "\(site)/\(name)", withDestinationPath: target) }
        // Its path begins with the site's.
        try files.createDirectory(atPath: "\(site)-other", withIntermediateDirectories: true)
        _ = try folder.write("secret".utf8, to: "site-other/index.html")
        try files.createSymbolicLink(atPath: "\(site)/other", withDestinationPath: "../site-other")
        let outside = [
            "/out.txt", "/up", "/up/", "/up/secret.txt", "/up.html", "/root", "/root/", "/root/etc/passwd", "/broken",
            "/loop", "/loop/", "/other", "/other/", "/other/index.html",
        ]
        for target in outside {
            let answer = try get(target)
            #expect(answer.status == 404 && answer.text.contains("Lost"), "\(target): \(answer.text)")
        }
        #expect(try get("/in.css").text == "body {}")
        #expect(try get("/in/").text.contains("Inner"))

        // The site itself may be a link.
        try files.createSymbolicLink(atPath: "\(folder.path)/link", withDestinationPath: "site")
        let linked = PreviewState.Snapshot(site: "\(folder.path)/link", message: nil, version: "7-1")
        #expect(try get("/in.css", linked).text == "body {}")
        #expect(try get("/out.txt", linked).status == 404)
    }

    @Test func onlyFilesAreServed() throws {
        #expect(mkfifo("\(folder.path)/site/pipe", 0o644) == 0)
        #expect(mkfifo("\(folder.path)/site/pipe.html", 0o644) == 0)
        for target in ["/pipe", "/pipe.html"] { #expect(try get(target).status == 404) }
        // The page for missing addresses, too.
        try FileManager.default.removeItem(atPath: "\(folder.path)/site/404.html")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/site/404.html", withDestinationPath: "../secret.txt")
        #expect(try !get("/nothing").text.contains("secret"))
    }

    // MARK: - Pages

    @Test func pagesReloadWhenTheVersionChanges() throws {
        let text = try get("/").text
        #expect(text.contains("version !== \"7-1\""))
        #expect(text.hasSuffix("</script>\n</body></html>"))
        #expect(try get("/a%20b/post.html").text.hasSuffix("</script>\n"))
        #expect(try !get("/a%20b/x.css").text.contains("script"))
    }

    @Test func errorsStandAboveTheLastGoodPage() throws {
        let failed = PreviewState.Snapshot(
            site: state.site, message: "content/x.md:3: </pre><script>'\"&</script>", version: "7-2")
        let text = try get("/", failed).text
        let message = "content/x.md:3: &lt;/pre&gt;&lt;script&gt;&#39;&quot;&amp;&lt;/script&gt;</pre>"
        #expect(text.contains("<body class=\"x\">\n<pre role=\"alert\""))
        #expect(text.contains("\(message)Home"))
        // A page without a body element has it at its end.
        #expect(try get("/a%20b/post", failed).text.contains(message))
        let first = PreviewState.Snapshot(site: nil, message: "The site is being built.", version: "7-0")
        #expect(try get("/any/page", first).text.contains("The site is being built."))
        #expect(try get("/any/page", first).text.contains("location.reload()"))
    }

    @Test func theMissingPageStaysInThePreview() throws {
        #expect(try get("/x/y").text.contains("href=\"https://example.org/atlas/index.html\""))
        let known = PreviewState.Snapshot(
            site: state.site, baseURL: "https://example.org/atlas/", message: nil, version: "7-1")
        #expect(try get("/x/y", known).text.contains("href=\"/index.html\""))
    }

    // MARK: - Requests

    @Test func everyAnswerForbidsGuessingAndKeeping() throws {
        for target in ["/", "/a%20b", "/film.mp4", "/nothing", "relative", PreviewPage.versionPath] {
            let answer = try get(target)
            #expect(answer["X-Content-Type-Options"] == "nosniff")
            #expect(answer["Cache-Control"] == "no-store")
            #expect(answer["Cross-Origin-Resource-Policy"] == "same-origin")
            #expect(answer["Content-Length"] == "\(answer.text.utf8.count)")
        }
    }

    @Test(arguments: ["/", "/a%20b", "/film.mp4", "/nothing", "relative", PreviewPage.versionPath])
    func headIsGetWithoutABody(target: String) throws {
        let get = try get(target)
        let head = try answer(PreviewRequest(method: "HEAD", target: target, hosts: ["localhost"], range: "bytes=0-1"))
        #expect(head.status == get.status && head.text.isEmpty)
        #expect(head.answer.fields.map { "\($0)" } == get.answer.fields.map { "\($0)" })
    }

    @Test(arguments: [
        ("POST", "/"), ("get", "/"), ("Get", "/"), ("DELETE", "/nothing"), ("OPTIONS", "*"), ("CONNECT", "evil:443"),
    ]) func othersMethodsAreRefused(method: String, target: String) throws {
        let answer = try answer(PreviewRequest(method: method, target: target, hosts: ["localhost"], hasBody: true))
        #expect(answer.status == 405 && answer["Allow"] == "GET, HEAD" && answer.answer.isLast)
    }

    @Test(arguments: [
        ["127.0.0.1"], ["127.0.0.1:8000"], ["localhost"], ["localhost:8000"], ["LocalHost:8000"], ["[::1]"],
        ["[::1]:8000"],
    ]) func thePreviewsHostsAreServed(hosts: [String]) throws {
        for target in ["/", "http://127.0.0.1:8000/", "HTTP://localhost", "http://localhost?query"] {
            #expect(try answer(PreviewRequest(target: target, hosts: hosts)).text.contains("Home"))
        }
    }

    @Test(arguments: [
        "evil.example", "evil.example:8000", "127.0.0.1:8001", "127.0.0.1:", "127.0.0.1:08000", "localhost.",
        "localhost.:8000", "localhost.evil.example", "evil.localhost", "127.0.0.1.evil.example", "127.0.0.2", "0.0.0.0",
        "127.1", "::1", "[::]", "[::1", "user@localhost", "localhost@evil.example", "localhost:8000:8000", "",
        "localhost, evil.example", "löcalhost",
    ]) func otherHostsAreRefused(host: String) throws {
        for target in ["/", PreviewPage.versionPath, "/nothing", "/a%20b"] {
            let direct = try answer(PreviewRequest(target: target, hosts: [host]))
            #expect(direct.status == 421 && direct.answer.isLast)
            #expect(direct.text.contains("http://127.0.0.1:8000/"))
            let named = try answer(PreviewRequest(target: "http://\(host)\(target)", hosts: ["localhost"]))
            #expect(named.status != 200 && named["Location"] == nil)
        }
    }

    @Test func aRequestHasOneHost() throws {
        #expect(try answer(PreviewRequest(target: "/", hosts: [])).status == 400)
        #expect(try answer(PreviewRequest(target: "/", hosts: ["localhost", "localhost"])).status == 400)
        #expect(try answer(PreviewRequest(target: "/", hosts: [], mayLackHost: true)).status == 200)
        #expect(try answer(PreviewRequest(target: "/", hosts: ["evil"], mayLackHost: true)).status == 421)
        let named = PreviewRequest(target: "http://evil/", hosts: [], mayLackHost: true)
        #expect(try answer(named).status == 421)
    }

    @Test func noRequestIsLongOrHasABody() throws {
        let target = "/" + String(repeating: "a", count: PreviewRequest.longestTarget)
        #expect(try get(target).status == 414)
        #expect(try answer(PreviewRequest(target: "/", hosts: ["localhost"], hasBody: true)).status == 413)
        for target in ["relative", "", "*", "?x", "https://localhost/", "http:/localhost/", "ftp://localhost/"] {
            let answer = try get(target)
            #expect(answer.status == 400 && answer.answer.isLast)
        }
    }

    // MARK: - Ranges

    @Test func partsOfFilesAreServed() throws {
        func get(_ range: String, of target: String = "/film.mp4") throws -> Read {
            try answer(PreviewRequest(target: target, hosts: ["localhost"], range: range))
        }
        let part = try get("bytes=2-4")
        #expect(part.status == 206 && part.text == "234")
        #expect(part["Content-Range"] == "bytes 2-4/10" && part["Content-Length"] == "3")
        #expect(part["Content-Type"] == "video/mp4" && part["Accept-Ranges"] == "bytes")
        let none = try get("bytes=10-")
        #expect(none.status == 416 && none["Content-Range"] == "bytes */10" && !none.answer.isLast)
        let whole = try get("bytes=0-1,4-5")
        #expect(whole.status == 200 && whole.text == "0123456789" && whole["Accept-Ranges"] == "bytes")
        // A page has a script added, so it is not the file.
        let page = try get("bytes=2-4", of: "/")
        #expect(page.status == 200 && page.text.contains("Home") && page["Accept-Ranges"] == nil)
        #expect(try get("bytes=2-4", of: "/nothing").status == 404)
    }

    @Test func hugePagesAreServedAsFiles() throws {
        let size = 5 << 20
        #expect(FileManager.default.createFile(atPath: "\(folder.path)/site/huge.html", contents: Data("<p>".utf8)))
        #expect(truncate("\(folder.path)/site/huge.html", off_t(size)) == 0)
        let answer = try get("/huge.html")
        guard case .file = answer.answer.body else { return #expect(Bool(false), "it is held in memory") }
        #expect(answer["Content-Length"] == "\(size)" && answer["Accept-Ranges"] == "bytes")
    }

    // MARK: - The state

    @Test func everyBuildHasAVersion() {
        let state = PreviewState(start: 3)
        #expect(state.snapshot.version == "3-0")
        state.succeed(site: "site", baseURL: "https://example.org/")
        state.fail("wrong")
        #expect(state.snapshot.version == "3-2")
        #expect(state.snapshot.site == "site" && state.snapshot.baseURL == "https://example.org/")
        #expect(state.snapshot.message == "wrong")
        state.succeed(site: "site")
        #expect(state.snapshot.message == nil)
    }
}

@Suite struct ByteRangeTests {
    @Test(arguments: [
        // RFC 9110, 14.1.2: of 10,000 bytes.
        ("bytes=0-499", 10000, ByteRange.part(0..<500)), ("bytes=500-999", 10000, .part(500..<1000)),
        ("bytes=-500", 10000, .part(9500..<10000)), ("bytes=9500-", 10000, .part(9500..<10000)),
        ("bytes=0-", 10, .part(0..<10)), ("bytes=0-99", 10, .part(0..<10)), ("bytes=9-9", 10, .part(9..<10)),
        ("bytes=-99", 10, .part(0..<10)), ("BYTES=1-1", 10, .part(1..<2)), ("bytes=007-8", 10, .part(7..<9)),
        ("bytes=0-9223372036854775807", 10, .part(0..<10)), ("bytes=3-99999999999999999999", 10, .part(3..<10)),
        ("bytes=-99999999999999999999", 10, .part(0..<10)),
        ("bytes=10-", 10, .unsatisfiable), ("bytes=10-20", 10, .unsatisfiable), ("bytes=-0", 10, .unsatisfiable),
        ("bytes=99999999999999999999-", 10, .unsatisfiable), ("bytes=0-", 0, .unsatisfiable),
        ("bytes=-1", 0, .unsatisfiable),
        ("", 10, .whole), ("bytes=", 10, .whole), ("bytes=-", 10, .whole), ("bytes=5-4", 10, .whole),
        ("bytes=0-1,3-4", 10, .whole), ("bytes 0-1", 10, .whole), ("bytes= 0-1", 10, .whole), ("0-1", 10, .whole),
        ("lines=0-1", 10, .whole), ("bytes=a-b", 10, .whole), ("bytes=--1", 10, .whole), ("bytes=+1-2", 10, .whole),
        ("bytes=٣-٤", 10, .whole), ("bytes=0x1-2", 10, .whole),
    ]) func fields(field: String, size: Int, expected: ByteRange) {
        #expect(ByteRange(field, of: size) == expected)
    }
}

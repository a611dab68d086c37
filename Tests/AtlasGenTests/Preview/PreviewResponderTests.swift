// The preview's answers, and what it takes for a change.

import Foundation
import Testing

@testable import AtlasGen
@testable import TestSupport

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite struct PreviewResponderTests {
    private let folder: TemporaryFolder
    private let state: PreviewState.Snapshot

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/site/a b", withIntermediateDirectories: true)
        _ = try folder.write("<html><body class=\"x\">Home</body></html>".utf8, to: "site/index.html")
        _ = try folder.write("<html><body>Inner</body></html>".utf8, to: "site/a b/index.html")
        _ = try folder.write("body {}".utf8, to: "site/a b/x.css")
        _ = try folder.write("<html><body>Lost</body></html>".utf8, to: "site/404.html")
        _ = try folder.write("secret".utf8, to: "secret.txt")
        state = PreviewState.Snapshot(site: "\(folder.path)/site", message: nil, version: "7-1")
    }

    private func answer(
        _ path: String, _ state: PreviewState.Snapshot? = nil
    ) -> (answer: PreviewResponder.Answer, text: String) {
        let answer = PreviewResponder.answer(to: path, state ?? self.state)
        return (answer, String(decoding: answer.body, as: UTF8.self))
    }

    @Test func filesComeWithTheirTypes() {
        #expect(answer("/").text.contains("Home"))
        #expect(answer("/").answer.type == "text/html; charset=utf-8")
        #expect(answer("/a%20b/").text.contains("Inner"))
        #expect(answer("/a%20b/x.css").answer == .init(type: "text/css; charset=utf-8", body: Array("body {}".utf8)))
        #expect(answer("/a%20b").answer.location == "/a%20b/")
        #expect(answer("/a%20b").answer.status == 302)
        #expect(answer(PreviewResponder.versionPath).text == "7-1")
    }

    @Test func pagesReloadWhenTheVersionChanges() {
        let text = answer("/").text
        #expect(text.contains("version !== \"7-1\""))
        #expect(text.hasSuffix("</script>\n</body></html>"))
        #expect(!answer("/a%20b/x.css").text.contains("script"))
    }

    @Test(arguments: [
        "/../secret.txt", "/%2e%2e/secret.txt", "/a%20b/../../secret.txt", "/a%20b/..%2f..%2fsecret.txt",
        "//../secret.txt",
        "/a%20b/../index.html", "/%00", "/%ff", "secret.txt", "", "/nothing", "/index.html/",
    ]) func nothingElseIsServed(path: String) {
        let (answer, text) = answer(path)
        #expect(answer.status == 404)
        #expect(text.contains("Lost") && !text.contains("secret"))
    }

    @Test func errorsStandAboveTheLastGoodPage() {
        let failed = PreviewState.Snapshot(
            site: state.site, message: "content/x.md:3: <script> is \"wrong\"", version: "7-2")
        let text = answer("/", failed).text
        #expect(text.contains("<body class=\"x\">\n<pre role=\"alert\""))
        #expect(text.contains("content/x.md:3: &lt;script&gt; is &quot;wrong&quot;</pre>Home"))
        let first = PreviewState.Snapshot(site: nil, message: "The site is being built.", version: "7-0")
        #expect(answer("/any/page", first).text.contains("The site is being built."))
        #expect(answer("/any/page", first).text.contains("location.reload()"))
    }

    @Test func everyBuildHasAVersion() async {
        let state = PreviewState(start: 3)
        #expect(await state.snapshot.version == "3-0")
        await state.succeed(site: "site")
        await state.fail("wrong")
        #expect(await state.snapshot.version == "3-2")
        #expect(await state.snapshot.site == "site")
        #expect(await state.snapshot.message == "wrong")
        await state.succeed(site: "site")
        #expect(await state.snapshot.message == nil)
    }
}

@Suite struct PreviewServerTests {
    @Test(.timeLimit(.minutes(5))) func foldersPagesComeOverASocket() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/a b", withIntermediateDirectories: true)
        _ = try folder.write("<body>Inner</body>".utf8, to: "a b/index.html")
        let state = PreviewState()
        await state.succeed(site: folder.path)
        let server = try PreviewServer(port: 0, state: state)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await server.waitUntilListening()
            let port = try #require(await server.listeningPort)
            for path in ["a%20b/", "a%20b/?query", "a%20b/index.html"] {
                let url = try #require(URL(string: "http://127.0.0.1:\(port)/\(path)"))
                let (data, response) = try await URLSession.shared.data(from: url)
                #expect((response as? HTTPURLResponse)?.statusCode == 200)
                #expect(String(decoding: data, as: UTF8.self).contains("Inner"))
            }
            group.cancelAll()
        }
    }
}

@Suite struct FileWatchTests {
    @Test func everyKindOfChangeIsSeen() throws {
        let folder = try TemporaryFolder()
        let content = "\(folder.path)/content"
        let paths = ["\(folder.path)/atlas.yml", content]
        var seen = FileWatch(paths)
        func changes(_ change: () throws -> Void) rethrows -> Bool {
            try change()
            let now = FileWatch(paths)
            defer { seen = now }
            return now != seen
        }
        #expect(try changes { _ = try folder.write("a".utf8, to: "atlas.yml") })
        #expect(!(changes {}))
        #expect(
            try changes {
                try FileManager.default.createDirectory(atPath: "\(content)/posts", withIntermediateDirectories: true)
            } == false)
        #expect(try changes { _ = try folder.write("a".utf8, to: "content/posts/x.md") })
        // The same size, another moment.
        #expect(
            try changes {
                _ = try folder.write("b".utf8, to: "content/posts/x.md")
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: "\(content)/posts/x.md")
            })
        #expect(try changes { try FileManager.default.removeItem(atPath: "\(content)/posts/x.md") })
        #expect(try !changes { _ = try folder.write("b".utf8, to: "other.txt") })
    }

    @Test func foldersThatContainThemselvesEnd() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/loop", withDestinationPath: folder.path)
        #expect(FileWatch([folder.path]) == FileWatch([folder.path]))
    }
}

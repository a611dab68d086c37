// Answers the preview's requests: the site's files, with a script that reloads the page after a build.

import Foundation
import Render
import Site
import Support

/// Turns a request's path into an answer, without a socket.
struct PreviewResponder: Sendable {
    /// An answer.
    struct Answer: Sendable, Equatable {
        /// The HTTP status code.
        var status = 200
        /// The media type.
        var type: String
        /// The redirect's target; nil for none.
        var location: String?
        /// The content.
        var body: [UInt8]
    }

    /// The path at which pages ask for the newest version.
    static let versionPath = "/.atlasgen/version"

    /// The answer to a request for `path`, percent-encoded and without query.
    static func answer(to path: String, _ state: PreviewState.Snapshot) -> Answer {
        if path == versionPath {
            return Answer(type: "text/plain; charset=utf-8", body: Array(state.version.utf8))
        }
        guard let site = state.site else { return page("", state) }
        guard let decoded = path.removingPercentEncoding, decoded.hasPrefix("/"),
            let file = OutputPath.normalised(decoded),
            // `..` is refused even if the result is inside the site.
            !decoded.split(separator: "/").contains("..")
        else { return notFound(site, state) }
        let whole = file.isEmpty ? site : "\(site)/\(file)"
        if FileSystem.isFolder(whole) {
            guard decoded.hasSuffix("/") else {
                return Answer(
                    status: 302, type: "text/plain; charset=utf-8", location: OutputPath.encoded("/\(file)/"), body: [])
            }
            return content("\(whole)/index.html", state) ?? notFound(site, state)
        }
        guard !decoded.hasSuffix("/") else { return notFound(site, state) }
        return content(whole, state) ?? notFound(site, state)
    }

    private static func content(_ file: String, _ state: PreviewState.Snapshot) -> Answer? {
        // A file that cannot be read counts as missing.
        guard let bytes = try? FileSystem.read(file) else { return nil }
        let ending = (file as NSString).pathExtension.lowercased()
        if ending == "html" { return page(String(decoding: bytes, as: UTF8.self), state) }
        return Answer(type: types[ending] ?? "application/octet-stream", body: bytes)
    }

    private static func notFound(_ site: String, _ state: PreviewState.Snapshot) -> Answer {
        var answer =
            content("\(site)/404.html", state) ?? page("<!doctype html><title>Not found</title>Not found", state)
        answer.status = 404
        return answer
    }

    /// A page with the last build's message at its top, and the script that waits for the next build.
    private static func page(_ html: String, _ state: PreviewState.Snapshot) -> Answer {
        let script = """
            <script>setInterval(() => fetch("\(versionPath)").then(answer => answer.text())\
            .then(version => { if (version !== "\(state.version)") location.reload() }).catch(() => {}), 400)</script>
            """
        let message = state.message.map { message in
            "<pre role=\"alert\" style=\"margin:0;padding:1rem;background:#fff3d6;color:#1c1c1c;"
                + "white-space:pre-wrap;font:1rem/1.5 ui-monospace,monospace\">\(HTML.escaped(message))</pre>"
        }
        var page = html.isEmpty ? "<!doctype html>\n<title>atlasgen</title>\n<body>\n</body>\n" : html
        if let message, let body = page.range(of: "<body[^>]*>", options: .regularExpression) {
            page.insert(contentsOf: "\n\(message)", at: body.upperBound)
        }
        if let end = page.range(of: "</body>", options: .backwards) {
            page.insert(contentsOf: "\(script)\n", at: end.lowerBound)
        } else {
            page += (message ?? "") + script
        }
        return Answer(type: types["html"] ?? "", body: Array(page.utf8))
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "json": "application/json", "xml": "application/xml", "csv": "text/csv; charset=utf-8",
        "txt": "text/plain; charset=utf-8", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "svg": "image/svg+xml",
        "pdf": "application/pdf",
        "mp4": "video/mp4", "webm": "video/webm", "woff2": "font/woff2",
    ]
}

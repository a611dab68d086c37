// Answers the preview's requests from the site's files, without a socket.

import Foundation
import Render
import Site
import Support

/// Turns a request into an answer.
enum PreviewResponder {
    /// The answer to a request.
    ///
    /// - Parameter port: the port that the request came to.
    static func answer(to request: PreviewRequest, port: Int, _ state: PreviewState.Snapshot) -> PreviewAnswer {
        let answer = request.refusal(port: port) ?? content(of: request, state)
        return request.method == "HEAD" ? answer.withoutBody : answer
    }

    private static func content(of request: PreviewRequest, _ state: PreviewState.Snapshot) -> PreviewAnswer {
        if request.path == PreviewPage.versionPath {
            return PreviewAnswer(type: plain, body: .bytes(Array(state.version.utf8)))
        }
        guard let site = state.site else { return page(PreviewPage.empty, state) }
        guard let decoded = request.path.removingPercentEncoding, let path = OutputPath.normalised(decoded),
            // `..` is refused even if the result is inside the site.
            !decoded.split(separator: "/").contains("..")
        else { return notFound(site, state) }
        let isFolder = decoded.hasSuffix("/")
        switch entry(path, of: site) {
        case .folder where isFolder:
            return file(OutputPath.joined(path, "index.html"), of: site, request, state) ?? notFound(site, state)
        case .folder:
            // One slash for the site itself: a target that begins with two names another host.
            let location = path.isEmpty ? "/" : OutputPath.encoded("/\(path)/")
            return PreviewAnswer(status: 302, type: plain, fields: [("Location", location)], body: .bytes([]))
        case _ where isFolder: return notFound(site, state)
        default:
            // GitHub Pages answers for pages without their ending, too.
            return file(path, of: site, request, state) ?? file("\(path).html", of: site, request, state)
                ?? notFound(site, state)
        }
    }

    /// What is at a path of the site.
    private enum Entry {
        case folder
        /// A file, by its real path.
        case file(String)
    }

    /// What is at a path of the site; nil for nothing, for a pipe or a device, and for a link that leads out of the site.
    private static func entry(_ path: String, of site: String) -> Entry? {
        let whole = path.isEmpty ? site : "\(site)/\(path)"
        // What cannot be looked at counts as missing.
        guard let kind = try? FileSystem.kind(of: whole), kind != .other else { return nil }
        // Real paths, because the site itself may be a link.
        let (root, real) = (FileSystem.resolved(site), FileSystem.resolved(whole))
        guard real == root || real.utf8.starts(with: "\(root)/".utf8) else { return nil }
        return kind == .folder ? .folder : .file(real)
    }

    private static func file(
        _ path: String, of site: String, _ request: PreviewRequest, _ state: PreviewState.Snapshot
    ) -> PreviewAnswer? {
        // A file that cannot be read counts as missing.
        guard case .file(let real) = entry(path, of: site), let file = try? OpenFile(reading: real),
            let size = try? file.size()
        else { return nil }
        let ending = (path as NSString).pathExtension.lowercased()
        if ending == "html", size <= largestPage {
            return (try? file.read()).map { page(Data($0), state) }
        }
        let type = types[ending] ?? "application/octet-stream"
        let range = request.method == "GET" ? ByteRange(request.range, of: size) : .whole
        let accepts = (name: "Accept-Ranges", value: "bytes")
        switch range {
        case .whole: return PreviewAnswer(type: type, fields: [accepts], body: .file(file, 0..<size))
        case .part(let part):
            let place = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
            return PreviewAnswer(
                status: 206, type: type, fields: [accepts, ("Content-Range", place)], body: .file(file, part))
        case .unsatisfiable:
            return .text(
                416, "The file has \(size) bytes.", fields: [accepts, ("Content-Range", "bytes */\(size)")])
        }
    }

    private static func notFound(_ site: String, _ state: PreviewState.Snapshot) -> PreviewAnswer {
        var html = "<!doctype html><title>Not found</title>Not found"
        // The site's own page, if there is one that can be read.
        if case .file(let real) = entry("404.html", of: site), let bytes = try? FileSystem.read(real) {
            html = String(decoding: bytes, as: UTF8.self)
        }
        // That page leads to the site's address, because hosts show it at any depth; here it must lead to the preview.
        if let baseURL = state.baseURL { html = html.replacing(HTML.escaped(baseURL), with: "/") }
        var answer = page(Data(html.utf8), state)
        answer.status = 404
        return answer
    }

    private static func page(_ html: Data, _ state: PreviewState.Snapshot) -> PreviewAnswer {
        PreviewAnswer(type: types["html"] ?? "", body: .bytes(PreviewPage.completed(html, state)))
    }

    /// Larger pages, in bytes, are served as they are: a page with a script is held in memory while it is sent.
    private static let largestPage = 4 << 20

    /// The media type of texts for people at a terminal.
    static let plain = "text/plain; charset=utf-8"

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "json": "application/json", "xml": "application/xml", "csv": "text/csv; charset=utf-8",
        "txt": plain, "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "gif": "image/gif", "webp": "image/webp", "avif": "image/avif", "svg": "image/svg+xml",
        "pdf": "application/pdf",
        "mp4": "video/mp4", "webm": "video/webm", "woff2": "font/woff2",
    ]
}

// Adds to a page of the site what the preview needs.

import Foundation
import Render

/// A page with the last build's message at its top, and the script that waits for the next build.
enum PreviewPage {
    /// The path at which pages ask for the newest version.
    static let versionPath = "/.atlasgen/version"
    /// The page before the first good build.
    static let empty = Data("<!doctype html>\n<title>atlasgen</title>\n<body>\n</body>\n".utf8)

    /// The page `html` with the message and the script.
    static func completed(_ html: Data, _ state: PreviewState.Snapshot) -> [UInt8] {
        var page = html
        let message = state.message.map { Data(element($0).utf8) } ?? Data()
        let script = Data(script(state.version).utf8)
        var isPlaced = message.isEmpty
        if !isPlaced, let body = page.range(of: Data("<body".utf8)),
            let end = page[body.upperBound...].firstIndex(of: UInt8(ascii: ">"))
        {
            page.insert(contentsOf: message, at: end + 1)
            isPlaced = true
        }
        let addition = isPlaced ? script : message + script
        if let end = page.range(of: Data("</body>".utf8), options: .backwards) {
            page.insert(contentsOf: addition, at: end.lowerBound)
        } else {
            page += addition
        }
        return Array(page)
    }

    private static func script(_ version: String) -> String {
        """
        <script>setInterval(() => fetch("\(versionPath)").then(answer => answer.text())\
        .then(version => { if (version !== "\(version)") location.reload() }).catch(() => {}), 400)</script>

        """
    }

    /// Messages quote texts of the project, so they are escaped.
    private static func element(_ message: String) -> String {
        "\n<pre role=\"alert\" style=\"margin:0;padding:1rem;background:#fff3d6;color:#1c1c1c;"
            + "white-space:pre-wrap;font:1rem/1.5 ui-monospace,monospace\">\(HTML.escaped(message))</pre>"
    }
}

// `atlasgen templates`: what templates may say.

import ArgumentParser
import Render
import Runs
import Site

/// Documents the templates and their keys.
struct TemplatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates", abstract: "Document the templates of the site.")

    @Flag(help: "Print every template and the keys that it may use, as Markdown.")
    var list = false

    func run() throws {
        guard list else { throw CleanExit.helpRequest(self) }
        print(Theme.documentation(builtInFolder: try Installation.folder("templates")), terminator: "")
    }
}

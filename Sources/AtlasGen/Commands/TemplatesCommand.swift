// `atlasgen templates`: documents the templates and their keys.

import ArgumentParser
import Runs
import Site

/// Documents the templates and their keys.
struct TemplatesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "templates", abstract: "Document the templates of the site.",
        discussion: HelpText.discussion(
            examples: ["atlasgen templates --list > templates.md"], documents: ["docs/publishing.md"]))

    @Flag(help: "Print every template and its keys as Markdown.")
    var list = false

    func run() throws {
        guard list else { throw CleanExit.helpRequest(self) }
        try Terminal.write(Theme.documentation(builtInFolder: try Installation.folder("templates")))
    }
}

// `atlasgen new post "Title"`: creates a post.

import ArgumentParser
import Foundation
import Site
import Support

/// Creates files for writers.
struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Create a file to write in.",
        discussion: HelpText.discussion(
            examples: ["atlasgen new post \"A first look\""], documents: ["docs/writing.md"]),
        subcommands: [NewPostCommand.self])
}

/// Creates a post.
struct NewPostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "post", abstract: "Create a post with this title, dated now, in content/posts.",
        discussion: HelpText.discussion(
            examples: [
                "atlasgen new post \"A first look\"", "atlasgen new post --file my-atlas \"What neuron 17 looks for\"",
            ], documents: ["docs/writing.md"]),
        // If -h existed, a title such as "- dash" would be parsed as combined flags that include it.
        helpNames: .long)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The post's title, in quotes or not. If it begins with a hyphen, write -- before it.")
    var title: [String]

    func run() throws {
        try ProjectOptions.check(project.file)
        let draft = try PostDraft(title: title.joined(separator: " "), date: Date(), in: .current)
        let folder = OutputPath.joined(FileSystem.parent(of: project.file), "content/posts")
        try Terminal.write(draft.write(to: folder) + "\n")
    }
}

/// A new post with a title and a date.
struct PostDraft: Equatable {
    /// The file's name.
    let name: String
    /// The file's text.
    let text: String

    /// In bytes. Longer names are unreadable in lists, and file systems refuse more than 255 bytes.
    private static let longestSlug = 80

    /// - Throws: `AtlasError` of code `usage` if the title has neither letters nor digits.
    init(title: String, date: Date, in zone: TimeZone) throws {
        // Control characters cannot be shown, and are not allowed in front matter.
        let title = title.split { $0.isWhitespace || $0.unicodeScalars.contains(where: Self.isControl) }
            .joined(separator: " ")
        var slug = Slug.plain(title)
        while slug.utf8.count > Self.longestSlug || slug.hasSuffix("-") { slug.removeLast() }
        guard !slug.isEmpty else {
            throw AtlasError(.usage, "the title \"\(title)\" has no letters or digits for a file name; add some")
        }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.calendar = Calendar(identifier: .gregorian)
        format.timeZone = zone
        format.dateFormat = "yyyy-MM-dd HH:mm:ss xx"
        let written = format.string(from: date)
        name = "\(written.prefix(10))-\(slug).md"
        text = """
            ---
            title: \(Self.quoted(title))
            date: \(written)
            tags: []
            ---

            A figure is an image, such as the runs of one neuron side by side:

                ![What it looks for](neuron:heads.head/0)


            """
    }

    /// Writes the file and returns its path.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` if the file exists.
    func write(to folder: String) throws -> String {
        let path = OutputPath.joined(folder, name)
        guard !FileSystem.exists(path) else {
            throw AtlasError(.cannotCreate, "\(path) already exists; choose another title")
        }
        try FileSystem.createFolder(folder)
        try FileSystem.writeDurably(Array(text.utf8), to: path, by: OutputPath.joined(folder, ".\(name).new"))
        return path
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

    /// A text as a YAML string in double quotes.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

// `atlasgen new post "Title"`: a post to write in.

import ArgumentParser
import Foundation
import Site
import Support

/// Makes files for writers.
struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a file to write in.", subcommands: [NewPostCommand.self])
}

/// Makes a post.
struct NewPostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "post", abstract: "Make a post of this title, dated now, in content/posts.",
        // With -h, a title such as "- dash" would be a bundle of flags that asks for help.
        helpNames: .long)

    @OptionGroup var project: ProjectOptions

    @Argument(help: "The post's title. One that begins with a hyphen stands behind --.")
    var title: String

    func run() throws {
        guard FileSystem.exists(project.file) else {
            throw AtlasError(
                .data, "\(project.file): there is no such file. `atlasgen init DIR` makes a project to start with.")
        }
        let draft = try PostDraft(title: title, date: Date(), in: .current)
        let folder = OutputPath.joined(FileSystem.parent(of: project.file), "content/posts")
        print(try draft.write(to: folder))
    }
}

/// A post that has a title and a date, and nothing else yet.
struct PostDraft: Equatable {
    /// The file's name.
    let name: String
    /// The file's text.
    let text: String

    /// Longer names, in bytes, are a nuisance in every list, and file systems refuse names of more than 255.
    private static let longestSlug = 80

    /// - Throws: `AtlasError` of code `usage` where the title has neither letters nor digits.
    init(title: String, date: Date, in zone: TimeZone) throws {
        // Control characters cannot be shown, and front matter refuses them.
        let title = title.split { $0.isWhitespace || $0.unicodeScalars.contains(where: Self.isControl) }
            .joined(separator: " ")
        var slug = Slug.plain(title)
        while slug.utf8.count > Self.longestSlug || slug.hasSuffix("-") { slug.removeLast() }
        guard !slug.isEmpty else {
            throw AtlasError(.usage, "the title \"\(title)\" has neither letters nor digits for the file's name")
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

            Figures are images, such as the runs of one neuron side by side:

                ![What it looks for](neuron:heads.head/0)


            """
    }

    /// Writes the file, which must not be there yet, and gives its path.
    func write(to folder: String) throws -> String {
        let path = OutputPath.joined(folder, name)
        guard !FileSystem.exists(path) else {
            throw AtlasError(.cannotCreate, "\(path) is there already; choose another title")
        }
        try FileSystem.createFolder(folder)
        try FileSystem.writeDurably(Array(text.utf8), to: path, by: OutputPath.joined(folder, ".\(name).new"))
        return path
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }

    /// A YAML text in double quotes.
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

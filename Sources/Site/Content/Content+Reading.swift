// Finds and reads the texts of a project.

import Foundation
import Render
import Runs
import Support
import ViT

extension Content {
    /// Reads `content/` of a project, and `_posts/` beside it.
    ///
    /// - Parameters:
    ///   - now: posts dated later are drafts.
    ///   - drafts: whether drafts are read as posts.
    /// - Throws: `AtlasError` of code `data`, with file and line, for errors in a text.
    package init(of project: Project, now: Date, drafts includesDrafts: Bool = false) throws {
        var reader = ContentReader(project: project)
        try reader.checkFolders()
        let (found, hidden) = try reader.posts()
        let readable = found.filter { includesDrafts || !$0.isDraft(at: now) }
        reader.liquid = LiquidSite(of: project, posts: readable)
        introduction = try reader.introduction()
        layers = try reader.layers()
        neurons = try reader.neurons()
        let staticFiles = try StaticFiles(of: project)
        self.staticFiles = staticFiles.assets
        paths = try ContentReader.paths(of: readable, beside: staticFiles)
        posts = try readable.map { ($0, try reader.page($0, at: $0.path)) }
        self.drafts = Set(found.map(\.text.file) + hidden).subtracting(readable.map(\.text.file))
        skipped =
            found.compactMap { post in
                includesDrafts ? nil : post.reasonToSkip(at: now).map { Skipped(file: post.text.name, reason: $0) }
            } + hidden.map { Skipped(file: reader.name(of: $0), reason: "its name begins with an underscore") }
        folders = reader.folders
        pages =
            [introduction].compactMap { $0 }
            + layers.sorted { $0.key.description < $1.key.description }.map(\.value)
            + neurons.sorted { $0.value.path < $1.value.path }.map(\.value) + posts.map(\.page)
        unread = reader.unread(but: Set(pages.map(\.text.file) + found.map(\.text.file) + hidden))
        shown = Dictionary(grouping: pages.flatMap(\.runs)) {
            Neuron(address: $0.address, number: $0.neuron)
        }
    }
}

/// Reads the files below a project's folders of texts.
private struct ContentReader {
    let project: Project
    /// What Liquid in texts may ask of the site.
    var liquid = LiquidSite()

    /// Folders whose files pages may show.
    var folders: [String] { [root, project.path("_posts")] }

    private var root: String { project.path("content") }

    /// Texts that cannot be reached must not be treated as absent.
    func checkFolders() throws {
        for folder in folders {
            guard let kind = try FileSystem.kind(of: folder), kind != .folder else { continue }
            throw AtlasError(
                .data, "\(name(of: folder)): is a file, not a folder; texts are read from a folder of this name")
        }
    }

    // MARK: - Pages

    func introduction() throws -> Content.Page? {
        let file = "\(root)/index.md"
        guard try FileSystem.kind(of: file) != nil else { return nil }
        return try page(SourceText(file: file, named: name(of: file)), at: SitePaths.index)
    }

    func layers() throws -> [Address: Content.Page] {
        var pages: [Address: Content.Page] = [:]
        for (file, stem) in try markdownFiles(in: "\(root)/layers") {
            let address = try address(stem, in: file, kind: "file")
            guard pages[address] == nil else {
                throw AtlasError(.data, "\(name(of: file)): there is another file for \(address); keep one")
            }
            pages[address] = try page(
                SourceText(file: file, named: name(of: file)), at: SitePaths.layer(address))
        }
        return pages
    }

    func neurons() throws -> [Content.Neuron: Content.Page] {
        var pages: [Content.Neuron: Content.Page] = [:]
        let folder = "\(root)/neurons"
        for entry in try names(in: folder) where FileSystem.isFolder("\(folder)/\(entry)") {
            let address = try address(entry, in: "\(folder)/\(entry)", kind: "folder")
            let width = address.width(in: project.model.model.configuration)
            for (file, stem) in try markdownFiles(in: "\(folder)/\(entry)") {
                guard let number = Int(stem), String(number) == stem, (0..<width).contains(number) else {
                    let near = Suggestion.nearest(to: stem, among: (0..<width).map(String.init), limit: 1).first
                    throw AtlasError(
                        .data,
                        "\(name(of: file)): expected a neuron of \(address) from 0 to \(width - 1), found "
                            + "\"\(stem)\"; the nearest file name is \(near ?? "\(width - 1)").md")
                }
                let neuron = Content.Neuron(address: address, number: number)
                guard pages[neuron] == nil else {
                    throw AtlasError(.data, "\(name(of: file)): there is another file for this neuron; keep one")
                }
                pages[neuron] = try page(
                    SourceText(file: file, named: name(of: file)), at: SitePaths.neuron(address, number))
            }
        }
        return pages
    }

    /// The posts, oldest first, and the files that an underscore hides, as in Jekyll.
    func posts() throws -> (posts: [Post], hidden: [String]) {
        let folders = ["\(root)/posts", "\(root)/_posts", project.path("_posts")]
        let files = try folders.flatMap { folder in
            try postFiles(below: folder, depth: 0).map { (file: $0, isHidden: Self.isHidden($0, below: folder)) }
        }
        let posts = try files.filter { !$0.isHidden }
            .map { try Post(SourceText(file: $0.file, named: name(of: $0.file)), in: project.configuration.timeZone) }
            .sorted { ($0.date.instant, $0.text.name) < ($1.date.instant, $1.text.name) }
        return (posts, files.filter(\.isHidden).map(\.file))
    }

    /// Whether a name on the way from a folder to a file begins with an underscore. Jekyll's folder `_posts` may also be
    /// in a category's folder.
    private static func isHidden(_ file: String, below folder: String) -> Bool {
        file.dropFirst(folder.count).split(separator: "/").contains { $0.hasPrefix("_") && $0 != "_posts" }
    }

    /// Parses a post.
    func page(_ post: Post, at path: String) throws -> Content.Page {
        var liquid = liquid
        liquid.add(post)
        return try page(post.text, at: path, liquid: liquid, excerptSeparator: post.excerptSeparator)
    }

    /// Parses a text and its requests.
    func page(
        _ text: SourceText, at path: String, liquid: LiquidSite? = nil, excerptSeparator: String = Excerpt.separator
    ) throws -> Content.Page {
        var markdown = Markdown()
        markdown.rawHTML = project.configuration.rawHTML
        markdown.liquid = liquid ?? self.liquid
        markdown.excerptSeparator = excerptSeparator
        let document: MarkdownDocument
        do throws(RenderError) {
            document = try markdown.document(from: text.body, firstLine: text.bodyLine)
        } catch {
            throw AtlasError(.data, "\(text.name): \(error)")
        }
        let reader = FigureReader(project: project, text: text)
        return Content.Page(
            text: text, path: path, document: document, requests: try document.gaps.map(reader.request))
    }

    // MARK: - Files

    /// The file's name in messages, without a leading `./`.
    func name(of file: String) -> String { file.hasPrefix("./") ? String(file.dropFirst(2)) : file }

    /// The names in a folder, except hidden files and editors' backups.
    private func names(in folder: String) throws -> [String] {
        guard try FileSystem.kind(of: folder) == .folder else { return [] }
        return try FileSystem.names(in: folder).filter { entry in
            if Self.isIgnored(entry) { return false }
            guard OutputPath.isName(entry), try FileSystem.kind(of: "\(folder)/\(entry)") != nil else {
                throw AtlasError(
                    .data,
                    "\(name(of: folder)): the file name \"\(Self.printable(entry))\" is too long, is not UTF-8, or "
                        + "contains control characters; rename the file")
            }
            return true
        }
    }

    private static func isIgnored(_ name: String) -> Bool {
        name.hasPrefix(".") || name.hasPrefix("#") || name.hasSuffix("~")
    }

    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }

    private func markdownFiles(in folder: String) throws -> [(file: String, stem: String)] {
        try names(in: folder).compactMap { entry in
            guard let ending = Post.endings.first(where: entry.hasSuffix), !FileSystem.isFolder("\(folder)/\(entry)")
            else { return nil }
            return ("\(folder)/\(entry)", String(entry.dropLast(ending.count)))
        }
    }

    /// The deepest folders that are read, because links can make folders that contain themselves.
    private static let deepest = 12

    private func postFiles(below folder: String, depth: Int) throws -> [String] {
        guard depth < Self.deepest else { return [] }
        return try markdownFiles(in: folder).map(\.file)
            + names(in: folder).filter { FileSystem.isFolder("\(folder)/\($0)") }
            .flatMap { try postFiles(below: "\(folder)/\($0)", depth: depth + 1) }
    }

    /// The address that a file or folder is named after.
    private func address(_ text: String, in file: String, kind: String) throws -> Address {
        try reading(at: "\(name(of: file)): the \(kind)'s name") {
            try Address(named: text, in: project.model.model.configuration)
        }
    }

    // MARK: - Paths

    /// The paths of the posts; throws if two posts, or a post and the site, have the same path.
    static func paths(of posts: [Post], beside staticFiles: StaticFiles) throws -> PathTable {
        var paths = PathTable(lists: PostLists(posts).paths)
        try staticFiles.take(in: &paths)
        for post in posts {
            do throws(PathTable.Conflict) {
                try paths.take(post.path, for: post.text.name)
            } catch {
                throw AtlasError(
                    .data,
                    "\(post.text.name): its page would be \(post.path), but \(error.description); choose another "
                        + "permalink")
            }
        }
        // Behind all posts: the address of a post is more than one that leads to it.
        for post in posts {
            for redirect in post.redirects where redirect != post.path {
                do throws(PathTable.Conflict) {
                    try paths.take(redirect, for: post.text.name)
                } catch {
                    throw AtlasError(
                        .data,
                        "\(post.text.name): redirect_from names \(redirect), but \(error.description); remove it")
                }
            }
        }
        return paths
    }

    // MARK: - Slips

    /// Warnings for Markdown that no page shows, because a misspelt name would otherwise go unnoticed.
    ///
    /// - Parameter read: the files that were read.
    func unread(but read: Set<String>) -> [Content.Unread] {
        folders.flatMap { markdown(below: $0, depth: 0) }.filter { !read.contains($0) }.map { file in
            let name = Self.printable(name(of: file))
            func isBelow(_ folder: String) -> Bool { file.lowercased().hasPrefix("\(root)/\(folder)/".lowercased()) }
            let expected =
                if isBelow("layers") {
                    "commentary on layers goes in content/layers/ADDRESS.md"
                } else if isBelow("neurons") {
                    "commentary on neurons goes in content/neurons/ADDRESS/NUMBER.md"
                } else {
                    "texts go in content/index.md, content/layers/ADDRESS.md, content/neurons/ADDRESS/NUMBER.md and "
                        + "content/posts/YYYY-MM-DD-slug.md, with folder names and the extension in lower case"
                }
            return Content.Unread(file: file, warning: "\(name): no page shows this text; \(expected)")
        }
    }

    private func markdown(below folder: String, depth: Int) -> [String] {
        // A folder that cannot be listed contains no text that was read; the folders of texts were listed before.
        guard depth < Self.deepest, let names = try? FileSystem.names(in: folder) else { return [] }
        return names.filter { !Self.isIgnored($0) }.flatMap { name -> [String] in
            let path = "\(folder)/\(name)"
            // A link may lead to a whole disk.
            if FileSystem.isLink(path) { return [] }
            if FileSystem.isFolder(path) { return markdown(below: path, depth: depth + 1) }
            return Post.endings.contains(where: name.lowercased().hasSuffix) ? [path] : []
        }
    }
}

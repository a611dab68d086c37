// The targets of texts' relative links: other texts, pages of the site, files beside the text.

import Foundation
import Runs
import Support

/// A file that a page shows or links to, and its path in the site.
struct ContentAsset: Hashable, Sendable {
    /// The file's path.
    let file: String
    /// Its path in the site.
    let path: String
}

/// A link, resolved.
enum ResolvedLink: Equatable, Sendable {
    /// The link is correct as written.
    case kept
    /// The page is at another path than the text, so the link changes.
    case rewritten(String)
    /// The link's target is a file that has to be copied.
    case asset(ContentAsset, link: String)
    /// The link is broken, for this reason.
    case dead(String)
}

/// Resolves the links of all texts of a project.
struct LinkResolver: Sendable {
    private let pagesOfFiles: [String: String]
    private let drafts: Set<String>
    private let folders: [String]
    private let contentFolder: String
    /// The project's folder, which also holds what blogs keep in `assets`, `images` or `img`.
    private let projectFolder: String
    /// Paths of static files, which are in the site already.
    private let staticPaths: Set<String>
    /// The site's address without a slash at its end; links to it are links within the site.
    private let baseURL: String?
    /// Only files in these folders are copied; paths have their links resolved and end with a slash.
    private let roots: [String]
    private let pages: Set<String>
    private let layers: [String: Set<Int>]

    /// - Parameter files: paths of the lists of posts and of the theme's files, relative to the site's root.
    init(content: Content, project: Project, files: some Sequence<String>) {
        pagesOfFiles = Dictionary(content.pages.map { (Self.plain($0.text.file), $0.path) }) { first, _ in first }
        drafts = Set(content.drafts.map(Self.plain))
        folders = content.folders.map(Self.plain)
        contentFolder = folders[0]
        projectFolder = Self.plain(project.folder)
        staticPaths = Set(content.staticFiles.map(\.path))
        baseURL = project.configuration.baseURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        roots = (content.folders + [project.folder]).map(FileSystem.resolved).map { $0 == "/" ? $0 : $0 + "/" }
        pages =
            Set(content.posts.map(\.post.path)).union(files)
            .union(
                SitePaths.files(hasBaseURL: project.configuration.baseURL != nil, hasPosts: !content.posts.isEmpty))
        var layers = Dictionary(
            uniqueKeysWithValues: project.layers.map { ($0.address.shortName, Set($0.neurons)) })
        for neuron in content.extraNeurons(of: project) {
            layers[neuron.address.shortName, default: []].insert(neuron.number)
        }
        self.layers = layers
    }

    /// A path without `.` and `..`; it stays absolute or relative.
    private static func plain(_ path: String) -> String {
        var names: [Substring] = []
        for name in path.split(separator: "/") where name != "." {
            if name == "..", let last = names.last, last != ".." { names.removeLast() } else { names.append(name) }
        }
        return (path.hasPrefix("/") ? "/" : "") + names.joined(separator: "/")
    }

    /// Resolves a link of a text.
    func resolve(_ destination: String, on page: Content.Page) -> ResolvedLink {
        if let baseURL, destination.hasPrefix("\(baseURL)/") {
            let inner = resolve(String(destination.dropFirst(baseURL.count)), on: page)
            // What the site does not have may be another part of the host.
            if case .dead = inner { return .kept }
            return inner
        }
        let end = destination.firstIndex { $0 == "#" || $0 == "?" } ?? destination.endIndex
        let written = String(destination[..<end])
        let rest = String(destination[end...])
        if written.isEmpty || written.hasPrefix("//") || Self.hasScheme(written) { return .kept }
        guard let path = written.removingPercentEncoding else { return .dead("its percent-encoding is invalid") }
        if path.hasPrefix("/") { return resolveFromRoot(path, rest, on: page) }

        let file = Self.plain("\(FileSystem.parent(of: page.text.file))/\(path)")
        if let target = pagesOfFiles[file] {
            return .rewritten(OutputPath.link(from: page.path, to: target) + rest)
        }
        if drafts.contains(file) { return .dead("the post is a draft and is left out") }
        let target = OutputPath.normalised(OutputPath.joined(OutputPath.folder(of: page.path), path))
        if isFile(file), folders.contains(where: { file.hasPrefix($0 + "/") }) {
            guard let target else { return .dead("from \(page.path) it points outside the site") }
            if let reason = refusal(of: file) { return .dead(reason) }
            return .asset(ContentAsset(file: file, path: target), link: written + rest)
        }
        guard let target else { return .dead("it points outside the site") }
        if let known = resolved(target, isFolder: path.hasSuffix("/"), rest, on: page, keeping: true) { return known }
        // As in a browser on the page itself; then as writers often mean it, from the site's root.
        for target in [target, OutputPath.normalised(path)].compactMap(\.self) {
            if let file = rootFile(target, rest, on: page) { return file }
        }
        return .dead("no file beside the text, none in the project, and no page of the site has this path")
    }

    /// Resolves a link from the root; as a relative link it also works in subfolders and local files.
    private func resolveFromRoot(_ path: String, _ rest: String, on page: Content.Page) -> ResolvedLink {
        guard let target = OutputPath.normalised(path) else { return .dead("it points outside the site") }
        if let known = resolved(target, isFolder: path.hasSuffix("/"), rest, on: page, keeping: false) { return known }
        return rootFile(target, rest, on: page)
            ?? .dead("no page of the site and no file in content or in the project has this path")
    }

    /// A file whose path in the site is the one below `content` or below the project's folder; nil if there is none.
    private func rootFile(_ target: String, _ rest: String, on page: Content.Page) -> ResolvedLink? {
        let link = OutputPath.link(from: page.path, to: target) + rest
        if staticPaths.contains(target) { return .rewritten(link) }
        var files = ["\(contentFolder)/\(target)"]
        if isPublic(target) { files.append(projectFolder.isEmpty ? target : "\(projectFolder)/\(target)") }
        guard let file = files.first(where: { isFile($0) && pagesOfFiles[$0] == nil && !drafts.contains($0) }) else {
            return nil
        }
        if let reason = refusal(of: file) { return .dead(reason) }
        return .asset(ContentAsset(file: file, path: target), link: link)
    }

    /// Folders of a project that hold what it is made from, and none of which Jekyll would publish as it is.
    private static let ownFolders = ["content", "templates", "static", "site"]

    /// Whether a project's file may be published under its own path: as in Jekyll all in its folders whose names begin
    /// with neither a dot nor an underscore.
    private func isPublic(_ target: String) -> Bool {
        let names = target.split(separator: "/")
        guard names.count > 1, let first = names.first, !Self.ownFolders.contains(String(first)) else { return false }
        return !names.contains { $0.hasPrefix(".") || $0.hasPrefix("_") }
    }

    private func resolved(
        _ target: String, isFolder: Bool, _ rest: String, on page: Content.Page, keeping: Bool
    ) -> ResolvedLink? {
        if isPage(target), !isFolder {
            return keeping ? .kept : .rewritten(OutputPath.link(from: page.path, to: target) + rest)
        }
        // A folder's page, or a Jekyll permalink without extension: a site opened as files needs the file's name.
        for file in [OutputPath.joined(target, SitePaths.index), "\(target).html"] where isPage(file) {
            return .rewritten(OutputPath.link(from: page.path, to: file) + rest)
        }
        return nil
    }

    /// Why a file in a folder of texts is not copied; nil if it is copied.
    private func refusal(of file: String) -> String? {
        let real = FileSystem.resolved(file)
        guard let root = roots.first(where: real.hasPrefix) else {
            return "the file is a link to \(real), outside the project, and is not copied"
        }
        let folder = folders.first { file.hasPrefix($0 + "/") } ?? projectFolder
        let names =
            file.dropFirst(folder.count).split(separator: "/") + real.dropFirst(root.count).split(separator: "/")
        return names.contains { $0.hasPrefix(".") } ? "hidden files are not copied" : nil
    }

    /// Whether the site has a page, a picture or a data file at this path. It does not check which orders a layer
    /// has or which pictures a neuron has.
    private func isPage(_ path: String) -> Bool {
        if pages.contains(path) { return true }
        return switch SitePaths.layerPath(path) {
        case .layer(let layer, file: _): layers[layer] != nil
        case .neuron(let layer, let neuron, file: _): layers[layer]?.contains(neuron) == true
        case nil: false
        }
    }

    private func isFile(_ path: String) -> Bool { FileSystem.exists(path) && !FileSystem.isFolder(path) }

    private static func hasScheme(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":"), let first = text.first, first.isASCII, first.isLetter else {
            return false
        }
        return text[..<colon].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    }
}

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
        return resolved(target, isFolder: path.hasSuffix("/"), rest, on: page, keeping: true)
            ?? .dead("no file beside the text and no page of the site has this path")
    }

    /// Resolves a link from the root; as a relative link it also works in subfolders and local files.
    private func resolveFromRoot(_ path: String, _ rest: String, on page: Content.Page) -> ResolvedLink {
        guard let target = OutputPath.normalised(path) else { return .dead("it points outside the site") }
        if let known = resolved(target, isFolder: path.hasSuffix("/"), rest, on: page, keeping: false) { return known }
        let file = "\(contentFolder)/\(target)"
        guard isFile(file), pagesOfFiles[file] == nil, !drafts.contains(file) else {
            return .dead("no page of the site and no file in content has this path")
        }
        if let reason = refusal(of: file) { return .dead(reason) }
        return .asset(
            ContentAsset(file: file, path: target), link: OutputPath.link(from: page.path, to: target) + rest)
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
        let folder = folders.first { file.hasPrefix($0 + "/") } ?? ""
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

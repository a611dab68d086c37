// The theme: templates and assets from the built-in folder and the user's, checked, and ready to render.

import Foundation

/// A checked set of templates and the assets beside them.
public struct Templates: Sendable {
    /// A file of the theme that is copied into the site.
    public struct Asset: Equatable, Sendable {
        /// Path below the theme's `assets` folder, e.g. `atlas.css`.
        public let name: String
        /// The file.
        public let url: URL
    }

    /// The CSS, JavaScript and icons, sorted by name.
    public let assets: [Asset]
    /// The templates' texts by name.
    public let texts: [String: String]
    private let sources: [String: TemplateSource]

    /// Loads `*.mustache` and `assets/` from folders; a file of a later folder replaces an earlier folder's file of the
    /// same name.
    ///
    /// - Parameter roots: every page and part that has a template of its own.
    /// - Throws: `RenderError` if a template cannot be read, is not plain Mustache, uses a key that its context does
    ///   not document or a block that its layout does not have, is missing, or is too large or too deep with what it
    ///   includes; and if a template that the first folder lacks is not used. The message names file and line.
    public init(folders: [URL], roots: [any TemplateRoot.Type]) throws(RenderError) {
        var files: [String: URL] = [:]
        var assets: [String: URL] = [:]
        var added: Set<String> = []
        for folder in folders {
            for (path, url) in try Templates.files(below: folder) {
                if path.hasPrefix("assets/") {
                    assets[String(path.dropFirst("assets/".count))] = url
                } else if path.hasSuffix(".mustache") {
                    let name = String(path.dropLast(".mustache".count))
                    if files.updateValue(url, forKey: name) == nil, folder != folders.first { added.insert(name) }
                }
            }
        }
        var texts: [String: (text: String, file: String)] = [:]
        for (name, url) in files {
            do {
                texts[name] = (try String(contentsOf: url, encoding: .utf8), url.path)
            } catch {
                throw RenderError("\(url.path): cannot be read as UTF-8 text: \(error.localizedDescription)")
            }
        }
        try self.init(
            texts: texts, assets: assets.sorted { $0.key < $1.key }.map { Asset(name: $0.key, url: $0.value) },
            added: added, roots: roots)
    }

    /// Templates from their texts by name; see ``init(folders:)``. Those that are added to the built-in ones must be used.
    init(
        texts: [String: (text: String, file: String)], assets: [Asset] = [], added: Set<String> = [],
        roots: [any TemplateRoot.Type]
    ) throws(RenderError) {
        self.assets = assets
        var sources: [String: TemplateSource] = [:]
        // In order of name, so that the same one of several errors is always reported.
        for (name, template) in texts.sorted(by: { $0.key < $1.key }) {
            sources[name] = try TemplateSource(template.text, file: template.file)
        }
        var check = TemplateCheck(sources: sources)
        for root in roots { try check.check(root) }
        try check.checkUse(of: added, roots: roots)
        self.sources = sources
        self.texts = texts.mapValues(\.text)
    }

    /// The text that the template of a page or part makes.
    ///
    /// - Throws: `RenderError` if the text is longer than a page may be.
    public func render<Root: TemplateRoot>(_ root: Root) throws(RenderError) -> String {
        // The initialiser has checked that every root's template exists.
        guard let source = sources[Root.template] else { return "" }
        var renderer = TemplateRenderer(sources: sources, root: Root.template)
        try renderer.render(source.body, TemplateRenderer.Scope(contexts: [root.templateValues]))
        return String(decoding: renderer.output, as: UTF8.self)
    }

    /// The documentation of every template's keys, as Markdown.
    ///
    /// - Parameters:
    ///   - roots: every page and part that has a template of its own.
    ///   - partials: the templates that others include, each with what it gets.
    ///   - folder: path of the built-in templates, to be named in the text.
    public static func documentation(
        of roots: [any TemplateRoot.Type], partials: [(name: String, summary: String)], builtInFolder folder: String
    ) -> String {
        var text = ""
        var contexts: [any TemplateContext.Type] = []
        var seen: Set<String> = []
        func add(_ type: any TemplateContext.Type) {
            guard seen.insert(type.schema.name).inserted else { return }
            contexts.append(type)
            for key in type.schema.keys {
                switch key.kind {
                case .object(let inner), .list(let inner): add(inner)
                case .text, .html, .flag: break
                }
            }
        }
        text += "# Templates\n\n"
        text +=
            "The built-in files are in `\(folder)`. A file in the project's folder `templates/` takes the place of the built-in file of the same name, "
        text += "also in `assets/`. A file of another name is for `{{>name}}` and `{{<name}}` in these.\n\n"
        text += TemplateLimits.summary + "\n\n"
        for root in roots {
            text += "- `\(root.template).mustache` (\(root.schema.name)) \(root.summary)\n"
        }
        text += "\nThese are included by the ones above:\n\n"
        for partial in partials { text += "- `\(partial.name).mustache` \(partial.summary)\n" }
        for root in roots { add(root) }
        for type in contexts {
            text += "\n## \(type.schema.name)\n\n"
            for key in type.schema.keys {
                text += "- `\(key.name)` (\(key.kind.description)): \(key.documentation)\n"
            }
        }
        return text
    }

    /// Files below a folder by their path relative to it.
    private static func files(below folder: URL) throws(RenderError) -> [(path: String, url: URL)] {
        let manager = FileManager.default
        var isFolder: ObjCBool = false
        guard manager.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
            throw RenderError("\(folder.path): the template folder does not exist")
        }
        var files: [(String, URL)] = []
        func add(_ folder: URL, below path: String) throws(RenderError) {
            let names: [String]
            do {
                names = try manager.contentsOfDirectory(atPath: folder.path)
            } catch {
                throw RenderError("\(folder.path): the template folder cannot be read")
            }
            for name in names where !name.hasPrefix(".") {
                let url = folder.appending(path: name)
                var isFolder: ObjCBool = false
                guard manager.fileExists(atPath: url.path, isDirectory: &isFolder) else {
                    throw RenderError("\(url.path): cannot be read, or is a broken link")
                }
                if isFolder.boolValue {
                    try add(url, below: "\(path)\(name)/")
                } else {
                    files.append((path + name, url))
                }
            }
        }
        try add(folder, below: "")
        return files.sorted { $0.0 < $1.0 }
    }
}

extension Templates: Encodable {
    /// The texts, which decide what is rendered.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(texts)
    }
}

extension TemplateKind {
    /// The kind in the words of the documentation.
    var description: String {
        switch self {
        case .text: "text"
        case .html: "HTML"
        case .flag: "yes or no"
        case .object(let type): "a \(type.schema.name), or nothing"
        case .list(let type): "any number of \(type.schema.name)"
        }
    }
}

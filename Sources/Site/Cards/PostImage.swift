// The picture that a post names in its front matter for link previews, as jekyll-seo-tag reads it.

import Render
import Runs

/// `image: /assets/a.png`, or a mapping with `path` and `alt`.
struct PostImage: Sendable {
    /// As the writer wrote it.
    let address: String
    /// Alternative text.
    let alternative: String?
    /// Line of the key in the post's file.
    let line: Int

    /// Reads the value of `image`; nil if it is empty or something else that a theme understands.
    init?(_ node: ConfigurationNode) throws {
        let fields = node.isMapping ? try node.fields() : ["path": node]
        guard let address = (fields["path"] ?? fields["url"] ?? fields["src"])?.scalar, !address.isEmpty else {
            return nil
        }
        self.address = address
        alternative = fields["alt"]?.scalar
        line = node.place.line
    }
}

extension ContentRenderer {
    /// A post's own picture, with its file if the site has to copy one, or why there is none.
    struct OwnImage {
        var card: CardContext?
        var asset: ContentAsset?
        var warning: WriterWarning?
    }

    /// The picture that a post names for link previews.
    func image(of post: Post, on page: Content.Page) throws -> OwnImage {
        guard let image = post.image else { return OwnImage() }
        func card(_ path: String, isElsewhere: Bool = false) -> CardContext {
            CardContext(path: path, isElsewhere: isElsewhere, alternative: image.alternative)
        }
        switch links.resolve(image.address, on: page) {
        case .kept:
            let isElsewhere = image.address.wholeMatch(of: /(?i)https?:\/\/.+/) != nil
            if isElsewhere { return OwnImage(card: card(image.address, isElsewhere: true)) }
            // Relative to the page, and a file of the site; of other schemes, none is a picture's.
            let path = OutputPath.joined(OutputPath.folder(of: page.path), image.address)
            return OwnImage(card: OutputPath.normalised(path).map { card(OutputPath.encoded($0)) })
        case .rewritten(let link):
            return OwnImage(card: card(String(link.dropFirst(SitePaths.root(from: page.path).count))))
        case .asset(let asset, _):
            var found = card(OutputPath.encoded(asset.path))
            if let size = try PictureFile.size(of: asset.file) {
                (found.width, found.height) = (size.width, size.height)
            }
            return OwnImage(card: found, asset: asset)
        case .dead(let reason):
            return OwnImage(
                warning: WriterWarning(
                    file: page.text.name, line: image.line, kind: "image \(image.address)",
                    message: "the image \(image.address) is broken: \(reason)", isDangerous: true))
        }
    }
}

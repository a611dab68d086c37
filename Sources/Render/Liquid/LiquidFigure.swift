// `{% include figure.html path="…" caption="…" %}` of al-folio and other themes as a figure of HTML.

/// A picture with a caption.
struct LiquidFigure {
    /// The HTML, on one line.
    let html: String

    /// Reads an include's attributes; nil if none of them names a picture.
    init?(_ attributes: [String: String]) {
        func first(_ names: String...) -> String? { names.lazy.compactMap { attributes[$0] }.first { !$0.isEmpty } }
        guard var source = first("path", "src", "url", "image_path", "image", "file", "filename", "img") else {
            return nil
        }
        // These themes give paths from the site's root.
        if !source.hasPrefix("/"), !source.hasPrefix("."), !source.contains("://") { source = "/\(source)" }
        let caption = first("caption", "description", "title", "figcaption")
        let text = first("alt") ?? caption.map(LiquidFigure.withoutTags) ?? ""
        var image = "<img src=\"\(HTML.escaped(source))\" alt=\"\(HTML.escaped(text))\""
        for name in ["width", "height", "class", "id"] {
            if let value = attributes[name], !value.isEmpty { image += " \(name)=\"\(HTML.escaped(value))\"" }
        }
        if let width = first("max-width"), width.first?.isNumber == true {
            image += " style=\"max-width: \(HTML.escaped(width))\""
        }
        html = "<figure>\(image)>\(caption.map { "<figcaption>\($0)</figcaption>" } ?? "")</figure>"
    }

    private static func withoutTags(_ html: String) -> String { html.replacing(/<[^>]*>/, with: "") }
}

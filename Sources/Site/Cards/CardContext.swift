// The picture that other sites show of a page, as the page names it.

import Render

/// A page's social card, or the picture that its writer chose instead.
struct CardContext: TemplateContext {
    /// Relative to the site's root; an address if it is elsewhere.
    var path: String
    /// Whether the path is a whole address.
    var isElsewhere = false
    /// In pixels; nil if unknown.
    var width: Int?
    var height: Int?
    /// Alternative text.
    var alternative: String?

    static let keys: [TemplateKey<CardContext>] = [
        .text("path", "path of the picture, or its address if it is elsewhere", \.path),
        .flag("isElsewhere", "whether the picture is not a file of the site", \.isElsewhere),
        .text("width", "the picture's width in pixels, if known") { $0.width.map(String.init) },
        .text("height", "the picture's height in pixels, if known") { $0.height.map(String.init) },
        .text("alternative", "alternative text for the picture, if there is one", \.alternative),
    ]
}

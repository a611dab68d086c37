// How large templates and the pages that they make may be. A few short templates that include each other twice, or
// lists inside lists, would otherwise never end.

import Support

/// The bounds on templates, with the errors beyond them.
enum TemplateLimits {
    /// How deep sections, blocks and included templates may nest, all together. It also bounds the stack.
    static let depth = 100
    /// How many tags a page's template and all that it includes may have, each list counted once.
    static let includedTags = 1_000_000
    /// How many tags may be filled in for one page, with each entry of a list.
    static let renderedTags = 10_000_000
    /// How many bytes a page may have.
    static let bytes = 64_000_000

    /// The limits in one sentence, for the documentation.
    static let summary =
        "Sections, blocks and included templates nest at most \(depth) deep; a template has at most "
        + "\(Format.count(includedTags)) tags with all that it includes; a page has at most "
        + "\(bytes / 1_000_000) MB, and at most \(Format.count(renderedTags)) tags are filled in for it."

    /// Checks that a tag is not too deep.
    ///
    /// - Parameter depth: of what the tag starts or includes, from 1.
    static func checkDepth(_ depth: Int, of tag: TemplateTag, file: String) throws(RenderError) {
        guard depth > self.depth else { return }
        throw RenderError(
            "\(file):\(tag.line): \(tag) is too deep: sections, blocks and included templates may nest \(self.depth) "
                + "deep; use fewer inside each other")
    }
}

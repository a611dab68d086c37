// What a text leaves open, for the caller to fill.

/// The gaps of a text, which several passes add to.
final class MarkdownGaps {
    private(set) var list: [MarkdownGap] = []

    /// Adds a gap, and returns its index.
    func ask(_ gap: MarkdownGap) -> Int {
        list.append(gap)
        return list.count - 1
    }
}

/// What the writer says about a picture's size.
struct PictureSize: Equatable, Sendable {
    var width: String?
    var height: String?
    /// Whether it loads when it comes into view.
    var isLazy: Bool

    /// The attributes, each after a space.
    ///
    /// - Parameter file: what the picture's file says, in pixels.
    func attributes(_ file: (width: Int, height: Int)?) -> String {
        var (width, height) = (width, height)
        if let file, file.width > 0, file.height > 0 {
            switch (width.map { Int($0) }, height.map { Int($0) }) {
            case (nil, nil): (width, height) = (String(file.width), String(file.height))
            // The other side follows from the file's proportions.
            case (.some(let own?), nil):
                height = String(Int((Double(own) * Double(file.height) / Double(file.width)).rounded()))
            case (nil, .some(let own?)):
                width = String(Int((Double(own) * Double(file.width) / Double(file.height)).rounded()))
            default: break
            }
        }
        return [("width", width), ("height", height), ("loading", isLazy ? "lazy" : nil)].map { name, value in
            value.map { " \(name)=\"\(HTML.escaped($0))\"" } ?? ""
        }.joined()
    }
}

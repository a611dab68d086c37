// The picture that other sites show of a page: its title, a line of what it found, and pictures of it.

/// A social card of 1,200 × 630 pixels in the theme's light colours.
///
/// It has no text that the program's typeface cannot draw: the pictures then have its place.
public struct SocialCard: Sendable {
    /// What the page is called: large, on up to three lines.
    public var title: String
    /// What stands under it, small: an address, a site and a date.
    public var subtitle: String?
    /// The finding: at the bottom, on up to two lines.
    public var finding: String?
    /// The pictures, of any sizes.
    public var pictures: [Picture]

    /// A card's width in pixels, which is what the networks ask for.
    public static let width = 1200
    /// Its height in pixels.
    public static let height = 630
    /// The most bytes of its file.
    public static let mostBytes = 60_000
    /// Raised by one whenever a card's pixels change.
    public static let version = 1

    /// A card with these texts and pictures.
    public init(title: String, subtitle: String? = nil, finding: String? = nil, pictures: [Picture] = []) {
        self.title = title
        self.subtitle = subtitle
        self.finding = finding
        self.pictures = pictures
    }

    /// The card as a JPEG file of at most ``mostBytes``.
    ///
    /// - Throws: `RenderError` if a picture is too long and narrow to be made smaller, or memory is short.
    public func file() throws(RenderError) -> [UInt8] { try JPEG.encode(drawn(), atMost: Self.mostBytes) }

    // MARK: - Layout

    private static let ground = Picture.Color(red: 0xFA, green: 0xF9, blue: 0xF6)
    private static let ink = Picture.Color(red: 0x1C, green: 0x1C, blue: 0x1A)
    private static let soft = Picture.Color(red: 0x59, green: 0x58, blue: 0x52)
    private static let accent = Picture.Color(red: 0x1F, green: 0x5F, blue: 0xA8)

    /// Between the content and the card's edges, between pictures, and between pictures and text.
    private static let (sideMargin, endMargin) = (56, 44)
    private static let gap = 14
    private static let space = 30
    /// Sizes of titles, in pixels an em: the first at which the title is whole. Without pictures, and with some.
    private static let largeTitles = [80, 68, 56]
    private static let titles = [56, 48, 42, 36]
    private static let subtitleSize = 26
    private static let findings = [28, 26, 24]
    private static let (titleLines, subtitleLines, findingLines) = (3, 2, 2)
    /// The most pixels that one picture and two pictures beside the text are wide: the text keeps a third of the card.
    private static let widthBeside = [460, 680]

    /// A rectangle of the card.
    private struct Area {
        var left = sideMargin
        var top = endMargin
        var right = SocialCard.width - sideMargin
        var bottom = SocialCard.height - endMargin

        var width: Int { right - left }
        var height: Int { bottom - top }
    }

    /// The card's pixels.
    func drawn() throws(RenderError) -> Picture {
        let (book, bold) = (try Typeface(.book), try Typeface(.bold))
        let title = CardText.drawable(title, by: bold)
        let subtitle = CardText.drawable(subtitle, by: book)
        let finding = CardText.drawable(finding, by: book)
        var card = Picture(width: Self.width, height: Self.height, color: Self.ground)
        var (pictureArea, textArea) = (Area(), Area())
        let isBeside = !pictures.isEmpty && standsBeside && (title ?? subtitle ?? finding) != nil
        if isBeside {
            pictureArea.right = pictureArea.left + Self.widthBeside[pictures.count - 1]
            let grid = Grid(pictures, in: pictureArea)
            textArea.left += grid.width + Self.space + Self.gap
            textArea.top += (textArea.height - grid.height) / 2
            textArea.bottom = textArea.top + grid.height
        }
        if pictures.isEmpty {
            // A bar in the theme's colour, so that the card is not only text.
            card.paste(Picture(width: 96, height: 10, color: Self.accent), left: textArea.left, top: textArea.top)
            textArea.top += 10 + 2 * Self.space
        }
        if let title {
            let sizes = pictures.isEmpty ? Self.largeTitles : Self.titles
            // Above pictures, a small title leaves them more place than a title on many lines.
            let most = pictures.isEmpty || isBeside ? [Self.titleLines] : [1, 2, Self.titleLines]
            draw(Self.fitting(title, bold, sizes, most, textArea.width), Self.ink, at: &textArea, on: &card)
        }
        if let subtitle {
            if title != nil { textArea.top += 8 }
            let text = CardText(text: subtitle, typeface: book, size: Self.subtitleSize)
            draw(
                (text, text.lines(width: textArea.width, most: Self.subtitleLines).lines), Self.soft, at: &textArea,
                on: &card)
        }
        if let finding {
            let most = isBeside ? [6] : [1, Self.findingLines]
            let (text, lines) = Self.fitting(finding, book, Self.findings, most, textArea.width)
            textArea.bottom -= lines.count * Self.lineHeight(text.size)
            var place = textArea
            place.top = textArea.bottom
            draw((text, lines), Self.ink, at: &place, on: &card)
            textArea.bottom -= Self.space - 8
        }
        guard !pictures.isEmpty else { return card }
        if !isBeside {
            pictureArea.top = textArea.top + (textArea.top > pictureArea.top ? Self.space - 8 : 0)
            pictureArea.bottom = textArea.bottom
        }
        try Grid(pictures, in: pictureArea).draw(pictures, in: pictureArea, on: &card)
        return card
    }

    /// Whether the pictures stand at the left of the text and not under it: one or two that are not wide.
    private var standsBeside: Bool {
        pictures.count <= 2 && pictures.allSatisfy { 2 * $0.width <= 3 * $0.height }
    }

    /// A text in the largest size in which it is whole on the fewest lines; cut in the smallest, if in none.
    private static func fitting(
        _ text: String, _ typeface: Typeface, _ sizes: [Int], _ most: [Int], _ width: Int
    ) -> (CardText, [String]) {
        var last = (text: CardText(text: text, typeface: typeface, size: sizes[0]), lines: [String]())
        for count in most {
            for size in sizes {
                last.text = CardText(text: text, typeface: typeface, size: size)
                let (lines, isWhole) = last.text.lines(width: width, most: count)
                last.lines = lines
                if isWhole { return last }
            }
        }
        return last
    }

    private static func lineHeight(_ size: Int) -> Int { size * 5 / 4 }

    /// Draws lines at the top of an area, which then begins below them.
    private func draw(
        _ text: (text: CardText, lines: [String]), _ color: Picture.Color, at area: inout Area, on card: inout Picture
    ) {
        let size = text.text.size
        for line in text.lines {
            // Capital letters are 0.73 em high; they stand in the middle of the line.
            let baseline = area.top + (Self.lineHeight(size) + size * 73 / 100) / 2
            text.text.typeface.draw(
                line, size: size, color: color, left: area.left, baseline: baseline, on: &card)
            area.top += Self.lineHeight(size)
        }
    }

    // MARK: - Pictures

    /// Cells of one size, as large as an area allows.
    private struct Grid {
        let columns: Int
        let rows: Int
        let cellWidth: Int
        let cellHeight: Int

        var width: Int { columns * (cellWidth + gap) - gap }
        var height: Int { rows * (cellHeight + gap) - gap }

        /// - Precondition: there is a picture.
        init(_ pictures: [Picture], in area: Area) {
            // Cells have the first picture's proportions, within bounds: the others are made as large as fit.
            let aspect = min(max(Double(pictures[0].width) / Double(pictures[0].height), 0.5), 3)
            var best: (columns: Int, rows: Int, height: Double) = (1, 1, 0)
            for rows in 1...pictures.count {
                let columns = (pictures.count + rows - 1) / rows
                let wide = Double(area.width - (columns - 1) * gap) / Double(columns) / aspect
                let high = Double(area.height - (rows - 1) * gap) / Double(rows)
                // Hardly larger cells are not worth another row.
                if min(wide, high) > 1.05 * best.height { best = (columns, rows, min(wide, high)) }
            }
            (columns, rows) = (best.columns, best.rows)
            cellHeight = max(1, Int(best.height))
            cellWidth = max(1, Int(best.height * aspect))
        }

        /// Draws each picture in the middle of its cell, and the cells in the middle of an area; from its left.
        func draw(_ pictures: [Picture], in area: Area, on card: inout Picture) throws(RenderError) {
            let top = area.top + (area.height - height) / 2
            for (index, picture) in pictures.enumerated() {
                let scale = min(
                    Double(cellWidth) / Double(picture.width), Double(cellHeight) / Double(picture.height))
                let width = min(cellWidth, max(1, Int((Double(picture.width) * scale).rounded())))
                let height = min(cellHeight, max(1, Int((Double(picture.height) * scale).rounded())))
                let resized = try picture.resized(
                    width: width, height: height, filter: .bicubic, rows: 0..<height, columns: 0..<width)
                card.paste(
                    resized, left: area.left + index % columns * (cellWidth + gap) + (cellWidth - width) / 2,
                    top: top + index / columns * (cellHeight + gap) + (cellHeight - height) / 2)
            }
        }
    }
}

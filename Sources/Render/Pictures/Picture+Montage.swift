// Several pictures in one, with opaque gaps.

extension Picture {
    /// Pictures in rows of at most `columns`, each in a cell as large as the largest of them (at its top left), with
    /// gaps between and around the cells in the ground's colour.
    ///
    /// - Precondition: there is at least one picture, `columns` is positive, `gap` is not negative, and the result has
    ///   at most ``largestPixelCount`` pixels.
    public static func montage(
        _ pictures: [Picture], columns: Int, gap: Int = 4, ground: Color = .white
    ) -> Picture {
        precondition(!pictures.isEmpty && columns > 0 && gap >= 0, "a montage needs pictures, columns and a gap from 0")
        let columns = min(columns, pictures.count)
        let rows = (pictures.count + columns - 1) / columns
        let cellWidth = pictures.reduce(0) { max($0, $1.width) }
        let cellHeight = pictures.reduce(0) { max($0, $1.height) }
        var result = Picture(
            width: columns * (cellWidth + gap) + gap, height: rows * (cellHeight + gap) + gap, color: ground)
        for (index, picture) in pictures.enumerated() {
            let left = gap + (index % columns) * (cellWidth + gap)
            let top = gap + (index / columns) * (cellHeight + gap)
            result.paste(picture, left: left, top: top)
        }
        return result
    }

    /// Overwrites the area at this position with a picture that lies wholly inside.
    mutating func paste(_ picture: Picture, left: Int, top: Int) {
        for row in 0..<picture.height {
            let to = ((top + row) * width + left) * 3
            let from = row * picture.width * 3
            let count = picture.width * 3
            pixels.replaceSubrange(to..<(to + count), with: picture.pixels[from..<(from + count)])
        }
    }
}

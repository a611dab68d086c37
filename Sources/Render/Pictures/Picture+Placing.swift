// A part of a resized picture on a ground.

extension Picture {
    /// A picture of `width` × `height` pixels whose top left corner lies at (`left`, `top`) of this picture resized to
    /// `size` with a filter; the ground's colour is where the resized picture does not reach.
    ///
    /// - Throws: `RenderError`, see ``resized(width:height:filter:rows:columns:)``.
    /// - Precondition: the resized picture reaches into the result, and ``canHold(width:height:)``.
    public func placed(
        resizedTo size: (width: Int, height: Int), filter: ResamplingFilter, left: Int, top: Int, width: Int,
        height: Int, ground: Color
    ) throws(RenderError) -> Picture {
        let part = try resized(
            width: size.width, height: size.height, filter: filter,
            rows: max(top, 0)..<min(top + height, size.height), columns: max(left, 0)..<min(left + width, size.width))
        if (part.width, part.height) == (width, height) { return part }
        var result = Picture(width: width, height: height, color: ground)
        result.paste(part, left: max(-left, 0), top: max(-top, 0))
        return result
    }
}

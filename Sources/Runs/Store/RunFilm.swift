// The film of a run: what its picture looked like on the way, small, in one file.

import Render

/// Frames of an optimisation, side by side in a JPEG. The finished picture ends the film; it is the record's own, and no
/// frame here.
///
/// A film is for looking at: no score and no key depends on it, and a record can lack it.
package struct RunFilm: Hashable, Sendable {
    /// Number of steps before each frame, rising from 0.
    package var steps: [Int]
    /// The frames from left to right, as the bytes of a JPEG file.
    package var jpeg: [UInt8]

    /// Pictures, the finished one among them, that a film can have.
    static let lengths = 2...60
    /// The most pixels of a frame's width.
    private static let width = 112
    private static let quality = 88

    /// A film as it is stored.
    init(steps: [Int], jpeg: [UInt8]) {
        self.steps = steps
        self.jpeg = jpeg
    }

    /// A film of frames, each of which was seen after so many steps.
    ///
    /// - Precondition: there is a frame, and as many steps.
    init(_ frames: [Picture], after steps: [Int]) throws {
        precondition(frames.count == steps.count)
        self.steps = steps
        jpeg = try JPEG.encode(
            .montage(frames, columns: frames.count, gap: 0), quality: Self.quality, fullColour: true)
    }

    /// A frame from a picture of a run.
    static func frame(_ picture: Picture) -> Picture { picture.thumbnail(width: width) }

    /// The steps before each frame: evenly spaced from the first picture to the finished one, which is no frame. Fewer
    /// steps than asked for have a frame each.
    ///
    /// - Parameter length: number of pictures, the finished one among them; below 2 for no film.
    static func steps(length: Int, of count: Int) -> [Int] {
        let frames = min(max(0, length - 1), count)
        return (0..<frames).map { $0 * count / frames }
    }
}

// A picture in memory: 8-bit sRGB, the only kind of picture that this package uses.

/// An opaque picture of 8-bit sRGB pixels.
public struct Picture: Hashable, Sendable {
    /// Number of columns, at least 1.
    public let width: Int
    /// Number of rows, at least 1.
    public let height: Int
    /// Red, green, blue of each pixel, row by row from the top; `width · height · 3` values.
    public internal(set) var pixels: [UInt8]

    /// The most pixels a picture may have. A file that claims more is refused before anything is allocated for it.
    public static let largestPixelCount = 1 << 26

    /// A picture of these pixels.
    ///
    /// - Precondition: width and height are positive, their product is at most ``largestPixelCount``, and there are
    ///   `width · height · 3` values.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(
            Picture.canHold(width: width, height: height) && pixels.count == width * height * 3,
            "a picture of \(width) × \(height) pixels cannot have \(pixels.count) values")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// A picture of one colour.
    ///
    /// - Precondition: width and height are positive and their product is at most ``largestPixelCount``.
    public init(width: Int, height: Int, color: Color) {
        precondition(Picture.canHold(width: width, height: height), "a picture cannot be \(width) × \(height) pixels")
        self.width = width
        self.height = height
        pixels = []
        pixels.reserveCapacity(width * height * 3)
        let row = (0..<width).flatMap { _ in [color.red, color.green, color.blue] }
        for _ in 0..<height { pixels += row }
    }

    /// Whether a picture of this size is possible: both sides positive, at most ``largestPixelCount`` pixels.
    public static func canHold(width: Int, height: Int) -> Bool {
        guard width > 0, height > 0 else { return false }
        let (count, overflow) = width.multipliedReportingOverflow(by: height)
        return !overflow && count <= largestPixelCount
    }

    /// An 8-bit sRGB colour.
    public struct Color: Hashable, Sendable {
        /// Red, from 0 to 255.
        public let red: UInt8
        /// Green, from 0 to 255.
        public let green: UInt8
        /// Blue, from 0 to 255.
        public let blue: UInt8

        /// A colour of these components.
        public init(red: UInt8, green: UInt8, blue: UInt8) {
            self.red = red
            self.green = green
            self.blue = blue
        }

        /// White, the ground of montages.
        public static let white = Color(red: 255, green: 255, blue: 255)
    }
}

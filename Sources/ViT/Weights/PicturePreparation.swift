// How a photograph becomes a model's image: the sizes and the filter that its library uses.

/// The steps from a picture of any size to the image that a model reads: resizing, and a part around the centre.
///
/// A picture that has the image's size already is the model's image, whatever the steps say: the pictures that runs make
/// are not resized and cropped again.
public struct PicturePreparation: Sendable, Equatable, Codable {
    /// The library whose rules for rounding and for a photograph's orientation apply.
    public enum Library: String, Sendable, Codable {
        case torchvision, timm, transformers
    }

    /// The size that a picture is resized to, before its centre is taken.
    public enum Resizing: Sendable, Equatable, Codable {
        /// Its own.
        case none
        /// The shorter side gets this many pixels; the proportions stay.
        case shorterSide(Int)
        /// The shorter side gets this many pixels, or fewer where the longer side would have more than `longest`; the
        /// proportions stay.
        case edges(shortest: Int, longest: Int)
        /// This size; the proportions change.
        case squeezed(height: Int, width: Int)
        /// The smallest size of its proportions that covers this one.
        case covering(height: Int, width: Int)
        /// The largest size of its proportions that this one holds.
        case inside(height: Int, width: Int)
    }

    /// A filter of Pillow's `Image.resize`.
    public enum Interpolation: String, Sendable, Codable {
        case nearest, box, bilinear, hamming, bicubic, lanczos
    }

    /// The library whose rules apply.
    public var library: Library
    /// The size before the crop.
    public var resizing: Resizing
    /// The filter; with each but `nearest`, a pixel of a smaller picture is a mean over the area that it covers.
    public var interpolation: Interpolation
    /// Red, green, blue of what is added around a picture that is smaller than the image, 0…255.
    public var ground: [UInt8]
    /// Height of the model's image in pixels.
    public var imageHeight: Int
    /// Width of the model's image in pixels.
    public var imageWidth: Int
    /// Where the steps were taken from: a file, or whose convention they are.
    public var source: String

    /// Whether a photograph is turned upright by its EXIF data first: transformers' `load_image` does, `Image.open` in
    /// torchvision's and timm's data sets does not.
    public var turnsUpright: Bool { library == .transformers }

    /// The size that a picture is resized to, in pixels; each side at least 1.
    public func resizedSize(height: Int, width: Int) -> (height: Int, width: Int) {
        switch resizing {
        case .none: return (height, width)
        case .squeezed(let newHeight, let newWidth): return (newHeight, newWidth)
        case .shorterSide(let side):
            // torchvision's `_compute_resized_output_size` and transformers' `get_resize_output_image_size`
            let long = Int(Double(side * max(height, width)) / Double(min(height, width)))
            return width <= height ? (long, side) : (side, long)
        case .edges(let shortest, let longest):
            // transformers' `get_size_with_aspect_ratio`
            let (short, long) = (Double(min(height, width)), Double(max(height, width)))
            var (newShort, newLong) = (Double(shortest), (Double(shortest) * long / short).rounded(.down))
            if long / short * Double(shortest) > Double(longest) {
                let exact = Double(longest) * short / long
                newShort = exact.rounded(.toNearestOrEven)
                newLong = newShort == short ? long : (exact * long / short).rounded(.down)
            }
            let sides = (short: max(1, Int(newShort)), long: max(1, Int(newLong)))
            return width <= height ? (sides.long, sides.short) : (sides.short, sides.long)
        case .covering(let newHeight, let newWidth):
            return proportional(height, width, ratio: min(ratio(height, newHeight), ratio(width, newWidth)))
        case .inside(let newHeight, let newWidth):
            return proportional(height, width, ratio: max(ratio(height, newHeight), ratio(width, newWidth)))
        }
    }

    private func ratio(_ count: Int, _ newCount: Int) -> Double { Double(count) / Double(newCount) }

    /// timm's `ResizeKeepRatio`, which rounds halves to even numbers. Pillow refuses a side of 0 pixels.
    private func proportional(_ height: Int, _ width: Int, ratio: Double) -> (Int, Int) {
        func side(_ count: Int) -> Int { max(1, Int((Double(count) / ratio).rounded(.toNearestOrEven))) }
        return (side(height), side(width))
    }

    /// Where the model's image begins in a resized side of `count` pixels; negative if the side is shorter than the
    /// image and gets a margin.
    public func offset(of imageCount: Int, in count: Int) -> Int {
        guard imageCount <= count else { return -((imageCount - count) / 2) }
        if library == .transformers { return (count - imageCount) / 2 }
        return Int((Double(count - imageCount) / 2).rounded(.toNearestOrEven))
    }

    /// The steps in words, e.g. `shorter side to 256 (bicubic), centre 224 × 224`.
    public var words: String {
        let filter = "(\(interpolation.rawValue))"
        let centre = "centre \(imageWidth) × \(imageHeight)"
        switch resizing {
        case .none: return centre
        case .shorterSide(let side): return "shorter side to \(side) \(filter), \(centre)"
        case .edges(let shortest, let longest):
            return "shorter side to \(shortest), longer side at most \(longest) \(filter), \(centre)"
        case .squeezed(imageHeight, imageWidth): return "squeezed to \(imageWidth) × \(imageHeight) \(filter)"
        case .squeezed(let height, let width): return "squeezed to \(width) × \(height) \(filter), \(centre)"
        case .covering(let height, let width): return "made to cover \(width) × \(height) \(filter), \(centre)"
        case .inside(let height, let width): return "made to fit into \(width) × \(height) \(filter), \(centre)"
        }
    }
}

// A picture as a model reads it.

import Render
import ViT

extension Picture {
    /// The picture in a PNG or JPEG file, turned upright if the library of the preparation does so.
    ///
    /// - Throws: see ``PictureFile/read(_:upright:)``.
    package static func read(_ path: String, for preparation: PicturePreparation) throws -> Picture {
        try PictureFile.read(path, upright: preparation.turnsUpright)
    }

    /// The picture as a model reads it: (3, height, width) in 0…1.
    package var planes: FloatBuffer {
        let buffer = FloatBuffer(count: 3 * height * width)
        for channel in 0..<3 {
            for pixel in 0..<(height * width) {
                buffer.pointer[channel * height * width + pixel] = Float(pixels[3 * pixel + channel]) / 255
            }
        }
        return buffer
    }

    /// The picture as the model's image, by the steps of its library; itself if it has the image's size already.
    ///
    /// - Throws: `RenderError` if it is too long and narrow to be resized.
    package func prepared(_ preparation: PicturePreparation) throws(RenderError) -> Picture {
        let (imageHeight, imageWidth) = (preparation.imageHeight, preparation.imageWidth)
        if (height, width) == (imageHeight, imageWidth) { return self }
        let size = preparation.resizedSize(height: height, width: width)
        return try placed(
            resizedTo: (size.width, size.height), filter: ResamplingFilter(preparation.interpolation),
            left: preparation.offset(of: imageWidth, in: size.width),
            top: preparation.offset(of: imageHeight, in: size.height), width: imageWidth, height: imageHeight,
            ground: Color(red: preparation.ground[0], green: preparation.ground[1], blue: preparation.ground[2]))
    }
}

extension ResamplingFilter {
    fileprivate init(_ interpolation: PicturePreparation.Interpolation) {
        self =
            switch interpolation {
            case .nearest: .nearest
            case .box: .box
            case .bilinear: .bilinear
            case .hamming: .hamming
            case .bicubic: .bicubic
            case .lanczos: .lanczos
            }
    }
}

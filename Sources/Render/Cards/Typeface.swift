// Text in pictures, by FreeType from fonts that are part of the program. The only file that calls FreeType and CDejaVu.

import CDejaVu
import CFreeType

/// DejaVu Sans in one weight: glyphs side by side with their kerning, unhinted and at fractions of a pixel, so that text
/// has the same proportions at every size.
///
/// There is no shaping: no ligatures, no combining marks, no right-to-left text. ``has(_:)`` is false for characters that
/// would need it. An instance serves one thread at a time.
final class Typeface {
    /// The weights that the program has.
    enum Weight {
        case book, bold
    }

    private let library: FT_Library
    private let face: FT_Face

    /// - Throws: `RenderError` if FreeType has no memory left.
    init(_ weight: Weight) throws(RenderError) {
        let font = weight == .book ? cdejavu_book() : cdejavu_bold()
        var library: FT_Library?
        guard FT_Init_FreeType(&library) == 0, let library else { throw Self.failure("begin") }
        var face: FT_Face?
        // The bytes are the program's own and outlive every face.
        guard FT_New_Memory_Face(library, font.bytes, FT_Long(font.count), 0, &face) == 0, let face else {
            FT_Done_FreeType(library)
            throw Self.failure("read its font")
        }
        self.library = library
        self.face = face
    }

    deinit {
        FT_Done_Face(face)
        FT_Done_FreeType(library)
    }

    private static func failure(_ what: String) -> RenderError {
        RenderError(
            "FreeType cannot \(what), which it can unless memory is short. Close other programs, and build again.")
    }

    /// Whether the typeface has a glyph of its own for a character.
    func has(_ scalar: Unicode.Scalar) -> Bool { FT_Get_Char_Index(face, FT_ULong(scalar.value)) != 0 }

    /// The width of a text in pixels at `size` pixels an em.
    func width(of text: String, size: Int) -> Double {
        Double(glyphs(of: text).advance * size) / Double(unitsPerEm)
    }

    private var unitsPerEm: Int { Int(face.pointee.units_per_EM) }

    /// The glyphs with their places, and where the next one would be, in the font's units.
    private func glyphs(of text: String) -> (glyphs: [(index: FT_UInt, place: Int)], advance: Int) {
        var glyphs: [(index: FT_UInt, place: Int)] = []
        var advance = 0
        for scalar in text.unicodeScalars {
            let index = FT_Get_Char_Index(face, FT_ULong(scalar.value))
            if let last = glyphs.last?.index {
                var kerning = FT_Vector()
                if FT_Get_Kerning(face, last, index, FT_UInt(FT_KERNING_UNSCALED.rawValue), &kerning) == 0 {
                    advance += Int(kerning.x)
                }
            }
            glyphs.append((index, advance))
            guard FT_Load_Glyph(face, index, FT_Int32(FT_LOAD_NO_SCALE)) == 0 else { continue }
            advance += Int(face.pointee.glyph.pointee.metrics.horiAdvance)
        }
        return (glyphs, advance)
    }

    /// Draws a text whose first glyph begins at `left`, on a baseline above the row `baseline`; what lies outside the
    /// picture is left out.
    func draw(
        _ text: String, size: Int, color: Picture.Color, left: Int, baseline: Int, on picture: inout Picture
    ) {
        guard FT_Set_Pixel_Sizes(face, 0, FT_UInt(size)) == 0 else { return }
        for glyph in glyphs(of: text).glyphs {
            // In 64ths of a pixel, FreeType's unit.
            let place = (glyph.place * size * 64 + unitsPerEm / 2) / unitsPerEm
            var fraction = FT_Vector(x: FT_Pos(place & 63), y: 0)
            FT_Set_Transform(face, nil, &fraction)
            guard FT_Load_Glyph(face, glyph.index, FT_Int32(FT_LOAD_NO_HINTING | FT_LOAD_RENDER)) == 0,
                let slot = face.pointee.glyph?.pointee
            else { continue }
            blend(
                slot.bitmap, color: color, left: left + place >> 6 + Int(slot.bitmap_left),
                top: baseline - Int(slot.bitmap_top), into: &picture)
        }
    }

    /// Mixes a colour into a picture by the coverage of each pixel.
    private func blend(
        _ coverage: FT_Bitmap, color: Picture.Color, left: Int, top: Int, into picture: inout Picture
    ) {
        guard let buffer = coverage.buffer else { return }
        let ink = [Int(color.red), Int(color.green), Int(color.blue)]
        for row in max(0, -top)..<max(0, -top, min(Int(coverage.rows), picture.height - top)) {
            for column in max(0, -left)..<max(0, -left, min(Int(coverage.width), picture.width - left)) {
                let share = Int(buffer[row * Int(coverage.pitch) + column])
                guard share > 0 else { continue }
                let pixel = 3 * ((top + row) * picture.width + left + column)
                for channel in 0..<3 {
                    let ground = Int(picture.pixels[pixel + channel])
                    picture.pixels[pixel + channel] = UInt8(
                        (ground * (255 - share) + ink[channel] * share + 127) / 255)
                }
            }
        }
    }
}

// The look of a picture: against NumPy, and what may and may not move it.

import Foundation
import Testing

@testable import Render
@testable import Scores
@testable import ViT

struct LookDescriptorTests {
    @Test(arguments: try DescriptorCase.all())
    func agreesWithNumPy(example: DescriptorCase) {
        let found = LookDescriptor(width: example.width, height: example.height).describe([UInt8](example.rgb))
        #expect(found.count == LookDescriptor.count)
        #expect(example.descriptor.count == LookDescriptor.count)
        for (index, pair) in zip(found, example.descriptor).enumerated() {
            #expect(abs(pair.0 - pair.1) < 1e-4, "value \(index): \(pair.0), NumPy has \(pair.1)")
        }
    }

    /// Ottosson's published values for the sRGB primaries and white.
    @Test(
        arguments: [
            ([255, 255, 255], [1, 0, 0]), ([255, 0, 0], [0.62796, 0.22486, 0.12585]),
            ([0, 255, 0], [0.86644, -0.23389, 0.17950]), ([0, 0, 255], [0.45201, -0.03246, -0.31153]),
            ([0, 0, 0], [0, 0, 0]),
        ] as [([UInt8], [Float])])
    func oklabIsOttossons(rgb: [UInt8], expected: [Float]) {
        var pixels = [SIMD4<Float>](repeating: .zero, count: 1)
        Oklab.convert(rgb, into: &pixels)
        for (plane, value) in expected.enumerated() { #expect(abs(pixels[0][plane] - value) < 1e-4) }
    }

    @Test func cubeRootsAreTheLibrarys() {
        for step in 0...4_096 {
            let value = Float(step) / 4_096
            let roots = Oklab.cubeRoot([value, value * value, value * 1e-6, 1 - value])
            for (found, expected) in zip((0..<4).map { roots[$0] }, [value, value * value, value * 1e-6, 1 - value]) {
                #expect(abs(found - cbrtf(expected)) < 1e-6, "the cube root of \(expected)")
            }
        }
    }

    @Test func turnsAreTheLibrarysAngles() {
        for step in 0..<4_096 {
            let angle = (Double(step) + 0.5) / 4_096 * 2 * Double.pi
            for length in [1e-6, 0.3] {
                let found = LookDescriptor.turn(
                    SIMD4(repeating: Float(length * cos(angle))), SIMD4(repeating: Float(length * sin(angle))))[0]
                #expect(abs(found - Float(angle / (2 * Double.pi))) < 2e-7)
            }
        }
        let axes = LookDescriptor.turn([1, 0, -1, 0], [0, 1, 0, -1])
        #expect(axes == [0, 0.25, 0.5, 0.75])
        #expect(LookDescriptor.turn(.zero, .zero) == .zero)
    }

    /// A wave of amplitude A has the mean square A² / 2, at its own frequency alone; a frequency that is its own mirror
    /// image has half of it in both parts.
    @Test(arguments: [(24, 16), (15, 9)])
    func theSpectrumOfWaves(width: Int, height: Int) {
        let spectrum = PowerSpectrum(width: width, height: height)
        func wave(_ r: Double, _ q: Double, _ amplitude: Double, _ pixel: Int) -> Float {
            let (x, y) = (Double(pixel % width) / Double(width), Double(pixel / width) / Double(height))
            return Float(amplitude * cos(2 * Double.pi * (r * x + q * y)))
        }
        let pixels = (0..<height * width).map { pixel in
            SIMD4(5 + wave(4, 2, 0.3, pixel), 2 + wave(4, -2, 0.2, pixel), 2 + wave(3, 0, 0.4, pixel), 0)
        }
        let power = spectrum.power(of: pixels, mean: [5, 2, 2, 0]).array
        let expected: [(PowerSpectrum.Part, Int, Float)] = [
            (.lightness, 2 * spectrum.columns + 4, 0.045), (.mirroredChroma, 2 * spectrum.columns + 4, 0.02),
            (.chroma, 3, 0.04), (.mirroredChroma, 3, 0.04),
        ]
        for (part, frequency, value) in expected {
            #expect(abs(power[part.rawValue * spectrum.count + frequency] - value) < 1e-5)
        }
        #expect(abs(power.reduce(0, +) - 0.145) < 1e-5)
    }

    @Test(arguments: 0..<20)
    func rollingMovesItFarLessThanReplacingIt(seed: Int) {
        var generator = SplitMix64(state: UInt64(seed))
        for (width, height, wraps) in [(32, 32, true), (45, 31, true), (64, 64, false)] {
            let descriptor = LookDescriptor(width: width, height: height)
            let picture = Picture(width: width, height: height, wraps: wraps, using: &generator)
            let other = Picture(width: width, height: height, wraps: wraps, using: &generator)
            let rolled = picture.rolled(
                right: 1 + generator.next(below: width - 1), down: 1 + generator.next(below: height - 1))
            let before = descriptor.describe(picture.rgb)
            for part in LookDescriptor.parts {
                let moved = distance(before, descriptor.describe(rolled.rgb), over: part)
                let replaced = distance(before, descriptor.describe(other.rgb), over: part)
                #expect(moved < 0.01 * replaced, "\(width) × \(height), \(part): \(moved), \(replaced)")
            }
        }
    }

    @Test(arguments: 0..<20)
    func hueMovesTheColoursAndOrientationTheSpectrum(seed: Int) {
        var generator = SplitMix64(state: 100 + UInt64(seed))
        let descriptor = LookDescriptor(width: 32, height: 32)
        let picture = Picture(width: 32, height: 32, wraps: true, using: &generator)
        let before = descriptor.describe(picture.rgb)
        let rolled = descriptor.describe(picture.rolled(right: 9, down: 20).rgb)
        let otherHue = descriptor.describe(picture.withChannelsTurned.rgb)
        let turned = descriptor.describe(picture.turned.rgb)
        let (colours, spectrum) = (LookDescriptor.parts[0], LookDescriptor.parts[1])
        #expect(distance(before, otherHue, over: colours) > 20 * distance(before, rolled, over: colours))
        #expect(distance(before, otherHue, over: colours) > 0.05)
        #expect(distance(before, turned, over: spectrum) > 20 * distance(before, rolled, over: spectrum))
        #expect(distance(before, turned, over: spectrum) > 0.1)
        #expect(distance(before, turned, over: colours) < 1e-4)
    }

    /// Where a pattern sits does not matter: one spot is described alike in the centre and in a corner.
    @Test func aSpotInACornerCountsAsOneInTheCentre() {
        let descriptor = LookDescriptor(width: 48, height: 48)
        func spot(_ centreX: Int, _ centreY: Int) -> [Float] {
            descriptor.describe(
                (0..<48 * 48).flatMap { index -> [UInt8] in
                    let (x, y) = (Double(index % 48 - centreX), Double(index / 48 - centreY))
                    let bright = 200 * exp(-(x * x + y * y) / 8)
                    return [UInt8(40 + bright), UInt8(60 + bright / 2), 80]
                })
        }
        let empty = descriptor.describe([UInt8](repeating: 60, count: 48 * 48 * 3))
        let corner = distance(spot(24, 24), spot(6, 41), over: LookDescriptor.parts[1])
        #expect(corner < 0.01 * distance(spot(24, 24), empty, over: LookDescriptor.parts[1]))
    }

    @Test(arguments: [0, 1, 127, 255] as [UInt8])
    func aPictureOfOneColourHasNothingButItsColour(byte: UInt8) {
        for (width, height) in [(1, 1), (3, 1), (1, 2), (16, 16), (17, 9)] {
            let pixels = (0..<width * height).flatMap { _ in [byte, 255 - byte, byte / 2] }
            let found = LookDescriptor(width: width, height: height).describe(pixels)
            #expect(found.allSatisfy { $0.isFinite })
            #expect(found[3..<12].allSatisfy { abs($0) < 1e-4 }, "moments \(found[3..<12])")
            #expect(found[LookDescriptor.parts[1]].allSatisfy { abs($0) < 1e-4 })
        }
    }

    @Test(arguments: 0..<20)
    func noPictureGivesNaN(seed: Int) {
        var generator = SplitMix64(state: UInt64(seed))
        let (width, height) = (1 + generator.next(below: 20), 1 + generator.next(below: 20))
        let rgb = (0..<3 * width * height).map { _ in generator.next(below: 3) < 2 ? 255 : UInt8(0) }
        #expect(LookDescriptor(width: width, height: height).describe(rgb).allSatisfy { $0.isFinite })
    }
}

private func distance(_ a: [Float], _ b: [Float], over part: Range<Int>) -> Float {
    part.reduce(0) { $0 + (a[$1] - b[$1]) * (a[$1] - b[$1]) }.squareRoot()
}

/// A picture of a few waves, each of one colour, on a ground of another.
private struct Picture {
    let width: Int
    let height: Int
    let rgb: [UInt8]

    init(width: Int, height: Int, rgb: [UInt8]) {
        self.width = width
        self.height = height
        self.rgb = rgb
    }

    /// Three waves of one orientation; `wraps` gives them whole numbers of periods.
    init(width: Int, height: Int, wraps: Bool, using generator: inout SplitMix64) {
        var planes = [[Float]](repeating: [], count: 3)
        let ground = (0..<3).map { _ in 60 + 120 * generator.uniform() }
        planes = ground.map { [Float](repeating: $0, count: width * height) }
        let steep = generator.next(below: 2) == 0
        for _ in 0..<3 {
            let many = Float(2 + generator.next(below: 5)) + (wraps ? 0 : generator.uniform())
            let few = Float(generator.next(below: 2)) + (wraps ? 0 : generator.uniform())
            let (alongX, alongY) = steep ? (few, many) : (many, few)
            let phase = 6 * generator.uniform()
            let colour = (0..<3).map { _ in 30 * generator.normal() }
            for index in 0..<width * height {
                let x = Float(index % width) / Float(width)
                let y = Float(index / width) / Float(height)
                let wave = sinf(2 * Float.pi * (alongX * x + alongY * y) + phase)
                for channel in 0..<3 { planes[channel][index] += colour[channel] * wave }
            }
        }
        self.init(
            width: width, height: height,
            rgb: (0..<width * height).flatMap { index in
                (0..<3).map { UInt8(min(max(planes[$0][index], 0), 255)) }
            })
    }

    func rolled(right: Int, down: Int) -> Picture {
        rearranged { x, y in ((x + right) % width, (y + down) % height) }
    }

    /// A square picture with rows and columns exchanged.
    var turned: Picture { rearranged { x, y in (y, x) } }

    /// Red becomes green, green blue, and blue red.
    var withChannelsTurned: Picture {
        Picture(width: width, height: height, rgb: rgb.indices.map { rgb[$0 - $0 % 3 + ($0 + 2) % 3] })
    }

    private func rearranged(_ place: (Int, Int) -> (Int, Int)) -> Picture {
        var result = rgb
        for index in 0..<width * height {
            let (x, y) = place(index % width, index / width)
            for channel in 0..<3 { result[3 * (y * width + x) + channel] = rgb[3 * index + channel] }
        }
        return Picture(width: width, height: height, rgb: result)
    }
}

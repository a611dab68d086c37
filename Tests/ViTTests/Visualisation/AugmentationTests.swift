// Every method's transforms: their adjoint, their distributions, and what they do not change.

import Reference
import Testing

@testable import ViT

struct AugmentationTests {
    private static func reduced(_ name: String) throws -> Method {
        try Method.named(name).applying(["steps": "4"])
    }

    /// The image of a copy is A·canvas + b: A and its adjoint from differences of two canvases with the same draws.
    @Test(arguments: Method.presets.map(\.name), 0..<6)
    func backwardIsTheAdjoint(name: String, seed: Int) throws {
        let method = try Self.reduced(name)
        let output = PictureSize(height: 10, width: 12)
        let augmentation = Augmentation(method: method, output: output)
        let count = output.count * method.canvasScale * method.canvasScale
        var samples = SampleGenerator(seed: seed)
        let x = samples.values(3 * count)
        let y = samples.values(3 * output.count)
        var generator = RunGenerator(seed: UInt64(seed))
        let views = augmentation.views(step: seed % 4, copies: method.copies, using: &generator)
        for copy in 0..<method.copies {
            func image(_ values: [Float]) -> [Float] {
                var generator = generator
                let noise = augmentation.noise(3 * output.count, using: &generator)
                return filled(3 * output.count) {
                    augmentation.forward(pixels(values), view: views[copy], noise: noise, image: $0)
                }
            }
            let ofZero = image([Float](repeating: 0, count: 3 * count))
            let linear = zip(image(x), ofZero).map { $0 - $1 }
            var dImage = y
            let adjoint = dImage.withUnsafeMutableBufferPointer { dImage in
                canvas(count) { dCanvas in
                    guard let dImage = dImage.baseAddress else { return }
                    augmentation.backward(dImage: dImage, view: views[copy], share: 0.5, dCanvas: dCanvas)
                }
            }
            let difference = 0.5 * innerProduct(linear, y) - innerProduct(x, planar(adjoint))
            #expect(abs(difference) < 5e-4, "copy \(copy)")
        }
    }

    @Test func drawsStayWithinTheMethod() throws {
        let method = try Method.atlas.applying([
            "jitter": "0", "secondJitter": "0.1", "rotation": "0", "smallestScale": "1", "largestScale": "1",
        ])
        let size = PictureSize(height: 20, width: 40)
        let augmentation = Augmentation(method: method, output: size)
        var generator = RunGenerator(seed: 7)
        var extremes = (x: 0.0, y: 0.0)
        for step in 0..<400 {
            let view = augmentation.views(step: step % method.steps, copies: 1, using: &generator)[0]
            #expect(view.map.xx == 1 &<< 32 && view.map.xy == 0)
            extremes.x = max(extremes.x, abs(Double(view.map.x0)) * 0x1p-32)
            extremes.y = max(extremes.y, abs(Double(view.map.y0)) * 0x1p-32)
        }
        // At most a tenth of each side, and nearly all of that range is used.
        #expect(extremes.x <= 4 && extremes.x > 3.8)
        #expect(extremes.y <= 2 && extremes.y > 1.9)
    }

    @Test func rollIsCommonToAllCopiesAndWhole() {
        let size = PictureSize(height: 28, width: 28)
        let augmentation = Augmentation(method: .ghiasi, output: size)
        var generator = RunGenerator(seed: 3)
        var seen: Set<Int64> = []
        for step in 0..<200 {
            let views = augmentation.views(step: step, copies: 8, using: &generator)
            for copy in 1..<8 { #expect(views[copy].map == views[0].map) }
            #expect(views[0].scale != views[1].scale)
            #expect(views[0].map.x0 & 0xFFFF_FFFF == 0)
            seen.insert(views[0].map.x0 &>> 32)
        }
        // ± a seventh of 28 pixels.
        #expect(seen == Set(-4...4))
    }

    @Test func offsetNoiseEndsAtZero() throws {
        let method = try Method.ghiasi.applying(["colourShift": "0", "colourScale": "0"])
        let augmentation = Augmentation(method: method, output: PictureSize(height: 14, width: 14))
        var generator = RunGenerator(seed: 1)
        var views = augmentation.views(step: 0, copies: 8, using: &generator)
        #expect(views[0].shift != Pixel() && views[0].scale == Pixel(repeating: 1))
        views = augmentation.views(step: method.steps - 1, copies: 8, using: &generator)
        #expect((0..<8).allSatisfy { views[$0].shift == Pixel() })
    }
}

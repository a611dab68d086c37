// Resampling against torch's grid_sample and positions worked by hand, and its adjoint at every edge.

import Reference
import Testing

@testable import ViT

struct AffineSamplerTests {
    private let size = PictureSize(height: 4, width: 5)

    /// The red channel of a resampled (4, 5) picture of 0.1·((7·row + 3·column) mod 10).
    private func resampled(_ map: AffineMap, to output: PictureSize, edge: Edge) -> [Float] {
        let source = (0..<20).map { (i: Int) -> Pixel in
            let digit = (i / 5 * 7 + i % 5 * 3) % 10
            return Pixel(Float(digit) * 0.1, 0, 0, 0)
        }
        let sampler = AffineSampler(source: size, output: output, edge: edge)
        return Array(filled(3 * output.count) { sampler.forward(source, map: map, y: $0) }.prefix(output.count))
    }

    private let map = AffineMap(xx: 0.9, xy: 0.2, x0: -0.7, yx: -0.15, yy: 1.1, y0: -0.4)
    private let output = PictureSize(height: 3, width: 4)

    /// torch.nn.functional.grid_sample, align_corners, zeros.
    @Test func zerosAreTorchs() {
        let expected: [Float] = [0, 0.027, 0.099, 0.09, 0.245, 0.285, 0.27, 0.585, 0.322, 0.475, 0.25, 0.315]
        let result = resampled(map, to: output, edge: .constant(value: 0, margin: 0))
        #expect(relativeError(result, expected) < 1e-6)
    }

    /// torch.nn.functional.grid_sample, align_corners, reflection.
    @Test func reflectionIsTorchs() {
        let expected: [Float] = [0.21, 0.335, 0.12, 0.345, 0.29, 0.285, 0.27, 0.585, 0.49, 0.475, 0.25, 0.315]
        #expect(relativeError(resampled(map, to: output, edge: .reflect), expected) < 1e-6)
    }

    @Test func constantMarginEndsInBlack() {
        let map = AffineMap(xx: 1, xy: 0, x0: -3, yx: 0, yy: 1, y0: 0)
        let row = resampled(map, to: PictureSize(height: 1, width: 5), edge: .constant(value: 0.5, margin: 2))
        #expect(row == [0, 0.5, 0.5, 0, 0.3])
    }

    @Test func wrapRolls() {
        let rolled = resampled(.roll(x: 2, y: -1), to: size, edge: .wrap)
        let plain = resampled(.identity, to: size, edge: .wrap)
        for y in 0..<4 {
            for x in 0..<5 { #expect(rolled[y * 5 + x] == plain[(y + 1) % 4 * 5 + (x + 3) % 5]) }
        }
    }

    @Test func similarityMovesAsItSays() {
        let square = PictureSize(height: 5, width: 5)
        func source(_ map: AffineMap, _ x: Int, _ y: Int) -> SIMD2<Double> {
            SIMD2(
                Double(map.x0 + map.xx * Int64(x) + map.xy * Int64(y)),
                Double(map.y0 + map.yx * Int64(x) + map.yy * Int64(y))) * 0x1p-32
        }
        func near(_ a: SIMD2<Double>, _ x: Double, _ y: Double) -> Bool {
            abs(a.x - x) < 1e-8 && abs(a.y - y) < 1e-8
        }
        // A shift towards larger x: each pixel shows what was to its left.
        let shift = AffineMap.similarity(first: [1, 0], scale: 1, angle: 0, second: [0, 2], size: square)
        #expect(near(source(shift, 2, 2), 1, 0))
        // Twice as large about the centre (2, 2): the corner shows what was half-way.
        let scale = AffineMap.similarity(first: [0, 0], scale: 2, angle: 0, second: [0, 0], size: square)
        #expect(near(source(scale, 0, 4), 1, 3))
        // A quarter turn from x towards y: what was to the right of the centre is now below it.
        let turn = AffineMap.similarity(first: [0, 0], scale: 1, angle: .pi / 2, second: [0, 0], size: square)
        #expect(near(source(turn, 2, 4), 4, 2))
        // In order: shifted right by 1, enlarged, turned, shifted down by 1.
        let all = AffineMap.similarity(first: [1, 0], scale: 2, angle: .pi / 2, second: [0, 1], size: square)
        #expect(near(source(all, 2, 5), 2, 2))
    }

    @Test func cropsCornersAreTheSquaresCorners() {
        let canvas = PictureSize(height: 9, width: 17)
        let map = AffineMap.crop(centre: [0.5, 0.25], side: 0.5, canvas: canvas, output: .init(height: 5, width: 5))
        #expect(map.x0 == 4 &<< 32 && map.y0 == 0)
        #expect(map.x0 + 4 * map.xx == 12 &<< 32 && map.y0 + 4 * map.yy == 4 &<< 32)
    }

    @Test func onCanvasAveragesBlocks() {
        let map = AffineMap.identity.onCanvas(factor: 2)
        let small = PictureSize(height: 2, width: 2)
        let means = resampled(map, to: small, edge: .wrap)
        let plain = resampled(.identity, to: size, edge: .wrap)
        for y in 0..<2 {
            for x in 0..<2 {
                let i = 2 * y * 5 + 2 * x
                #expect(abs(means[2 * y + x] - (plain[i] + plain[i + 1] + plain[i + 5] + plain[i + 6]) / 4) < 1e-6)
            }
        }
    }

    private static let edges: [Edge] = [.constant(value: 0, margin: 0), .reflect, .wrap]

    @Test(arguments: 0..<10, 0..<3)
    func backwardIsTheAdjoint(seed: Int, edge: Int) {
        var samples = SampleGenerator(seed: seed)
        let source = PictureSize(height: 7 + seed % 3, width: 9 - seed % 2)
        let output = PictureSize(height: 8, width: 6 + seed % 4)
        let sampler = AffineSampler(source: source, output: output, edge: Self.edges[edge])
        let c = samples.values(6).map(Double.init)
        let map = AffineMap(
            xx: 1 + 0.4 * c[0], xy: 0.5 * c[1], x0: 3 * c[2], yx: 0.5 * c[3], yy: 1 + 0.4 * c[4], y0: 3 * c[5])
        let x = samples.values(3 * source.count)
        let y = samples.values(3 * output.count)
        let forward = filled(3 * output.count) { sampler.forward(pixels(x), map: map, y: $0) }
        let adjoint = canvas(source.count) { sampler.backward(dy: y, map: map, scale: 0.25, dCanvas: $0) }
        #expect(abs(0.25 * innerProduct(forward, y) - innerProduct(x, planar(adjoint))) < 1e-4)
        #expect(adjoint.allSatisfy { $0.w == 0 })
    }
}

// From a canvas to the image that the model sees at a step (framing, colour jitter, noise), and back.

/// The random transform that was drawn for one copy at one step.
public struct View: Equatable, Sendable {
    /// Where in the canvas its pixels come from.
    public var map = AffineMap.identity
    /// Colour jitter and offset of each channel as y = x·scale + shift.
    public var scale = Pixel(repeating: 1), shift = Pixel()
}

/// A method's random transforms from its canvas to the model's input. Holds no state of runs.
package struct Augmentation {
    private let method: Method
    private let canvas: PictureSize
    private let output: PictureSize
    private let sampler: AffineSampler
    /// What lies outside the canvas.
    package let edge: Edge
    package let changesColour: Bool
    /// Whether noise is added to each image.
    package let addsNoise: Bool

    package init(method: Method, output: PictureSize) {
        self.method = method
        self.output = output
        canvas = PictureSize(
            height: output.height * method.canvasScale, width: output.width * method.canvasScale)
        edge =
            switch method.framing {
            case .affine(let affine):
                switch affine.border {
                case .constant(let padding, let value):
                    .constant(
                        value: Float(value),
                        margin: Int((padding * Double(min(canvas.height, canvas.width))).rounded()))
                case .reflect: .reflect
                case .wrap: .wrap
                }
            case .roll: .wrap
            case .crop: .constant(value: 0, margin: 0)
            }
        sampler = AffineSampler(source: canvas, output: output, edge: edge)
        changesColour = method.colourShift > 0 || method.colourScale > 0 || method.offsetNoise > 0
        addsNoise = method.normalNoise > 0 || method.uniformNoise > 0
    }

    /// Draws the views of a step's copies. Overwrites views: (copies).
    func draw(step: Int, using generator: inout RunGenerator, views: UnsafeMutableBufferPointer<View>) {
        // 0 at the first step, 1 at the last.
        let progress = method.steps > 1 ? Double(step) / Double(method.steps - 1) : 1
        var common = AffineMap.identity
        if case .roll(let part) = method.framing {
            let limit = (
                x: Int((part * Double(output.width)).rounded()), y: Int((part * Double(output.height)).rounded())
            )
            common = AffineMap.roll(x: generator.symmetric(limit.x), y: generator.symmetric(limit.y))
                .onCanvas(factor: method.canvasScale)
        }
        for copy in 0..<method.copies {
            let map: AffineMap =
                switch method.framing {
                case .roll: common
                case .affine(let affine): similarity(affine, using: &generator).onCanvas(factor: method.canvasScale)
                case .crop(let part): crop(part, progress: progress, using: &generator)
                }
            let (scale, shift) = colours(progress: progress, using: &generator)
            views[copy] = View(map: map, scale: scale, shift: shift)
        }
    }

    private func similarity(_ affine: Method.Affine, using generator: inout RunGenerator) -> AffineMap {
        let extent = SIMD2(Double(output.width), Double(output.height))
        let first = SIMD2(generator.symmetric(affine.jitter), generator.symmetric(affine.jitter)) * extent
        let scale = affine.smallestScale + generator.unit() * (affine.largestScale - affine.smallestScale)
        let angle = generator.symmetric(affine.rotation) * .pi / 180
        let second = SIMD2(generator.symmetric(affine.secondJitter), generator.symmetric(affine.secondJitter)) * extent
        return .similarity(first: first, scale: scale, angle: angle, second: second, size: output)
    }

    private func crop(
        _ crop: Method.Crop, progress: Double, using generator: inout RunGenerator
    ) -> AffineMap {
        let centre = 0.5 + SIMD2(generator.normal(), generator.normal()) * crop.centreDeviation
        let mean = crop.firstSide + progress * (crop.lastSide - crop.firstSide)
        let side = min(max(mean + generator.normal() * crop.sideDeviation, 0.05), 1)
        return .crop(centre: centre, side: side, canvas: canvas, output: output)
    }

    /// (x − μ)/σ + offset per channel, as x·scale + shift.
    private func colours(progress: Double, using generator: inout RunGenerator) -> (scale: Pixel, shift: Pixel) {
        var (scale, shift) = (Pixel(repeating: 1), Pixel())
        guard changesColour else { return (scale, shift) }
        for channel in 0..<3 {
            let mean = generator.symmetric(method.colourShift)
            // The vector exp, because it is the same on every system.
            let logarithm = Float(-generator.symmetric(method.colourScale))
            let inverseDeviation = exponential(Lanes(repeating: logarithm))[0]
            let offset = generator.normal() * method.offsetNoise * (1 - progress)
            scale[channel] = inverseDeviation
            shift[channel] = Float(offset) - Float(mean) * inverseDeviation
        }
        return (scale, shift)
    }

    /// Draws the noise of one image. Overwrites noise: (3, output).
    func drawNoise(using generator: inout RunGenerator, noise: UnsafeMutablePointer<Float>) {
        for i in 0..<3 &* output.count {
            let value = generator.normal() * method.normalNoise + generator.symmetric(method.uniformNoise)
            noise[i] = Float(value)
        }
    }

    /// image = (A·canvas)·scale + shift + noise. noise: (3, output). Overwrites image: (3, output).
    func forward(
        _ canvas: UnsafePointer<Pixel>, view: View, noise: UnsafePointer<Float>?, image: UnsafeMutablePointer<Float>
    ) {
        sampler.forward(canvas, map: view.map, y: image)
        if changesColour {
            for channel in 0..<3 {
                let image = image + channel &* output.count
                let (scale, shift) = (view.scale[channel], view.shift[channel])
                for i in 0..<output.count { image[i] = image[i] * scale + shift }
            }
        }
        if let noise {
            for i in 0..<3 &* output.count { image[i] += noise[i] }
        }
    }

    /// The backward pass: dCanvas += share·Aᵀ·(dImage·scale); noise has no gradient. Overwrites dImage, accumulates
    /// into dCanvas.
    func backward(
        dImage: UnsafeMutablePointer<Float>, view: View, share: Float, dCanvas: UnsafeMutablePointer<Pixel>
    ) {
        if changesColour {
            for channel in 0..<3 {
                let dImage = dImage + channel &* output.count
                let scale = view.scale[channel]
                for i in 0..<output.count { dImage[i] *= scale }
            }
        }
        sampler.backward(dy: dImage, map: view.map, scale: share, dCanvas: dCanvas)
    }
}

// From the numbers that a run optimises to its canvas, as `ImageParameterisation` computes it on the CPU.

import StableHLO
import ViT

/// Writes a method's parameterisation for B runs.
struct ParameterisationWriter {
    private let program: Program
    private let method: Method
    /// Size of the canvas.
    let size: PictureSize
    private let kind: Kind

    /// The parts of a parameterisation that are computed beforehand.
    private enum Kind {
        case planes(ColourSpace?)
        case fourier(InverseDFT, scale: FloatBuffer, ColourSpace)
        case phase(InverseDFT, magnitude: FloatBuffer, ColourSpace)
    }

    init(_ program: Program, _ method: Method, output: PictureSize) {
        self.program = program
        self.method = method
        size = method.canvasSize(output: output)
        switch method.parameterisation {
        case .pixel(_, let decorrelated): kind = .planes(ColourSpace(decorrelated: decorrelated))
        case .clamped: kind = .planes(nil)
        case .fourier(_, let decayPower, let decorrelated):
            let transform = InverseDFT(height: size.height, width: size.width)
            kind = .fourier(
                transform, scale: transform.scales(decayPower: decayPower), ColourSpace(decorrelated: decorrelated))
        case .phase:
            let transform = InverseDFT(height: size.height, width: size.width)
            kind = .phase(transform, magnitude: transform.naturalMagnitudes(), ColourSpace(decorrelated: true))
        }
    }

    /// The canvases, (B, 3, height, width) in 0…1, of the runs' numbers, (B, parameters).
    func canvas(_ parameters: Value) -> Value {
        let runs = parameters.shape[0]
        switch kind {
        case .planes(let colours):
            let planes = parameters.reshaped([runs, 3, size.plane]).sliced(0..<size.count, along: 2)
            let picture = planes.reshaped([runs, 3, size.height, size.width])
            return colours.map { $0.colours(of: picture) } ?? picture
        case .fourier(let transform, let scale, let colours):
            let k = transform.columns
            let spectrum = parameters.sliced(0..<6 * k * size.height, along: 1)
                .reshaped([runs, 3, k, 2, size.height])
            let scaled = spectrum * program.weight(scale, [k, size.height]).reshaped([k, 1, size.height])
            return colours.colours(of: picture(scaled, transform))
        case .phase(let transform, let magnitude, let colours):
            let k = transform.columns
            let phase = standardised(parameters.sliced(0..<3 * k * size.height, along: 1))
                .reshaped([runs, 3, k, 1, size.height])
            let m = program.weight(magnitude, [3, k, size.height]).reshaped([3, k, 1, size.height])
            let spectrum = Value.concatenated([phase.cosine() * m, phase.sine() * m], along: 3)
            let z = standardised(picture(spectrum, transform).reshaped([runs, 3 * size.count]))
            return colours.colours(of: z.reshaped([runs, 3, size.height, size.width]))
        }
    }

    /// Moves the numbers back into their range, after an optimiser's step.
    func constrained(_ parameters: Value) -> Value {
        guard case .clamped = method.parameterisation else { return parameters }
        let zero = parameters.module.constant(0, parameters.type)
        let one = parameters.module.constant(1, parameters.type)
        return parameters.isGreater(than: zero).choose(parameters.isLess(than: one).choose(parameters, 1), 0)
    }

    /// The inverse transform: (B, 3, K, 2, height) becomes (B, 3, height, width). In full precision, as a picture's
    /// contrast depends on it.
    private func picture(_ spectrum: Value, _ transform: InverseDFT) -> Value {
        let (runs, k, height) = (spectrum.shape[0], transform.columns, size.height)
        let rowMatrix = program.weight(transform.rowMatrix, [2 * height, 2 * height])
        let columnMatrix = program.weight(transform.columnMatrix, [2 * k, size.width])
        let halfway = spectrum.reshaped([runs, 3, k, 2 * height]).dot(rowMatrix, over: ([3], [0]))
        // (B, 3, 2·K, height)ᵀ·(2·K, width).
        return halfway.reshaped([runs, 3, 2 * k, height]).dot(columnMatrix, over: ([2], [0]))
    }

    /// (x − mean)/(deviation + ε) of each run's numbers: (B, count).
    private func standardised(_ x: Value) -> Value {
        let runs = x.shape[0]
        let centred = x - x.mean(over: [1]).reshaped([runs, 1])
        let deviation = (centred * centred).mean(over: [1]).squareRoot().reshaped([runs, 1])
        return centred / (deviation + Float(PhaseParameterisation.epsilon))
    }

    /// The 8-bit pictures of canvases: the mean over blocks of `factor` × `factor` pixels, (B, height, width, 3).
    ///
    /// Values outside 0…1 are clamped, NaN becomes 0.
    func bytes(of canvas: Value, factor: Int) -> Value {
        let (runs, height, width) = (canvas.shape[0], size.height / factor, size.width / factor)
        let blocks = canvas.reshaped([runs, 3, height, factor, width, factor])
        let values = blocks.sum(over: [3, 5]) * (255 / Float(factor * factor))
        let greatest = values.module.constant(255, values.type)
        let zero = values.module.constant(0, values.type)
        let clamped = values.isGreater(than: zero).choose(values.isLess(than: greatest).choose(values, 255), 0)
        return (clamped + 0.5).converted(to: .uint8).transposed([0, 2, 3, 1])
    }
}

extension ColourSpace {
    /// sigmoid(M·z): (B, 3, height, width).
    func colours(of z: Value) -> Value {
        let (a, b, c) = columns
        let channels = (0..<3).map { z.sliced($0..<$0 + 1, along: 1) }
        let rows = (0..<3).map { channels[0] * a[$0] + channels[1] * b[$0] + channels[2] * c[$0] }
        return Value.concatenated(rows, along: 1).sigmoid()
    }
}

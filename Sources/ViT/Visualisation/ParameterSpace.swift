// The numbers that a run optimises, before they become a picture.

/// How many numbers a parameterisation has, and how a run's initial numbers are drawn.
package struct ParameterSpace {
    /// The distribution of the initial numbers.
    enum Start {
        /// N(0, deviation).
        case normal(deviation: Double)
        /// U(0, 1).
        case uniform
    }

    private let start: Start
    /// The numbers form groups of whole SIMD lanes: the number of groups, the numbers drawn for each, and the distance
    /// between groups.
    private let groups: Int, drawn: Int, stride: Int

    /// The three channels of a picture, `size.plane` apart.
    static func planes(_ size: PictureSize, _ start: Start) -> ParameterSpace {
        ParameterSpace(start: start, groups: 3, drawn: size.count, stride: size.plane)
    }

    /// The half spectrum of three channels, with `parts` numbers per coefficient.
    static func spectrum(_ size: PictureSize, parts: Int, _ start: Start) -> ParameterSpace {
        let count = 3 * InverseDFT.columns(width: size.width) * parts * size.height
        return ParameterSpace(start: start, groups: 1, drawn: count, stride: (count + 7) / 8 * 8)
    }

    /// How many numbers are optimised, a multiple of 8; the padding stays zero.
    package var count: Int { groups * stride }

    /// Draws the initial numbers of a run. Overwrites parameters: (count).
    func draw(_ parameters: UnsafeMutablePointer<Float>, using generator: inout RunGenerator) {
        parameters.update(repeating: 0, count: count)
        for group in 0..<groups {
            let group = parameters + group * stride
            switch start {
            case .normal(let deviation):
                let deviation = Float(deviation)
                for i in 0..<drawn { group[i] = Float(generator.normal()) * deviation }
            case .uniform:
                for i in 0..<drawn { group[i] = Float(generator.unit()) }
            }
        }
    }
}

extension Method {
    /// The size of the canvas for a model whose input has this size.
    package func canvasSize(output: PictureSize) -> PictureSize {
        PictureSize(height: output.height * canvasScale, width: output.width * canvasScale)
    }

    /// The numbers that a run optimises, for a model whose input has this size.
    package func parameterSpace(output: PictureSize) -> ParameterSpace {
        let size = canvasSize(output: output)
        return switch parameterisation {
        case .pixel(let deviation, _): .planes(size, .normal(deviation: deviation))
        case .clamped: .planes(size, .uniform)
        case .fourier(let deviation, _, _): .spectrum(size, parts: 2, .normal(deviation: deviation))
        case .phase(let deviation): .spectrum(size, parts: 1, .normal(deviation: deviation))
        }
    }

    /// The map from those numbers to a canvas.
    func makeParameterisation(output: PictureSize) -> any ImageParameterisation {
        let size = canvasSize(output: output)
        return switch parameterisation {
        case .pixel(_, let decorrelated): PixelParameterisation(size: size, decorrelated: decorrelated)
        case .clamped: ClampedParameterisation(size: size)
        case .fourier(_, let decayPower, let decorrelated):
            FourierParameterisation(size: size, decayPower: decayPower, decorrelated: decorrelated)
        case .phase: PhaseParameterisation(size: size)
        }
    }
}

// A method's step in double precision: from parameters to a canvas, through views to images, and the update.

import Foundation
import ViT

/// A picture of three channels, (3, height, width), whose numbers are on a tape.
public struct ReferenceCanvas {
    /// Rows and columns.
    public let height: Int, width: Int
    /// (3, height, width).
    public let values: [Scalar]
}

/// What lies outside a canvas that a view has moved.
public enum ReferenceEdge {
    /// A value for a margin around it, then 0.
    case constant(value: Double, margin: Int)
    /// The canvas, mirrored at its outermost pixels.
    case reflect
    /// The canvas, repeated.
    case wrap
}

extension Tape {
    /// Lucid's colour matrix, divided by the largest norm of its columns, or the identity; then a sigmoid.
    /// z: (3, height, width).
    public func colours(_ z: [Scalar], decorrelated: Bool, height: Int, width: Int) -> ReferenceCanvas {
        let first = [0.26, 0.27, 0.27]
        let norm = first.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let lucid = [[0.26, 0.09, 0.02], [0.27, 0, -0.05], [0.27, -0.09, 0.03]].map { $0.map { $0 / norm } }
        let matrix = decorrelated ? lucid : [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        let count = height * width
        let values = (0..<3).flatMap { channel in
            (0..<count).map { pixel in
                let sum = sum((0..<3).map { (z[$0 * count + pixel], matrix[channel][$0]) })
                let value = 1 / (1 + exp(-sum.value))
                return apply(sum, value, slope: value * (1 - value))
            }
        }
        return ReferenceCanvas(height: height, width: width, values: values)
    }

    /// `numpy.fft.irfft2(spectrum, norm="ortho")` of each channel: (3, height, width). spectrum: (3, K, 2, height).
    public func inverseTransform(_ spectrum: [Scalar], height: Int, width: Int) -> [Scalar] {
        let columns = width / 2 + 1
        let scale = 1 / Double(height * width).squareRoot()
        return (0..<3).flatMap { channel in
            (0..<height * width).map { pixel in
                let (y, x) = (pixel / width, pixel % width)
                var terms: [(Scalar, Double)] = []
                for k in 0..<columns {
                    // Every column also represents its mirror image, except the first, and the last of an even width.
                    let weight = k == 0 || 2 * k == width ? scale : 2 * scale
                    for j in 0..<height {
                        let turns = Double(k * x) / Double(width) + Double(j * y) / Double(height)
                        let real = ((channel * columns + k) * 2) * height + j
                        terms.append((spectrum[real], weight * cos(2 * .pi * turns)))
                        terms.append((spectrum[real + height], -weight * sin(2 * .pi * turns)))
                    }
                }
                return sum(terms)
            }
        }
    }

    /// (x − mean)/(deviation + 1e-5) over all values.
    public func standardise(_ x: [Scalar]) -> [Scalar] {
        let share = 1 / Double(x.count)
        let mean = sum(x.map { ($0, share) })
        let centred = x.map { sum([($0, 1), (mean, -1)]) }
        let variance = dot(centred, centred, scale: share)
        let deviation = variance.value.squareRoot()
        let inverse = 1 / (deviation + 1e-5)
        let scale = apply(variance, inverse, slope: -inverse * inverse * 0.5 / deviation)
        return centred.map { product($0, scale) }
    }

    /// The canvas for a method's parameters, which are in the CPU's memory order without padding.
    ///
    /// - Parameter magnitude: the mean magnitude in photographs by channel and cycles per pixel, for `phase`.
    public func canvas(
        _ p: [Scalar], _ method: Method, height: Int, width: Int, magnitude: (Int, Double) -> Double
    ) -> ReferenceCanvas {
        let columns = width / 2 + 1
        func frequency(_ k: Int, _ j: Int) -> Double {
            let y = Double(2 * j < height ? j : j - height) / Double(height)
            let x = Double(k) / Double(width)
            return max((x * x + y * y).squareRoot(), 1 / Double(max(height, width)))
        }
        switch method.parameterisation {
        case .clamped: return ReferenceCanvas(height: height, width: width, values: p)
        case .pixel(_, let decorrelated):
            return colours(p, decorrelated: decorrelated, height: height, width: width)
        case .fourier(_, let decayPower, let decorrelated):
            let spectrum = p.indices.map { index in
                let k = index / (2 * height) % columns
                let scale = pow(frequency(k, index % height), -decayPower) / 4
                return sum([(p[index], scale)])
            }
            let z = inverseTransform(spectrum, height: height, width: width)
            return colours(z, decorrelated: decorrelated, height: height, width: width)
        case .phase:
            let phases = standardise(p)
            var spectrum: [Scalar] = []
            for column in 0..<3 * columns {
                let column = (0..<height).map { j in
                    let m = magnitude(column / columns, frequency(column % columns, j))
                    return (phases[column * height + j], m)
                }
                spectrum += column.map { apply($0, $1 * cos($0.value), slope: -$1 * sin($0.value)) }
                spectrum += column.map { apply($0, $1 * sin($0.value), slope: $1 * cos($0.value)) }
            }
            let z = standardise(inverseTransform(spectrum, height: height, width: width))
            return colours(z, decorrelated: true, height: height, width: width)
        }
    }

    /// image = (bilinear taps of the canvas)·scale + shift + noise: (3, height, width).
    public func image(
        _ canvas: ReferenceCanvas, _ view: View, edge: ReferenceEdge, noise: [Float]?, height: Int, width: Int
    ) -> [Scalar] {
        func place(_ index: Int, _ count: Int) -> Int? {
            switch edge {
            case .constant: return (0..<count).contains(index) ? index : nil
            case .wrap: return (index % count + count) % count
            case .reflect:
                guard count > 1 else { return 0 }
                let period = 2 * count - 2
                let i = (index % period + period) % period
                return i < count ? i : period - i
            }
        }
        func pixel(_ channel: Int, _ y: Int, _ x: Int) -> Scalar {
            if let row = place(y, canvas.height), let column = place(x, canvas.width) {
                return canvas.values[(channel * canvas.height + row) * canvas.width + column]
            }
            guard case .constant(let value, let margin) = edge else { return Scalar(0) }
            let isPadding =
                (-margin..<canvas.height + margin).contains(y) && (-margin..<canvas.width + margin).contains(x)
            return Scalar(isPadding ? value : 0)
        }
        func coefficient(_ fixed: Int64) -> Double { Double(fixed) * 0x1p-32 }
        let map = view.map
        return (0..<3).flatMap { channel in
            (0..<height * width).map { index in
                let (row, column) = (Double(index / width), Double(index % width))
                let sx = coefficient(map.xx) * column + coefficient(map.xy) * row + coefficient(map.x0)
                let sy = coefficient(map.yx) * column + coefficient(map.yy) * row + coefficient(map.y0)
                let (x, y) = (Int(sx.rounded(.down)), Int(sy.rounded(.down)))
                let (right, down) = (sx - Double(x), sy - Double(y))
                let scale = Double(view.scale[channel])
                let offset = Double(view.shift[channel]) + Double(noise?[channel * height * width + index] ?? 0)
                return sum(
                    [
                        (pixel(channel, y, x), (1 - right) * (1 - down) * scale),
                        (pixel(channel, y, x + 1), right * (1 - down) * scale),
                        (pixel(channel, y + 1, x), (1 - right) * down * scale),
                        (pixel(channel, y + 1, x + 1), right * down * scale),
                    ], plus: offset)
            }
        }
    }

    /// Ghiasi et al. 2022's total variation: the norms of four maps of differences, averaged over the channels.
    public func totalVariation(_ image: [Scalar], height: Int, width: Int) -> Scalar {
        var lengths: [(Scalar, Double)] = []
        for (dy, dx) in [(0, 1), (1, 0), (1, 1), (1, -1)] {
            for channel in 0..<3 {
                var differences: [Scalar] = []
                for y in 0..<height - dy {
                    for x in max(0, -dx)..<width - max(0, dx) {
                        let first = (channel * height + y) * width + x
                        differences.append(sum([(image[first + dy * width + dx], 1), (image[first], -1)]))
                    }
                }
                let square = dot(differences, differences)
                let length = square.value.squareRoot()
                lengths.append((apply(square, length, slope: 0.5 / length), 1.0 / 3))
            }
        }
        return sum(lengths)
    }
}

/// Gradient ascent by Adam (Kingma & Ba 2015, algorithm 1) or NAdam (Dozat 2016, with torch's momentum schedule).
public struct ReferenceOptimiser {
    private let method: Method
    private var step = 0
    private var momentumProduct = 1.0
    private var first: [Double]
    private var second: [Double]

    /// An optimiser of `count` numbers.
    public init(_ method: Method, count: Int) {
        self.method = method
        first = Array(repeating: 0, count: count)
        second = first
    }

    /// One step along `gradient`.
    public mutating func climb(_ parameters: inout [Double], gradient: [Double]) {
        step += 1
        let t = Double(step)
        let falls = method.schedule == .cosine
        let rate = method.rate * (falls ? (1 + cos(.pi * (t - 1) / Double(method.steps))) / 2 : 1)
        func momentum(_ t: Double) -> Double { method.beta1 * (1 - 0.5 * pow(0.96, 0.004 * t)) }
        momentumProduct *= momentum(t)
        for i in parameters.indices {
            first[i] = method.beta1 * first[i] + (1 - method.beta1) * gradient[i]
            second[i] = method.beta2 * second[i] + (1 - method.beta2) * gradient[i] * gradient[i]
            let direction: Double
            switch method.optimiser {
            case .adam: direction = first[i] / (1 - pow(method.beta1, t))
            case .nadam:
                direction =
                    momentum(t + 1) * first[i] / (1 - momentumProduct * momentum(t + 1))
                    + (1 - momentum(t)) * gradient[i] / (1 - momentumProduct)
            }
            let root = (second[i] / (1 - pow(method.beta2, t))).squareRoot()
            parameters[i] += rate * direction / (root + method.epsilon)
            if method.parameterisation == .clamped { parameters[i] = min(max(parameters[i], 0), 1) }
        }
    }
}

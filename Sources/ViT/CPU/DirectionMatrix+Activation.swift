// The activations of directions, from the channels that they read.

extension DirectionMatrix {
    /// Whether a direction's activation depends on the other directions' values.
    var comparesDirections: Bool { if case .topK = nonlinearity { true } else { false } }

    /// The activation of a direction whose value is z. A value that is no number stays none.
    ///
    /// - Precondition: the activation does not depend on other directions.
    func activation(_ z: Float, of direction: Int) -> Float {
        switch nonlinearity {
        case .none: z
        case .relu: z <= 0 ? 0 : z
        case .jumpReLU: z <= (thresholds?.pointer[direction] ?? 0) ? 0 : z
        case .topK: preconditionFailure("top-k activations are computed together")
        }
    }

    /// The activations of all directions for each row of channels: (rows, C) gives (rows, K).
    func activations(of channels: [Float]) -> [Float] {
        let rowCount = channels.count / width
        precondition(rowCount * width == channels.count)
        return [Float](unsafeUninitializedCapacity: rowCount * count) { buffer, initialized in
            initialized = rowCount * count
            guard let z = buffer.baseAddress else { return }
            channels.withUnsafeBufferPointer { channels in
                guard let x = channels.baseAddress else { return }
                linearForward(
                    x: x, xStride: width, weight: rows.weight.pointer, y: z, yStride: count, images: 1, rows: rowCount,
                    inputs: width, outputs: count)
            }
            biasForward(
                x: z, xStride: count, bias: rows.bias.pointer, y: z, yStride: count, rows: rowCount, channels: count)
            for row in 0..<rowCount { activate(z + row * count) }
        }
    }

    /// Replaces the values of all directions for one row by their activations.
    private func activate(_ z: UnsafeMutablePointer<Float>) {
        if case .none = nonlinearity { return }
        guard case .topK(let k) = nonlinearity else {
            for direction in 0..<count { z[direction] = activation(z[direction], of: direction) }
            return
        }
        let lowest = Self.highest(k, of: UnsafeBufferPointer(start: z, count: count))
        for direction in 0..<count where z[direction] < lowest || z[direction] <= 0 { z[direction] = 0 }
    }

    /// The k-th highest of `values`; −∞ if there are no more than k. (Hoare's selection.)
    static func highest(_ k: Int, of values: UnsafeBufferPointer<Float>) -> Float {
        guard k < values.count else { return -.infinity }
        var rest = Array(values)
        var (first, last) = (0, rest.count - 1)
        let wanted = k - 1
        while first < last {
            let pivot = rest[(first + last) / 2]
            var (i, j) = (first, last)
            while i <= j {
                while rest[i] > pivot { i += 1 }
                while rest[j] < pivot { j -= 1 }
                if i <= j {
                    rest.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if wanted <= j {
                last = j
            } else if wanted >= i {
                first = i
            } else {
                break
            }
        }
        return rest[wanted]
    }
}

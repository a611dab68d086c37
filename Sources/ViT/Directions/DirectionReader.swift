// Reads a matrix of directions out of a file's tensors, and checks every shape and value.

import Foundation

/// Reads the tensors of one file for a layer.
struct DirectionReader {
    let source: DirectionSource
    /// C.
    let width: Int
    /// The layer's address, for messages.
    let layer: String
    private var bytesLeft: Int

    init(source: DirectionSource, width: Int, layer: String) {
        self.source = source
        self.width = width
        self.layer = layer
        // Views may share storage: without a limit, a small file could ask for any amount of memory.
        bytesLeft = source.file.files.reduce(1 << 20) { $0 + $1.count }
    }

    private var path: String { source.path }

    // MARK: - The matrix

    /// The name of the matrix that a request means in a file of no known layout.
    ///
    /// - Throws: `ViTError` if the user must name it.
    func weightName(_ request: DirectionRequest) throws -> String {
        let tensors = source.file.tensors
        guard source.namesTensors else {
            let name = URL(filePath: path).lastPathComponent
            guard request.weight.map({ URL(filePath: $0).lastPathComponent == name }) ?? true else {
                throw ViTError(
                    "\(path): 'weight' is '\(request.weight ?? "")', but an .npy file has one array, which has no name. "
                        + "Leave out 'weight'.")
            }
            return name
        }
        if let weight = request.weight { return try tensor(weight, as: "weight").name }
        if tensors.count == 1, let only = tensors.keys.first { return only }
        throw ViTError(
            "\(path): its layout is not known. Name the matrix of the directions with 'weight', and 'bias', 'centre' and "
                + "'nonlinearity' as needed. \(matrixList)")
    }

    /// The file's matrices with their shapes: those with a side of the layer's width first.
    private var matrixList: String {
        let matrices = source.file.tensors.filter { $0.value.shape.count == 2 }.sorted { $0.key < $1.key }
        func list(_ tensors: some Collection<(key: String, value: StoredTensor)>) -> String {
            tensors.prefix(Self.listLength).map { "'\($0.key)' \(shapeText($0.value.shape))" }.joined(separator: ", ")
                + (tensors.count > Self.listLength ? " and \(tensors.count - Self.listLength) more" : "")
        }
        let fitting = matrices.filter { $0.value.shape.contains(width) }
        let others = matrices.filter { !$0.value.shape.contains(width) }
        let first =
            fitting.isEmpty
            ? "It has no matrix with a side of \(width), the width of \(layer)"
            : "Its matrices with a side of \(width), the width of \(layer): \(list(fitting))"
        return first + (others.isEmpty ? "." : "; others: \(list(others)).")
    }

    /// The most tensors that a message lists.
    private static let listLength = 12

    /// What the rows of a stored matrix are, and whether it would fit the layer either way.
    ///
    /// - Parameter stored: how the file's library stores it; nil if that is not known.
    /// - Throws: `ViTError` for a matrix that is empty or has no side of the layer's width.
    func orientation(
        of name: String, stored: DirectionPlan.Orientation?
    ) throws -> (orientation: DirectionPlan.Orientation, isSquare: Bool) {
        let tensor = try tensor(name, as: "weight")
        guard tensor.shape.count == 2 || tensor.shape.count == 1 else {
            throw ViTError(
                "\(tensor.path): tensor '\(name)' has shape \(shapeText(tensor.shape)); a matrix of directions is "
                    + "expected: (K, \(width)) or (\(width), K). \(matrixList)")
        }
        guard tensor.count > 0 else {
            throw ViTError(
                "\(tensor.path): tensor '\(name)' of shape \(shapeText(tensor.shape)) is empty. Name a matrix of at least "
                    + "one direction.")
        }
        // One vector is one direction.
        let shape = tensor.shape.count == 1 ? [1, tensor.shape[0]] : tensor.shape
        let fitsRows = shape[1] == width
        let fitsColumns = shape[0] == width && tensor.shape.count == 2
        guard fitsRows || fitsColumns else {
            throw ViTError(
                "\(tensor.path): tensor '\(name)' has shape \(shapeText(tensor.shape)), and no side is \(width), the "
                    + "width of \(layer). Use directions that were found at this layer, or name the layer at which they "
                    + "were.")
        }
        if fitsRows, fitsColumns { return (stored ?? .rows, true) }
        return (fitsRows ? .rows : .columns, false)
    }

    /// Reads what a plan says.
    ///
    /// - Throws: `ViTError` for missing tensors, shapes that do not fit, and values that are no directions.
    mutating func matrix(_ plan: DirectionPlan) throws -> DirectionMatrix {
        let weight = try rows(of: plan.weight, plan.orientation)
        let count = weight.count / width
        let bias = try plan.bias.map { try vector($0, count, as: "bias", of: "K, the number of directions") }
        let folded = bias ?? FloatBuffer(count: count)
        let centre = try plan.centre.map { try vector($0, width, as: "centre", of: "C, the width of \(layer)") }
        let scales = try plan.scaling.map { try self.scales($0, count) }
        for row in 0..<count {
            let values = weight.pointer + row * width
            var sum = Double(folded.pointer[row])
            if let centre {
                for channel in 0..<width { sum -= Double(values[channel]) * Double(centre.pointer[channel]) }
            }
            if let scales {
                let scale = scales.factors[row]
                for channel in 0..<width { values[channel] = Float(Double(values[channel]) * scale) }
                sum = sum * scale + scales.offsets[row]
            }
            folded.pointer[row] = Float(sum)
        }
        let (nonlinearity, thresholds) = try self.nonlinearity(plan.nonlinearity, count)
        let matrix = DirectionMatrix(
            rows: LinearParameters(weight: weight, bias: folded), nonlinearity: nonlinearity, thresholds: thresholds)
        try matrix.demandDirections(path: path, tensor: plan.weight)
        return matrix
    }

    /// The directions as rows, (K, C).
    private mutating func rows(of name: String, _ orientation: DirectionPlan.Orientation) throws -> FloatBuffer {
        let stored = try values(tensor(name, as: "weight"))
        guard orientation == .columns else { return stored }
        return Self.transposed(stored, rows: width, columns: stored.count / width)
    }

    /// The transpose of a matrix, block by block, so that both are read and written along cache lines.
    private static func transposed(_ source: FloatBuffer, rows: Int, columns: Int) -> FloatBuffer {
        let result = FloatBuffer(count: source.count)
        let block = 32
        for firstRow in stride(from: 0, to: rows, by: block) {
            for firstColumn in stride(from: 0, to: columns, by: block) {
                for column in firstColumn..<min(firstColumn + block, columns) {
                    for row in firstRow..<min(firstRow + block, rows) {
                        result.pointer[column &* rows &+ row] = source.pointer[row &* columns &+ column]
                    }
                }
            }
        }
        return result
    }

    // MARK: - Vectors

    /// What each direction is multiplied by, and what is then added.
    private mutating func scales(
        _ scaling: DirectionPlan.Scaling, _ count: Int
    ) throws -> (factors: [Double], offsets: [Double]) {
        switch scaling {
        case .lengths(let name):
            let stored = try tensor(name, as: "the decoder")
            guard stored.shape == [count, width] else {
                throw ViTError(
                    "\(path): tensor '\(name)' has shape \(shapeText(stored.shape)); (\(count), \(width)) is expected from "
                        + "the encoder's. Use a complete file.")
            }
            let matrix = try values(stored)
            let lengths = (0..<count).map { row in
                (0..<width).reduce(0.0) { sum, channel in
                    let value = Double(matrix.pointer[row * width + channel])
                    return sum + value * value
                }.squareRoot()
            }
            return (lengths, [Double](repeating: 0, count: count))
        case .batchNorm(let prefix):
            func part(_ name: String) throws -> [Double] {
                try vector(prefix + name, count, as: "BatchNorm", of: "K, the number of directions").array.map(
                    Double.init)
            }
            let (mean, variance) = (try part("running_mean"), try part("running_var"))
            let (gamma, beta) = (try part("weight"), try part("bias"))
            if let negative = variance.firstIndex(where: { $0 < 0 }) {
                throw ViTError(
                    "\(path): tensor '\(prefix)running_var' is \(variance[negative]) for direction \(negative); a "
                        + "variance is expected. The file is damaged; save it again.")
            }
            let factors = zip(gamma, variance).map { $0 / ($1 + DirectionPlan.batchNormEpsilon).squareRoot() }
            return (factors, (0..<count).map { beta[$0] - mean[$0] * factors[$0] })
        }
    }

    private mutating func nonlinearity(
        _ nonlinearity: DirectionPlan.Nonlinearity, _ count: Int
    ) throws -> (DirectionNonlinearity, thresholds: FloatBuffer?) {
        switch nonlinearity {
        case .none: return (.none, nil)
        case .relu: return (.relu, nil)
        case .topK(let k):
            guard k >= 1, k <= count else {
                throw ViTError(
                    "\(path): topk keeps \(k) directions of \(count). State 'k' between 1 and \(count).")
            }
            return (.topK(k), nil)
        case .jumpReLU(.number(let value)):
            guard value >= 0, value.isFinite else {
                throw ViTError("\(path): 'threshold' is \(value); JumpReLU's are 0 or above. State another.")
            }
            return (.jumpReLU, FloatBuffer([Float](repeating: value, count: count)))
        case .jumpReLU(.tensor(let name, let form)):
            let stored = try tensor(name, as: "threshold")
            let isShared = stored.count == 1
            let values = try vector(
                name, isShared ? 1 : count, as: "threshold", of: "K, the number of directions; or one for all")
            let thresholds = FloatBuffer(count: count)
            for direction in 0..<count {
                let value = values.pointer[isShared ? 0 : direction]
                let threshold =
                    switch form {
                    case .asStored: value
                    case .notBelowZero: max(value, 0)
                    case .exponential: Float(exp(Double(value)))
                    }
                guard threshold >= 0, threshold.isFinite else {
                    throw ViTError(
                        "\(path): tensor '\(name)' gives the threshold \(threshold) for direction \(direction); "
                            + "JumpReLU's are finite, and 0 or above. Name the tensor that has the thresholds "
                            + "themselves.")
                }
                thresholds.pointer[direction] = threshold
            }
            return (.jumpReLU, thresholds)
        }
    }

    /// A vector's values.
    ///
    /// - Parameter expected: what its length is, for the message.
    /// - Throws: `ViTError` if it is missing, has another length or a value that is not finite.
    private mutating func vector(
        _ name: String, _ count: Int, as role: String, of expected: String
    ) throws -> FloatBuffer {
        let tensor = try tensor(name, as: role)
        guard tensor.count == count, tensor.shape.filter({ $0 != 1 }).count <= 1 else {
            throw ViTError(
                "\(tensor.path): tensor '\(name)' (\(role)) has shape \(shapeText(tensor.shape)); (\(count)) is expected: "
                    + "\(expected). Name another tensor.")
        }
        return try values(tensor)
    }

    private mutating func values(_ tensor: StoredTensor) throws -> FloatBuffer {
        bytesLeft -= tensor.byteCount
        guard bytesLeft >= 0 else {
            throw ViTError(
                "\(tensor.path): tensor '\(tensor.name)' needs more bytes than the file has, because its elements share "
                    + "them. Save a contiguous copy: tensor.contiguous().")
        }
        return try tensor.values()
    }

    /// The tensor of this name.
    ///
    /// - Throws: `ViTError` with the file's tensors if it is missing.
    private func tensor(_ name: String, as role: String) throws -> StoredTensor {
        let tensors = source.file.tensors
        if let tensor = tensors[name] { return tensor }
        // Names that contain what was asked for, or its last part, come first.
        let lastPart = (name.split(separator: ".").last.map(String.init) ?? name).lowercased()
        let names = tensors.keys.sorted()
        let near = names.filter { $0.lowercased().contains(lastPart) }
        let listed = (near + names.filter { !near.contains($0) }).prefix(Self.listLength)
        throw ViTError(
            "\(path): has no tensor '\(name)' (\(role)). Name one of its \(tensors.count) tensors: "
                + listed.map { "'\($0)' \(shapeText(tensors[$0]?.shape ?? []))" }.joined(separator: ", ")
                + (tensors.count > listed.count ? ", …" : "") + ".")
    }
}

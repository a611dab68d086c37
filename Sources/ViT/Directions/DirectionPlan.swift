// How a matrix of directions is read from a file's tensors: what the request, the layout and the layer's width determine
// together.

/// Which tensors are read, and what is made of them.
struct DirectionPlan {
    /// What the rows of the stored matrix are.
    enum Orientation: String {
        /// Directions: (K, C).
        case rows
        /// Channels: (C, K).
        case columns
    }

    /// What each direction is multiplied by, with its bias.
    enum Scaling {
        /// PyTorch's BatchNorm1d of the values, as it is at inference; the prefix of its tensors.
        case batchNorm(String)
        /// The length of the row of another matrix, (K, C).
        case lengths(of: String)
    }

    /// What a stored threshold is.
    enum ThresholdForm: String {
        case asStored = "as stored"
        /// t < 0 means 0.
        case notBelowZero = "not below 0"
        /// eᵗ.
        case exponential
    }

    /// JumpReLU's thresholds.
    enum Thresholds {
        case number(Float)
        /// A tensor: (K), or one value for all directions.
        case tensor(String, ThresholdForm)
    }

    /// What is applied to the values.
    enum Nonlinearity {
        case none, relu
        case jumpReLU(Thresholds)
        case topK(Int)
    }

    let weight: String
    let orientation: Orientation
    /// Whether the matrix would fit the layer either way.
    let isSquare: Bool
    let bias: String?
    let centre: String?
    let scaling: Scaling?
    let nonlinearity: Nonlinearity

    /// BatchNorm1d's default ε; overcomplete sets no other.
    static let batchNormEpsilon = 1e-5

    /// Decides how to read a file.
    ///
    /// - Throws: `ViTError` for what the user must state, and for a matrix that does not fit the layer.
    init(
        _ request: DirectionRequest, layout: DirectionLayout?, library: DirectionLibrary?, reader: DirectionReader
    ) throws {
        let path = reader.source.path
        weight =
            layout == nil
            ? try reader.weightName(request) : library?.weight ?? ""  // a layout is a library's
        (orientation, isSquare) = try reader.orientation(
            of: weight, stored: weight == library?.weight ? library?.orientation : nil)
        bias = request.bias ?? layout?.bias
        centre = request.centre ?? layout?.centre
        scaling = layout?.scaling

        let kind = request.nonlinearity ?? layout?.nonlinearity
        if kind == nil, let layout, let undecided = layout.undecided {
            throw ViTError(
                "\(path): is read as \(layout.name), which does not give the nonlinearity: \(undecided). State it with "
                    + "'nonlinearity'.")
        }
        if request.threshold != nil, kind != .jumprelu {
            throw ViTError(
                "\(path): 'threshold' is given, but the nonlinearity is \(kind?.rawValue ?? "none"). State "
                    + "'nonlinearity: jumprelu', or leave out 'threshold'.")
        }
        if request.k != nil, kind != .topk {
            throw ViTError(
                "\(path): 'k' is given, but the nonlinearity is \(kind?.rawValue ?? "none"). State 'nonlinearity: topk', "
                    + "or leave out 'k'.")
        }
        switch kind ?? .none {
        case .none: nonlinearity = .none
        case .relu: nonlinearity = .relu
        case .jumprelu:
            let stated: Thresholds? =
                switch request.threshold {
                case .number(let value)?: .number(value)
                case .tensor(let name)?: .tensor(name, .asStored)
                case nil: nil
                }
            guard let thresholds = stated ?? layout?.thresholds else {
                throw ViTError(
                    "\(path): nonlinearity jumprelu needs thresholds, which \(layout.map(\.name) ?? "the request") does "
                        + "not give. Name their tensor, or state one number for all directions: 'threshold: …'.")
            }
            nonlinearity = .jumpReLU(thresholds)
        case .topk:
            guard let k = request.k ?? layout?.k else {
                throw ViTError(
                    "\(path): nonlinearity topk needs the number of directions that it keeps for a token, which "
                        + "\(layout.map(\.name) ?? "the request") does not give. State it: 'k: …'.")
            }
            nonlinearity = .topK(k)
        }
    }

    /// The plan in a form that never changes, one line for each part.
    ///
    /// - Parameter naming: whether tensors have names that matter; an NPY file's own name does not.
    func text(naming: Bool) -> String {
        func name(_ name: String) -> String { naming ? " " + name.escapingControlCharacters : "" }
        var lines = ["weight\(name(weight)) \(orientation.rawValue)"]
        if let bias { lines.append("bias\(name(bias))") }
        if let centre { lines.append("centre\(name(centre))") }
        switch scaling {
        case .batchNorm(let prefix)?: lines.append("batchnorm \(Self.batchNormEpsilon)\(name(prefix))")
        case .lengths(let matrix)?: lines.append("lengths\(name(matrix))")
        case nil: break
        }
        switch nonlinearity {
        case .none: lines.append("none")
        case .relu: lines.append("relu")
        case .jumpReLU(.number(let value)): lines.append("jumprelu number \(value)")
        case .jumpReLU(.tensor(let tensor, let form)):
            lines.append("jumprelu tensor\(name(tensor)) \(form.rawValue)")
        case .topK(let k): lines.append("topk \(k)")
        }
        return lines.joined(separator: "\n")
    }
}

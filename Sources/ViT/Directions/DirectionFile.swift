// A file of directions as it was read.

/// A matrix of directions from a file, and how it was read.
public struct DirectionFile: Sendable {
    /// The directions.
    public let matrix: DirectionMatrix
    /// Every file that was read: the weights' files, and a configuration beside them.
    public let files: [String]
    /// The files that hold the values, in a fixed order: their digests and `reading` determine the matrix.
    public let weightFiles: [String]
    /// The recognised layout, e.g. `SAELens (jumprelu)`; nil if the request names the matrix, or if the file has only one.
    public let layout: String?
    /// How the values are read from `weightFiles`, in a form that never changes: a run's key depends on it.
    public let reading: String
    /// What the user is told once: the layout, and the orientation of a square matrix.
    public let notes: [String]

    /// Reads the directions for a layer of `width` channels.
    ///
    /// - Parameter layer: the layer's address, for messages.
    /// - Throws: `ViTError` for a file that is damaged, does not fit the layer or cannot be read as a linear map, for
    ///   values that are no directions, and for what the user must state.
    public static func load(_ request: DirectionRequest, width: Int, layer: String) throws -> DirectionFile {
        let source = try DirectionSource(request)
        let library = DirectionLibrary(of: source)
        let layout = request.weight == nil ? try library?.layout(of: source) : nil
        var reader = DirectionReader(source: source, width: width, layer: layer)
        let plan = try DirectionPlan(request, layout: layout, library: library, reader: reader)
        let matrix = try reader.matrix(plan)
        return DirectionFile(
            matrix: matrix, files: source.files, weightFiles: source.weightFiles, layout: layout?.name,
            reading: plan.text(naming: source.namesTensors),
            notes: notes(
                source.path, plan, layout: layout, library: library, matrix: matrix,
                isOverridden: request.nonlinearity != nil))
    }

    private static func notes(
        _ path: String, _ plan: DirectionPlan, layout: DirectionLayout?, library: DirectionLibrary?,
        matrix: DirectionMatrix, isOverridden: Bool
    ) -> [String] {
        var notes: [String] = []
        if let layout {
            let centre = plan.centre.map { ", '\($0)' subtracted from the channels" } ?? ""
            notes.append(
                "\(path): is read as \(layout.name): \(matrix.count) directions from '\(plan.weight)'\(centre), "
                    + "nonlinearity \(matrix.nonlinearity).")
            if !isOverridden, let difference = layout.difference { notes.append("\(path): \(difference)") }
        } else if let library {
            notes.append(
                "\(path): has \(library.name)'s layout, but 'weight' is given: the bias, the centre and the "
                    + "nonlinearity are those that are given with it.")
        }
        if plan.isSquare {
            let origin = library.map { ", as \($0.name) stores them" } ?? ""
            notes.append(
                "\(path): tensor '\(plan.weight)' is square, (\(matrix.count), \(matrix.width)): its "
                    + (plan.orientation == .rows
                        ? "rows are taken as the directions (K × C)."
                        : "columns are taken as the directions (C × K)\(origin)."))
        }
        return notes
    }
}

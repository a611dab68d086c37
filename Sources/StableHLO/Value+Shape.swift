// Operations that move elements, with their gradients.

extension Value {
    /// The same elements in another shape.
    public func reshaped(_ shape: [Int]) -> Value {
        guard shape != self.shape else { return self }
        let result = TensorType(shape, type.element)
        precondition(result.count == type.count, "\(type) in the shape \(shape)")
        let y = module.emit("stablehlo.reshape \(name)", "(\(type)) -> \(result)", result)
        module.record(y, [self]) { dy in [dy.reshaped(self.shape)] }
        return y
    }

    /// The dimensions in another order: dimension i of the result is dimension `order[i]`.
    public func transposed(_ order: [Int]) -> Value {
        guard order != Array(shape.indices) else { return self }
        precondition(order.sorted() == Array(shape.indices), "\(type) in the order \(order)")
        let result = TensorType(order.map { shape[$0] }, type.element)
        let y = module.emit("stablehlo.transpose \(name), dims = \(order)", "(\(type)) -> \(result)", result)
        module.record(y, [self]) { dy in [dy.transposed(order.indices.map { i in order.firstIndex(of: i) ?? i })] }
        return y
    }

    /// The elements repeated along leading dimensions that are missing, and along those of length 1.
    public func broadcast(to shape: [Int]) -> Value {
        guard shape != self.shape else { return self }
        let missing = shape.count - self.shape.count
        precondition(
            missing >= 0 && zip(self.shape, shape.dropFirst(missing)).allSatisfy { $0 == $1 || $0 == 1 },
            "\(type) cannot be broadcast to \(shape)")
        let result = TensorType(shape, type.element)
        let dimensions = Array(missing..<shape.count)
        let y = module.emit(
            "stablehlo.broadcast_in_dim \(name), dims = \(dimensions)", "(\(type)) -> \(result)", result)
        let repeated = shape.indices.filter { $0 < missing || self.shape[$0 - missing] != shape[$0] }
        module.record(y, [self]) { dy in [dy.sum(over: repeated).reshaped(self.shape)] }
        return y
    }

    /// A part of one dimension.
    public func sliced(_ range: Range<Int>, along dimension: Int) -> Value {
        let length = shape[dimension]
        guard range != 0..<length else { return self }
        precondition(
            range.lowerBound >= 0 && range.upperBound <= length, "\(range) of dimension \(dimension) of \(type)")
        let parts = shape.enumerated().map { $0 == dimension ? "\(range.lowerBound):\(range.upperBound)" : "0:\($1)" }
        var resultShape = shape
        resultShape[dimension] = range.count
        let result = TensorType(resultShape, type.element)
        let y = module.emit(
            "stablehlo.slice \(name) [\(parts.joined(separator: ", "))]", "(\(type)) -> \(result)", result)
        module.record(y, [self]) { dy in
            [dy.padded(before: range.lowerBound, after: length - range.upperBound, along: dimension)]
        }
        return y
    }

    /// Zeros before and after the elements of one dimension.
    public func padded(before: Int, after: Int, along dimension: Int) -> Value {
        precondition(before >= 0 && after >= 0, "padding by \(before) and \(after)")
        guard before + after > 0 else { return self }
        var resultShape = shape
        resultShape[dimension] += before + after
        let result = TensorType(resultShape, type.element)
        let zero = module.constant(0, TensorType([], type.element))
        func list(_ value: Int) -> String { "\(shape.indices.map { $0 == dimension ? value : 0 })" }
        let y = module.emit(
            "stablehlo.pad \(name), \(zero.name), low = \(list(before)), high = \(list(after)), interior = \(list(0))",
            "(\(type), \(zero.type)) -> \(result)", result)
        let length = shape[dimension]
        module.record(y, [self]) { dy in [dy.sliced(before..<before + length, along: dimension)] }
        return y
    }

    /// Values one after another along a dimension.
    public static func concatenated(_ values: [Value], along dimension: Int) -> Value {
        guard let first = values.first, values.count > 1 else { return values[0] }
        var resultShape = first.shape
        resultShape[dimension] = values.reduce(0) { $0 + $1.shape[dimension] }
        for value in values {
            precondition(
                value.shape.count == resultShape.count && value.type.element == first.type.element
                    && zip(value.shape, resultShape).enumerated().allSatisfy { $0 == dimension || $1.0 == $1.1 },
                "\(value.type) beside \(first.type) along dimension \(dimension)")
        }
        let result = TensorType(resultShape, first.type.element)
        let y = first.module.emit(
            "stablehlo.concatenate " + values.map(\.name).joined(separator: ", ") + ", dim = \(dimension)",
            "(" + values.map { "\($0.type)" }.joined(separator: ", ") + ") -> \(result)", result)
        first.module.record(y, values) { dy in
            var start = 0
            return values.map { value in
                defer { start += value.shape[dimension] }
                return dy.sliced(start..<start + value.shape[dimension], along: dimension)
            }
        }
        return y
    }

    /// One element of the first dimension, whose index is an `int32` scalar; the dimension is gone. No gradient.
    public func element(at index: Value) -> Value {
        let zero = module.index(0)
        let sizes = [1] + shape.dropFirst()
        let result = TensorType(sizes, type.element)
        let indices = [index.name] + Array(repeating: zero.name, count: shape.count - 1)
        let types = [type] + Array(repeating: zero.type, count: shape.count)
        let y = module.emit(
            "stablehlo.dynamic_slice \(name), \(indices.joined(separator: ", ")), sizes = \(sizes)",
            "(\(types.map { "\($0)" }.joined(separator: ", "))) -> \(result)", result)
        module.recordWithoutGradient(y, [self], "dynamic_slice")
        return y.reshaped(Array(shape.dropFirst()))
    }

    /// The array with one element of the first dimension replaced; the index is an `int32` scalar. No gradient.
    public func replacing(elementAt index: Value, with value: Value) -> Value {
        let update = value.reshaped([1] + value.shape)
        let zero = module.index(0)
        let indices = [index.name] + Array(repeating: zero.name, count: shape.count - 1)
        let types = [type, update.type] + Array(repeating: zero.type, count: shape.count)
        let y = module.emit(
            "stablehlo.dynamic_update_slice \(name), \(update.name), \(indices.joined(separator: ", "))",
            "(\(types.map { "\($0)" }.joined(separator: ", "))) -> \(type)", type)
        module.recordWithoutGradient(y, [self, value], "dynamic_update_slice")
        return y
    }

    /// Rows of a table, (rows, C), by their indices, (N) of `int32`: (N, C). No gradient.
    public func rows(at indices: Value) -> Value {
        precondition(shape.count == 2 && indices.shape.count == 1 && indices.type.element == .int32)
        let result = TensorType([indices.shape[0], shape[1]], type.element)
        let y = module.emit(
            "\"stablehlo.gather\"(\(name), \(indices.name)) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], "
                + "collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, "
                + "indices_are_sorted = false, slice_sizes = array<i64: 1, \(shape[1])>}>",
            "(\(type), \(indices.type)) -> \(result)", result)
        module.recordWithoutGradient(y, [self], "gather")
        return y
    }

    /// For each of a batch of lists, (B, M, C), its entries at (B, K) indices of `int32`: (B, K, C). No gradient.
    ///
    /// - Precondition: the indices are in 0 ..< M; others read the nearest entry.
    public func entries(at indices: Value) -> Value {
        precondition(
            shape.count == 3 && indices.shape.count == 2 && indices.shape[0] == shape[0]
                && indices.type.element == .int32)
        let result = TensorType([shape[0], indices.shape[1], shape[2]], type.element)
        let y = module.emit(
            "\"stablehlo.gather\"(\(name), \(indices.name)) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], "
                + "collapsed_slice_dims = [1], operand_batching_dims = [0], start_indices_batching_dims = [0], "
                + "start_index_map = [1], index_vector_dim = 2>, indices_are_sorted = false, "
                + "slice_sizes = array<i64: 1, 1, \(shape[2])>}>",
            "(\(type), \(indices.type)) -> \(result)", result)
        module.recordWithoutGradient(y, [self], "gather")
        return y
    }
}

// Reductions and products, with their gradients.

/// How exact a product of matrices is.
public enum ProductPrecision: Sendable {
    /// Single precision in all parts.
    case float32
    /// Factors rounded to 10 bits of mantissa, sums in single precision.
    case tf32
    /// Factors rounded to bfloat16, 7 bits of mantissa, sums in single precision.
    case bfloat16
    /// The same numbers from products of single precision, for devices without products of bfloat16.
    case roundedToBfloat16
}

extension Value {
    private func reduce(_ operation: String, _ initial: Value, over dimensions: [Int]) -> Value {
        precondition(dimensions.allSatisfy(shape.indices.contains), "dimensions \(dimensions) of \(type)")
        let result = TensorType(
            shape.indices.filter { !dimensions.contains($0) }.map { shape[$0] }, type.element)
        return module.emit(
            "stablehlo.reduce(\(name) init: \(initial.name)) applies stablehlo.\(operation) across dimensions = "
                + "\(dimensions)", "(\(type), \(initial.type)) -> \(result)", result)
    }

    /// The shape with length 1 in these dimensions.
    private func kept(_ dimensions: [Int]) -> [Int] {
        shape.indices.map { dimensions.contains($0) ? 1 : shape[$0] }
    }

    /// The sum over dimensions, which are gone.
    public func sum(over dimensions: [Int]) -> Value {
        guard !dimensions.isEmpty else { return self }
        let y = reduce("add", module.constant(0, TensorType([], type.element)), over: dimensions)
        module.record(y, [self]) { dy in [dy.reshaped(self.kept(dimensions)).broadcast(to: self.shape)] }
        return y
    }

    /// The mean over dimensions, which are gone.
    public func mean(over dimensions: [Int]) -> Value {
        sum(over: dimensions) * (1 / Float(dimensions.reduce(1) { $0 * shape[$1] }))
    }

    /// The greatest element over dimensions, which are gone. No gradient.
    public func maximum(over dimensions: [Int]) -> Value {
        let y = reduce("maximum", module.constant(-.infinity, TensorType([], type.element)), over: dimensions)
        module.recordWithoutGradient(y, [self], "maximum")
        return y
    }

    /// The index of the first of the greatest elements along a dimension, which is gone, of `int32`; the last index where an
    /// element is NaN. No gradient.
    public func firstMaximum(along dimension: Int) -> Value {
        let greatest = maximum(over: [dimension]).reshaped(kept([dimension]))
        let last = shape[dimension] - 1
        let indices = TensorType(shape, .int32)
        let candidates = isEqual(to: greatest).choose(
            module.iota(shape, along: dimension), module.constant(last, indices))
        return candidates.reduce(
            "minimum", module.constant(last, TensorType([], .int32)), over: [dimension])
    }

    /// The values of the last dimension, highest first. No gradient.
    public func sortedFromHighest() -> Value {
        let element = TensorType([], type.element)
        let (a, b) = (module.value(element), module.value(element))
        let isGreater = module.value(TensorType([], .bool))
        let result = module.value(type)
        module.write(
            """
            \(result.name) = "stablehlo.sort"(\(name)) <{dimension = \(shape.count - 1) : i64, is_stable = false}> ({
            ^bb0(\(a.name): \(element), \(b.name): \(element)):
              \(isGreater.name) = stablehlo.compare GT, \(a.name), \(b.name), FLOAT : (\(element), \(element)) -> \(isGreater.type)
              stablehlo.return \(isGreater.name) : \(isGreater.type)
            }) : (\(type)) -> \(type)
            """)
        module.recordWithoutGradient(result, [self], "sort")
        return result
    }

    /// Whether all truth values over dimensions are true.
    public func all(over dimensions: [Int]) -> Value {
        reduce("and", module.constant(1, TensorType([], .bool)), over: dimensions)
    }

    /// The sum of products over pairs of dimensions, `over`, for each index of the pairs `batch`.
    ///
    /// The result has the dimensions of the batch, then this value's others, then the other value's others.
    public func dot(
        _ other: Value, over contracting: (left: [Int], right: [Int]), batch: (left: [Int], right: [Int]) = ([], []),
        precision: ProductPrecision = .float32
    ) -> Value {
        let (a, b) = (self, other)
        precondition(
            contracting.left.map { a.shape[$0] } == contracting.right.map { b.shape[$0] }
                && batch.left.map { a.shape[$0] } == batch.right.map { b.shape[$0] },
            "the product of \(a.type) and \(b.type) over \(contracting), batch \(batch)")
        let freeA = a.shape.indices.filter { !contracting.left.contains($0) && !batch.left.contains($0) }
        let freeB = b.shape.indices.filter { !contracting.right.contains($0) && !batch.right.contains($0) }
        let result = TensorType(
            batch.left.map { a.shape[$0] } + freeA.map { a.shape[$0] } + freeB.map { b.shape[$0] })
        let batching = batch.left.isEmpty ? "" : "batching_dims = \(batch.left) x \(batch.right), "
        let (left, right) = (a.factor(precision), b.factor(precision))
        let product = module.emit(
            "stablehlo.dot_general \(left.name), \(right.name), \(batching)contracting_dims = \(contracting.left) x "
                + "\(contracting.right)\(precision.attribute)", "(\(left.type), \(right.type)) -> \(result)", result)

        module.record(product, [a, b]) { d in
            let batchCount = batch.left.count
            let dBatch = Array(0..<batchCount)
            let dFreeA = Array(batchCount..<batchCount + freeA.count)
            let dFreeB = Array(batchCount + freeA.count..<d.shape.count)
            // (batch, free of a, contracting in b's order), put into a's order; and b's likewise.
            let da = d.dot(b, over: (dFreeB, freeB), batch: (dBatch, batch.right), precision: precision)
            let db = d.dot(a, over: (dFreeA, freeA), batch: (dBatch, batch.left), precision: precision)
            let restB = contracting.right.indices.sorted { contracting.right[$0] < contracting.right[$1] }
            let restA = contracting.left.indices.sorted { contracting.left[$0] < contracting.left[$1] }
            return [
                da.transposed(into: batch.left + freeA + restB.map { contracting.left[$0] }),
                db.transposed(into: batch.right + freeB + restA.map { contracting.right[$0] }),
            ]
        }
        return product
    }

    /// The value as a product of a precision takes it. Its gradient is that of the product.
    private func factor(_ precision: ProductPrecision) -> Value {
        switch precision {
        case .float32, .tf32: return self
        case .bfloat16:
            let result = TensorType(shape, .bfloat16)
            return module.emit("stablehlo.convert \(name)", "(\(type)) -> \(result)", result)
        case .roundedToBfloat16:
            return module.emit("stablehlo.reduce_precision \(name), format = e8m7", "\(type)", type)
        }
    }

    /// Moves dimension i to the place `places[i]`.
    private func transposed(into places: [Int]) -> Value {
        transposed(places.indices.map { place in places.firstIndex(of: place) ?? place })
    }
}

extension ProductPrecision {
    /// What a product says of its precision.
    fileprivate var attribute: String {
        switch self {
        case .float32, .roundedToBfloat16: ", precision = [HIGHEST, HIGHEST]"
        // The name of the algorithm: what XLA calls its default is TF32 on some devices, and float32 on others.
        case .tf32:
            ", algorithm = <lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, "
                + "lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, "
                + "allow_imprecise_accumulation = false>"
        // The factors' type says it.
        case .bfloat16: ""
        }
    }
}

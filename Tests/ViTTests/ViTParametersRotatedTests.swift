// The rotated-weights control keeps every matrix's spectrum, and changes only what is documented.

import Testing

@testable import ViT

struct ViTParametersRotatedTests {
    private static let width = 6
    private static let parameters: ViTParameters = {
        var generator = RunGenerator(seed: 3)
        return .twoBlocks(width: width) { Float(generator.normal()) }
    }()

    /// The inner products of all rows, or of all columns, of a (rows, columns) matrix. They determine its singular
    /// values and its singular vectors of that side.
    private func gram(_ matrix: ArraySlice<Float>, columns: Int, ofColumns: Bool = false) -> [Double] {
        let matrix = matrix.map(Double.init)
        let rows = matrix.count / columns
        func value(_ vector: Int, _ index: Int) -> Double {
            ofColumns ? matrix[index * columns + vector] : matrix[vector * columns + index]
        }
        let (count, length) = ofColumns ? (columns, rows) : (rows, columns)
        return (0..<count).flatMap { a in
            (0..<count).map { b in (0..<length).reduce(0) { $0 + value(a, $1) * value(b, $1) } }
        }
    }

    private func isClose(_ first: [Double], _ second: [Double]) -> Bool {
        first.count == second.count && zip(first, second).allSatisfy { abs($0 - $1) < 1e-4 }
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func eachMatrixKeepsItsSpectrumAndItsOtherSide(seed: UInt64) {
        let width = Self.width
        let rotated = Self.parameters.rotated(seed: seed)
        for (before, after) in zip(Self.parameters.blocks, rotated.blocks) {
            for part in 0..<3 {
                let rows = part * width * width..<(part + 1) * width * width
                let (old, new) = (before.attentionInput.weight.array[rows], after.attentionInput.weight.array[rows])
                #expect(old != new)
                #expect(isClose(gram(old, columns: width), gram(new, columns: width)))
            }
            let (old, new) = (before.mlp0.weight.array[...], after.mlp0.weight.array[...])
            #expect(old != new)
            #expect(isClose(gram(old, columns: width), gram(new, columns: width)))
            #expect(before.mlp0.bias === after.mlp0.bias && before.attentionInput.bias === after.attentionInput.bias)
            for (old, new) in [(before.attentionOutput, after.attentionOutput), (before.mlp3, after.mlp3)] {
                #expect(old.weight.array != new.weight.array)
                // With the bias as one more column, which the same rotation turns.
                func columns(_ linear: LinearParameters) -> [Double] {
                    let inputs = linear.weight.count / width
                    let matrix = (0..<width).flatMap { row in
                        linear.weight.array[row * inputs..<(row + 1) * inputs] + [linear.bias.array[row]]
                    }
                    return gram(matrix[...], columns: inputs + 1, ofColumns: true)
                }
                #expect(isClose(columns(old), columns(new)))
            }
            #expect(before.ln1.weight === after.ln1.weight && before.ln1.bias === after.ln1.bias)
            #expect(before.ln2.weight === after.ln2.weight && before.ln2.bias === after.ln2.bias)
        }
    }

    @Test func whatLiesOutsideTheBlocksIsKept() {
        let before = Self.parameters
        let after = before.rotated(seed: 1)
        #expect(before.patchProjection.weight === after.patchProjection.weight)
        #expect(before.prefixTokens === after.prefixTokens)
        #expect(before.positionEmbedding === after.positionEmbedding)
        #expect(before.finalNorm.weight === after.finalNorm.weight)
        #expect(before.head?.weight === after.head?.weight)
    }

    @Test func theSeedDecides() {
        func weights(_ seed: UInt64) -> [Float] {
            Self.parameters.rotated(seed: seed).blocks.flatMap { $0.mlp0.weight.array + $0.mlp3.weight.array }
        }
        #expect(weights(1) == weights(1))
        #expect(weights(1) != weights(2))
    }

    /// Where the matrices are identities, the rotated ones are the rotations: all are orthogonal, and no two are equal.
    @Test func everyMatrixHasARotationOfItsOwn() {
        let width = Self.width
        let identity = (0..<width * width).map { Float($0 % (width + 1) == 0 ? 1 : 0) }
        func linear(_ parts: Int) -> LinearParameters {
            LinearParameters(
                weight: FloatBuffer(Array(repeating: identity, count: parts).flatMap(\.self)),
                bias: FloatBuffer(count: parts * width))
        }
        let plain = Self.parameters
        let blocks = plain.blocks.map { block in
            BlockParameters(
                ln1: block.ln1, attentionInput: linear(3), attentionOutput: linear(1), ln2: block.ln2, mlp0: linear(1),
                mlp3: linear(1))
        }
        let rotated = ViTParameters(
            patchProjection: plain.patchProjection, prefixTokens: plain.prefixTokens,
            positionEmbedding: plain.positionEmbedding, blocks: blocks, finalNorm: plain.finalNorm, head: plain.head
        ).rotated(seed: 0)
        let rotations = rotated.blocks.flatMap { block in
            [block.attentionInput, block.attentionOutput, block.mlp0, block.mlp3].flatMap { linear in
                stride(from: 0, to: linear.weight.count, by: width * width).map {
                    Array(linear.weight.array[$0..<$0 + width * width])
                }
            }
        }
        #expect(rotations.count == 12 && Set(rotations).count == 12)
        for rotation in rotations {
            #expect(zip(gram(rotation[...], columns: width), identity).allSatisfy { abs($0 - Double($1)) < 1e-5 })
        }
    }
}

struct OrthogonalFactorTests {
    /// A square matrix of standard normals, and its orthogonal factor.
    private func drawn(_ size: Int, _ generator: inout RunGenerator) -> (matrix: [Float], factor: [Float]) {
        let buffer = FloatBuffer((0..<size * size).map { _ in Float(generator.normal()) })
        let matrix = buffer.array
        BLAS.orthogonalise(buffer.pointer, size: size)
        return (matrix, buffer.array)
    }

    /// A·Bᵀ.
    private func product(_ a: [Float], _ b: [Float], _ size: Int) -> [Double] {
        (0..<size * size).map { index in
            (0..<size).reduce(0) { sum, inner in
                sum + Double(a[index / size * size + inner]) * Double(b[index % size * size + inner])
            }
        }
    }

    /// Q·Qᵀ is the identity, and A·Qᵀ lower triangular with a positive diagonal: the one Q of which that is true.
    @Test(arguments: [1, 2, 5, 64, 130]) func theFactorIsTheUniqueOne(size: Int) {
        var generator = RunGenerator(seed: UInt64(size))
        let (matrix, factor) = drawn(size, &generator)
        let square = product(factor, factor, size)
        let triangle = product(matrix, factor, size)
        for row in 0..<size {
            #expect(triangle[row * size + row] > 0)
            for column in 0..<size {
                #expect(abs(square[row * size + column] - (row == column ? 1 : 0)) < 1e-5)
                if column > row { #expect(abs(triangle[row * size + column]) < 1e-4) }
            }
        }
    }

    /// Under Haar's measure the trace has the moments 0, 1 and 3 (Diaconis and Shahshahani 1994), within 5 standard
    /// errors. LAPACK's own signs give another first moment.
    @Test func theRotationsAreUniform() {
        var generator = RunGenerator(seed: 11)
        let count = 4000
        let traces = (0..<count).map { _ in
            let factor = drawn(4, &generator).factor
            return Double(factor[0] + factor[5] + factor[10] + factor[15])
        }
        func moment(_ power: Int) -> Double {
            traces.reduce(0) { sum, trace in sum + (0..<power).reduce(1) { product, _ in product * trace } }
                / Double(count)
        }
        let error = 5 / Double(count).squareRoot()
        #expect(abs(moment(1)) < error)
        #expect(abs(moment(2) - 1) < error * 2.0.squareRoot())
        #expect(abs(moment(4) - 3) < error * 96.0.squareRoot())
    }
}

// Files of directions as their libraries save them: each gives the library's activations.

import Foundation
import Testing

@testable import ViT

struct DirectionFileTests {
    /// A file of scripts/make-direction-fixtures, and how it is read.
    struct Example: CustomTestStringConvertible, Sendable {
        let name: String
        var request = DirectionRequest(path: "")
        let layout: String?
        let reading: String

        init(
            _ name: String, layout: String?, _ reading: [String], _ change: (inout DirectionRequest) -> Void = { _ in }
        ) {
            self.name = name
            self.layout = layout
            self.reading = reading.joined(separator: "\n")
            request.path = Fixture.path("directions/\(name)")
            change(&request)
        }

        var testDescription: String { name }
    }

    static let encoder = ["weight W_enc columns", "bias b_enc"]
    static let linear = ["weight encoder.final_block.0.weight rows", "bias encoder.final_block.0.bias"]

    static let examples = [
        Example("saelens-standard", layout: "SAELens (standard)", encoder + ["centre b_dec", "relu"]),
        Example("saelens-uncentred", layout: "SAELens (standard)", encoder + ["relu"]),
        Example("saelens-square", layout: "SAELens (standard)", encoder + ["centre b_dec", "relu"]),
        Example(
            "saelens-jumprelu", layout: "SAELens (jumprelu)",
            encoder + ["centre b_dec", "jumprelu tensor threshold not below 0"]),
        Example("saelens-topk", layout: "SAELens (topk)", encoder + ["centre b_dec", "lengths W_dec", "topk 3"]),
        Example("saelens-topk-5", layout: "SAELens (topk)", encoder + ["centre b_dec", "topk 3"]),
        Example(
            "saelens-batchtopk", layout: "SAELens (batchtopk)",
            encoder + ["centre b_dec", "lengths W_dec", "jumprelu tensor topk_threshold not below 0"]),
        Example(
            "prisma.pt", layout: "ViT-Prisma (relu)",
            ["weight state_dict.W_enc columns", "bias state_dict.b_enc", "centre state_dict.b_dec", "relu"]),
        Example("prisma-hub", layout: "ViT-Prisma (topk)", encoder + ["centre b_dec", "topk 4"]),
        Example("saev-0.pt", layout: "saev (Relu)", encoder + ["centre b_dec", "relu"]),
        Example("saev-1-topk.pt", layout: "saev (TopK)", encoder + ["centre b_dec", "topk 2"]),
        Example("saev-5-relu.pt", layout: "saev (Relu)", encoder + ["relu"]),
        Example("saev-5-topk.pt", layout: "saev (TopK)", encoder + ["topk 3"]),
        Example(
            "saev-5-batchtopk.pt", layout: "saev (BatchTopK)",
            encoder + ["jumprelu tensor activation.threshold not below 0"]),
        Example("overcomplete-sae.pt", layout: "overcomplete", linear + ["relu"]) { $0.nonlinearity = .relu },
        Example("overcomplete-topk.pt", layout: "overcomplete", linear + ["topk 3"]) {
            ($0.nonlinearity, $0.k) = (.topk, 3)
        },
        Example("overcomplete-batchtopk.pt", layout: "overcomplete", linear + ["jumprelu number 0.7"]) {
            ($0.nonlinearity, $0.threshold) = (.jumprelu, .number(0.7))
        },
        Example(
            "overcomplete-untied.pt", layout: "overcomplete",
            ["weight encoder.weight rows", "bias encoder.bias", "relu"]
        ) { $0.nonlinearity = .relu },
        Example(
            "overcomplete-jump.pt", layout: "overcomplete (JumpSAE)",
            linear + ["jumprelu tensor thresholds exponential"]),
        Example(
            "overcomplete-bn.pt", layout: "overcomplete",
            linear + ["batchnorm 1e-05 encoder.final_block.1.", "relu"]
        ) { $0.nonlinearity = .relu },
        Example("sklearn/coef.npy", layout: nil, ["weight rows", "bias", "none"]) { $0.bias = "intercept.npy" },
        Example("sklearn/vector.npy", layout: nil, ["weight rows", "none"]),
        Example("sklearn/fortran-1.npy", layout: nil, ["weight rows", "none"]),
        Example("sklearn/half-2.npy", layout: nil, ["weight rows", "none"]),
        Example("sklearn/transposed-3.npy", layout: nil, ["weight columns", "none"]),
    ]

    @Test(arguments: examples) func activationsAreTheLibrarys(_ example: Example) throws {
        let reference = try Safetensors(path: Fixture.path("directions/reference.safetensors"))
        let file = try DirectionFile.load(example.request, width: 8, layer: "encoder.ln")
        let activations = file.matrix.activations(of: try reference.values("x"))
        let expected = try reference.values(example.name)
        try #require(activations.count == expected.count)
        for (value, wanted) in zip(activations, expected) { #expect(abs(value - wanted) <= 1e-5) }
        #expect(file.layout == example.layout)
        #expect(file.reading == example.reading)
    }

    @Test func theFilesAreTheWeightsAndTheirConfiguration() throws {
        let folder = Fixture.path("directions/saelens-standard")
        let file = try DirectionFile.load(DirectionRequest(path: folder), width: 8, layer: "encoder.ln")
        #expect(file.weightFiles == ["\(folder)/sae_weights.safetensors"])
        #expect(file.files == ["\(folder)/sae_weights.safetensors", "\(folder)/cfg.json"])
        #expect(file.notes.count == 1)

        let path = Fixture.path("directions/sklearn/coef.npy")
        let arrays = try DirectionFile.load(
            DirectionRequest(path: path, bias: "intercept.npy"), width: 8, layer: "encoder.ln")
        #expect(arrays.files == [path, Fixture.path("directions/sklearn/intercept.npy")])
        #expect(arrays.weightFiles == arrays.files)
        #expect(arrays.notes.isEmpty)
    }

    @Test func aNamedMatrixIsReadAsTheRequestAloneSays() throws {
        let path = Fixture.path("directions/saelens-square")
        let weights = try Safetensors(path: "\(path)/sae_weights.safetensors")
        let request = DirectionRequest(path: path, weight: "W_dec", nonlinearity: .relu)
        let file = try DirectionFile.load(request, width: 8, layer: "encoder.ln")
        #expect(file.matrix.rows.weight.array == (try weights.values("W_dec")))
        #expect(file.matrix.rows.bias.array == [Float](repeating: 0, count: 8))
        #expect(file.layout == nil)
        #expect(file.reading == "weight W_dec rows\nrelu")
        // The layout that is not used, and the square matrix's orientation.
        #expect(file.notes.count == 2)
        // The encoder's own matrix is stored as its library stores it.
        let encoder = try DirectionFile.load(
            DirectionRequest(path: path, weight: "W_enc"), width: 8, layer: "encoder.ln")
        #expect(encoder.reading == "weight W_enc columns\nnone")
    }

    @Test func keysGoBeforeTheLayout() throws {
        let path = Fixture.path("directions/saelens-jumprelu")
        let file = try DirectionFile.load(
            DirectionRequest(path: path, centre: "b_dec", nonlinearity: .topk, k: 2), width: 8, layer: "encoder.ln")
        #expect(file.matrix.nonlinearity == .topK(2))
        #expect(file.reading == "weight W_enc columns\nbias b_enc\ncentre b_dec\ntopk 2")
        let named = try DirectionFile.load(
            DirectionRequest(path: path, threshold: .number(0.25)), width: 8, layer: "encoder.ln")
        #expect(named.matrix.thresholds?.array == [Float](repeating: 0.25, count: 12))
    }

    /// (K, C) and (C, K) give the same directions, and a square matrix's rows are the directions.
    @Test func theLayersWidthDecidesTheOrientation() throws {
        let folder = try TemporaryFolder()
        let rows: [Float] = (0..<70 * 33).map { Float($0 * $0 % 1009) - 500 }
        let columns = (0..<33).flatMap { column in (0..<70).map { rows[$0 * 33 + column] } }
        for (shape, values, word) in [([70, 33], rows, "rows"), ([33, 70], columns, "columns")] {
            var table = TensorTable()
            table.tensors["w"] = (shape, values)
            let path = try folder.write("\(word).safetensors", table.bytes())
            let file = try DirectionFile.load(DirectionRequest(path: path), width: 33, layer: "encoder.ln")
            #expect(file.matrix.rows.weight.array == rows)
            #expect(file.reading == "weight w \(word)\nnone")
            #expect(file.notes.isEmpty)
        }
        var table = TensorTable()
        table.tensors["w"] = ([2, 2], [1, 2, 3, 4])
        let path = try folder.write("square.safetensors", table.bytes())
        let file = try DirectionFile.load(DirectionRequest(path: path), width: 2, layer: "encoder.ln")
        #expect(file.matrix.rows.weight.array == [1, 2, 3, 4])
        #expect(file.notes.count == 1)
    }

    /// b′ = b − W·c in double precision: a large centre must not cost the bias's digits.
    @Test func theCentreIsFoldedInDoublePrecision() throws {
        let folder = try TemporaryFolder()
        var table = TensorTable()
        table.tensors = [
            "w": ([1, 3], [16_777_216, -16_777_216, 1]), "b": ([1], [0.5]), "c": ([3], [1.000_000_1, 1, 2]),
        ]
        let path = try folder.write("sae.safetensors", table.bytes())
        let file = try DirectionFile.load(
            DirectionRequest(path: path, weight: "w", bias: "b", centre: "c"), width: 3, layer: "encoder.ln")
        let centre = Double(Float(1.000_000_1))
        #expect(file.matrix.rows.bias.array == [Float(0.5 - 16_777_216 * (centre - 1) - 2)])
    }
}

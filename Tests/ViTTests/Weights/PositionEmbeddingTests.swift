// Position embeddings for other image sizes, against torchvision's interpolate_embeddings.

import Reference
import Testing

@testable import ViT

struct PositionEmbeddingTests {
    @Test(
        arguments: [
            ("side-2", 2, 2), ("side-3", 3, 3), ("side-4", 4, 4), ("side-5", 5, 5), ("side-9", 9, 9),
            ("rows-3-columns-7", 3, 7),
        ])
    func interpolatesAsTorchvision(_ name: String, _ rows: Int, _ columns: Int) throws {
        let file = try Safetensors(path: Fixture.path("position-embeddings.safetensors"))
        let source = FloatBuffer(try file.values("source"))
        let result = FloatBuffer(count: rows * columns * 6)
        withExtendedLifetime(source) {
            interpolatePositions(
                source.pointer + 6, rows: 4, columns: 4, channels: 6, into: result.pointer, rows: rows,
                columns: columns, by: .alignedCorners)
        }
        #expect(relativeError(result.array, Array(try file.values(name).dropFirst(6))) <= 1e-5)
    }
}

// The forced choice of a model whose neurons detect what is known, from photographs to the score.

import Foundation
import Testing

@testable import Render
@testable import Site
@testable import Support
@testable import TestSupport
@testable import ViT

@Suite struct PlantedDetectorTests {
    /// Detectors of colours, evenly round the hue circle, and channels of the residual stream.
    private static let (hues, width) = (6, 8)
    private static let side = 16

    /// How much a colour channel, 0 for red to 2 for blue, has of a hue, from -1 to 1.
    private static func share(of channel: Int, in hue: Double) -> Double {
        cos(2 * .pi * (hue - Double(channel) / 3))
    }

    /// The weights of a model whose residual stream holds, in channel k, how much of hue k a patch has; two channels are
    /// constant, so that the LayerNorm does not make faint colours strong. The first block's attention adds nothing, and
    /// its hidden neuron k reads channel k.
    private static func weights(_ name: String, _ shape: [Int]) -> [Float]? {
        let count = shape.reduce(1, *)
        switch name {
        case "conv_proj.weight":
            let patch = shape[2] * shape[3]
            return (0..<count).map { index in
                let (channel, hue) = (index / patch % 3, index / patch / 3)
                return hue < hues ? Float(share(of: channel, in: Double(hue) / Double(hues))) / Float(patch) : 0
            }
        case "conv_proj.bias":
            return Array(repeating: 0, count: hues) + [4, -4]
        case "encoder.layers.encoder_layer_0.mlp.0.weight":
            return (0..<count).map { $0 / width == $0 % width && $0 % width < hues ? 2 : 0 }
        case _ where name.hasPrefix("encoder.layers.encoder_layer_0.ln_"):
            return Array(repeating: name.hasSuffix("weight") ? 1 : 0, count: count)
        case "class_token", "encoder.pos_embedding", "encoder.layers.encoder_layer_0.mlp.0.bias",
            _ where name.hasPrefix("encoder.layers.encoder_layer_0.self_attention.out_proj."):
            return Array(repeating: 0, count: count)
        default:
            return nil
        }
    }

    /// A photograph of one hue, brightness and saturation, with noise.
    private static func photograph(_ index: Int) -> Picture {
        var generator = SplitMix64(state: UInt64(index))
        func unit() -> Double { Double(generator.next() >> 11) / Double(1 << 53) }
        let (hue, brightness, saturation) = (unit(), 90 + 80 * unit(), 20 + 50 * unit())
        let pixels = (0..<side * side).flatMap { _ -> [UInt8] in
            (0..<3).map { channel in
                UInt8(min(255, max(0, brightness + saturation * share(of: channel, in: hue) + 40 * (unit() - 0.5))))
            }
        }
        return Picture(width: side, height: side, pixels: pixels)
    }

    @Test func knownDetectorsAreTold() async throws {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]}
                layers: [encoder_layer_0.mlp.1]
                neurons: [0-5]
                seeds: 2
                steps: 256
                control: false
                photographs: pictures
                """, side: Self.side, weights: Self.weights)
        try FileSystem.createFolder(project.path("pictures"))
        for index in 0..<600 {
            try FileSystem.writeFile(
                Array(try PNG.encode(Self.photograph(index))), to: project.path("pictures/\(index).png"))
        }
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        let file = try JSONDecoder().decode(
            LayerFile.self,
            from: Data(contentsOf: URL(filePath: project.path("site/layers/encoder_layer_0.mlp.1/neurons.json"))))
        let choice = try #require(file.forcedChoice)
        #expect(choice.judge == "look" && choice.neurons == Self.hues)
        #expect(choice.accuracy > 0.95, "\(choice)")
        #expect(choice.null < 0.6, "\(choice)")
    }
}

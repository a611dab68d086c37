// What photographs are read for, at several places of one forward pass, as `TokenMatrix` computes it on the CPU.
//
// N  images    T  tokens    P  patches    K  neurons    M  maps of an image

import StableHLO
import ViT

/// Writes a pass to the last of some places.
struct PlacesWriter {
    let model: ViT
    let places: [ReadingPlace]

    private var configuration: ViTConfiguration { model.configuration }

    /// Whether each neuron's best patch is read at a place.
    func readsPatches(at place: ReadingPlace) -> Bool {
        place.hasPatches(in: configuration) && configuration.patchCount <= Int(UInt16.max)
    }

    /// The module for batches of `count` images.
    ///
    /// Inputs: the images, (N, 3, height, width); for each place with patches, if there are maps, the neurons whose maps
    /// are wanted, (N, M) of `int32`. Outputs, for each place: the activations, (N, K); for a place with patches the peaks,
    /// (N, K), their patches, (N, K) of `int32`, and if there are maps these, (N, M, P).
    func module(count: Int, maps: Int) -> WrittenModule {
        // Finished pictures and photographs are read in single precision.
        let program = Program(precision: .float32)
        let images = program.input([count, 3, configuration.imageHeight, configuration.imageWidth])
        let wanted = places.map { maps > 0 && readsPatches(at: $0) ? program.input([count, maps], .int32) : nil }
        let writer = ModelWriter(program: program, model: model)
        let taps = places.map { TapWriter(writer, $0.address, $0.tokens) }
        let blocks = writer.blocks(of: images, count: taps.map(\.blockCount).max() ?? 0)
        var outputs: [Value] = []
        for (index, place) in places.enumerated() {
            let matrix = taps[index].activations(in: blocks)
            outputs.append(activations(matrix, over: place))
            guard readsPatches(at: place) else { continue }
            let patches = matrix.sliced(configuration.prefixTokenCount..<configuration.tokenCount, along: 1)
            outputs += [patches.maximum(over: [1]), patches.firstMaximum(along: 1)]
            if let wanted = wanted[index] { outputs.append(patches.transposed([0, 2, 1]).entries(at: wanted)) }
        }
        return WrittenModule(text: program.module.text(returning: outputs), weights: program.weights)
    }

    /// Every neuron's activation over a place's tokens, from those of all tokens, (N, T, channels): (N, K).
    private func activations(_ matrix: Value, over place: ReadingPlace) -> Value {
        if place.tokens == .slice { return matrix.mean(over: [2]) }
        guard let token = place.tokens.fixedToken(at: place.address, in: configuration) else {
            return matrix.sliced(configuration.prefixTokenCount..<configuration.tokenCount, along: 1).mean(over: [1])
        }
        return matrix.sliced(token..<token + 1, along: 1).reshaped([matrix.shape[0], matrix.shape[2]])
    }
}

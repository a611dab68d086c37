// An image-step, forward to an address and the gradient back to the image, compared with sgemm's own rate and PyTorch.

import CProductMeter
import Foundation
import ViT

/// One worker's batch of pictures with their gradients, stepped in parts that stay in the caches.
///
/// Unchecked Sendable: used by one thread at a time.
final class StepPass: @unchecked Sendable {
    /// Pictures per part; the program itself never uses more than 8 at a time.
    private static let largestPart = 16

    private let pass: ModelPass
    private let objectives: [Objective]
    private let images: FloatBuffer
    private let gradients: FloatBuffer
    private(set) var sum: Float = 0

    init(model: ViT, address: Address, batch: Int) {
        let tokens = TokenSelection.automatic(at: address, in: model.configuration)
        pass = ModelPass(
            model: model, address: address, tokens: tokens, capacity: min(batch, Self.largestPart))
        let neurons = tokens.neuronCount(at: address, in: model.configuration)
        objectives = (0..<batch).map { Objective(neuron: $0 % neurons) }
        images = FloatBuffer(count: batch * pass.imageSize)
        gradients = FloatBuffer(count: batch * pass.imageSize)
        for i in 0..<images.count { images.pointer[i] = Float(i * 7919 % 256) / 255 }
    }

    /// One step for every picture of the batch.
    func step() {
        objectives.withUnsafeBufferPointer { objectives in
            for start in stride(from: 0, to: objectives.count, by: Self.largestPart) {
                let part = UnsafeBufferPointer(
                    rebasing: objectives[start..<min(objectives.count, start + Self.largestPart)])
                let (first, count) = (start * pass.imageSize, part.count * pass.imageSize)
                pass.images.update(from: images.pointer + first, count: count)
                pass.forward(objectives: part)
                for slot in part.indices { sum += pass.activation(slot: slot, objective: part[slot]) }
                pass.backward(objectives: part)
                (gradients.pointer + first).update(from: pass.imageGradients, count: count)
            }
        }
    }
}

/// A row of the table: a model, an address and a batch.
struct StepRow {
    let model: NamedModel
    let address: Address
    let batch: Int

    static let heading =
        "model     address                 batch | ms an image  GFLOP/s in / all  outside products | "
        + "of sgemm's bound | PyTorch, 1 core, ms   ratio | images/s, all cores: ours   PyTorch   ratio"

    /// Measures in turn: the step alone, the step with its products timed, its products alone, and PyTorch; and, unless
    /// the machine is `busy` with other work, both on all cores.
    func run(rounds: Int, cores: Int, pytorch: PyTorch?, busy: Bool) throws -> String {
        let workers = (0..<cores).map { _ in StepPass(model: model.model, address: address, batch: batch) }
        let worker = workers[0]
        worker.step()
        productMeterKeep()
        worker.step()
        _ = productMeterKept()
        let single = max(1e-4, processorSeconds { worker.step() })
        let repeats = max(1, Int(0.3 / single))
        try pytorch?.prepare(model: model.name, address: address, batch: batch)

        var alone = Samples()
        var rate = Samples()
        var overall = Samples()
        var outside = Samples()
        var bound = Samples()
        var ours = Samples()
        var theirs = Samples()
        var ratio = Samples()
        var theirsOnAll = Samples()
        var ratioOnAll = Samples()
        for _ in 0..<rounds {
            let time = processorSeconds { for _ in 0..<repeats { worker.step() } }
            productMeterStart()
            let metered = processorSeconds { for _ in 0..<repeats { worker.step() } }
            let products = productMeterStop()
            let replay = processorSeconds { for _ in 0..<repeats { productMeterRepeat() } }
            alone.add(1000 * time / Double(repeats * batch))
            rate.add(products.operations / products.seconds * 1e-9)
            overall.add(products.operations / time * 1e-9)
            outside.add(100 * (1 - products.seconds / metered))
            bound.add(100 * replay / time)
            if let pytorch {
                let other = 1000 / (try pytorch.imagesPerSecond(threads: 1))
                theirs.add(other)
                ratio.add(other / (1000 * time / Double(repeats * batch)))
            }
            if busy { continue }
            let all = secondsOnThreads(cores) { index in for _ in 0..<repeats { workers[index].step() } }
            let rate = Double(repeats * batch * cores) / all
            ours.add(rate)
            if let pytorch {
                let other = try pytorch.imagesPerSecond(threads: cores)
                theirsOnAll.add(other)
                ratioOnAll.add(rate / other)
            }
        }
        let name =
            padded(model.name, 9) + " " + padded(address.shortName, 24) + format(Double(batch), decimals: 0, width: 4)
        var line =
            name + " | " + format(alone.median, decimals: 2, width: 8) + " ±" + format(alone.spread, decimals: 0)
            + "%  " + format(rate.median, width: 6) + " / " + format(overall.median, width: 6) + "   "
            + format(outside.median, width: 5) + " ±" + format(outside.spread, decimals: 0) + "% | "
            + format(bound.median, width: 6) + " ±" + format(bound.spread, decimals: 0) + "% | "
            + format(theirs.median, decimals: 2, width: 8) + "   " + format(ratio.median, decimals: 2, width: 5) + " ±"
            + format(ratio.spread, decimals: 0) + "% | "
        if !busy {
            line +=
                format(ours.median, width: 8) + " " + format(theirsOnAll.median, width: 8) + "   "
                + format(ratioOnAll.median, decimals: 2, width: 5) + " ±" + format(ratioOnAll.spread, decimals: 0) + "%"
        }
        return line
    }
}

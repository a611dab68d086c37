// The matrix products of a step, and sgemm's own rate for each shape.

import CProductMeter
import Foundation
import ViT

/// The products of an image-step, shape by shape.
struct ShapeRows {
    let model: NamedModel
    let address: Address
    let batch: Int

    /// One line per shape, the most expensive first: its products repeated, each on the step's own memory.
    func run(rounds: Int) -> [String] {
        let worker = StepPass(model: model.model, address: address, batch: batch)
        worker.step()
        productMeterKeep()
        worker.step()
        let count = productMeterKept()
        var members: [String: [Int64]] = [:]
        for index in 0..<count {
            var text = [CChar](repeating: 0, count: 64)
            productMeterDescribe(index, &text)
            let name = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            members[name, default: []].append(index)
        }
        var rows: [(time: Double, line: String)] = []
        for (name, indices) in members {
            var times = Samples()
            for _ in 0..<rounds {
                times.add(processorSeconds { for index in indices { productMeterRepeatOne(index) } })
            }
            let operations = indices.reduce(0) { $0 + productMeterOperations($1) }
            let line =
                "  " + padded(name, 44) + format(Double(indices.count), decimals: 0, width: 6) + " times "
                + format(1000 * times.median / Double(batch), decimals: 3, width: 9) + " ms an image "
                + format(operations / times.median * 1e-9, width: 7) + " GFLOP/s"
            rows.append((times.median, line))
        }
        return rows.sorted { $0.time > $1.time }.map(\.line)
    }
}

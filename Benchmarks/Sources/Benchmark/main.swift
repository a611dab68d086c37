// Runs the in-process rows of the table. Usage: Benchmark [steps] [runs] [shapes] [--rounds N] [--python PATH]
// [--model embedded|vit_b_16|dinov2_s] [--batch N] [--cores N] [--busy]

import Foundation
import ViT

func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func benchmark() throws {
    var words = Array(CommandLine.arguments.dropFirst())
    func option(_ name: String) -> String? {
        guard let index = words.firstIndex(of: name), index + 1 < words.count else { return nil }
        let value = words[index + 1]
        words.removeSubrange(index...index + 1)
        return value
    }
    let rounds = max(5, option("--rounds").flatMap(Int.init) ?? 5)
    let python = option("--python")
    let isBusy = words.contains("--busy")
    words.removeAll { $0 == "--busy" }
    let only = option("--model")
    let onlyBatch = option("--batch").flatMap(Int.init)
    func batches(_ usual: [Int]) -> [Int] { onlyBatch.map { [$0] } ?? usual }
    let cores = option("--cores").flatMap(Int.init) ?? ProcessInfo.processInfo.activeProcessorCount
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    let isAll = words.isEmpty
    let models = [try .embedded(root: root), NamedModel.vitB16(), .dinov2Small()].filter {
        only == nil || $0.name == only
    }

    let device = CPUDevice()
    say(
        "\(device.name), OpenBLAS \(device.version), kernels \(device.kind); \(cores) cores; medians of \(rounds), "
            + "± half the range")
    if isAll || words.contains("steps") {
        let pytorch = try python.map { try PyTorch(python: $0, root: root) }
        say(StepRow.heading)
        for model in models {
            let (addresses, usual): ([Address], [Int]) =
                switch model.name {
                case "embedded": ([.block(5, .mlp3)], [1, 16, 64])
                case "dinov2_s": ([.block(8, .mlp1)], [8])
                default: ([.block(11, .mlp3), .block(5, .mlp3)], [1, 4, 8])
                }
            for address in addresses {
                for batch in batches(usual) {
                    say(
                        try StepRow(model: model, address: address, batch: batch)
                            .run(rounds: rounds, cores: cores, pytorch: pytorch, busy: isBusy))
                }
            }
        }
    }
    if words.contains("shapes") {
        for model in models {
            let isSmall = model.name == "embedded"
            let row = ShapeRows(model: model, address: .block(isSmall ? 5 : 11, .mlp3), batch: 8)
            say("\(model.name) \(row.address) batch 8: the products of a step")
            for line in row.run(rounds: rounds) { say(line) }
        }
    }
    if isAll || words.contains("runs") {
        say(RunRow.heading)
        for model in models {
            let isSmall = model.name == "embedded"
            let address = Address.block(isSmall ? 5 : 11, .mlp3)
            for batch in batches(isSmall ? [4, 8, 16, 32] : [2, 4, 8]) {
                say(
                    try RunRow(model: model, address: address, batch: batch, steps: isSmall ? 16 : 2)
                        .run(rounds: rounds, cores: cores, busy: isBusy))
            }
        }
    }
}

do {
    try benchmark()
} catch {
    FileHandle.standardError.write(Data("Benchmark: \(error)\n".utf8))
    exit(1)
}

// Medians and spreads. What is compared is measured in turn, so that a busy machine slows all of it alike.

import CProductMeter
import Foundation

/// Repeated measurements of one thing.
struct Samples {
    private(set) var values: [Double] = []

    mutating func add(_ value: Double) { values.append(value) }

    var median: Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// Half the distance between the smallest and the largest, relative to the median, in per cent.
    var spread: Double {
        guard let least = values.min(), let most = values.max(), median > 0 else { return .nan }
        return 50 * (most - least) / median
    }
}

/// Processor time of `body` on this thread, in seconds: the load from other programs hardly affects it.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    let start = threadSeconds()
    try body()
    return threadSeconds() - start
}

/// Wall time of `body` in seconds.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let duration = try clock.measure(body)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

/// Wall time in seconds of `body` on `count` threads at once, until the last has ended.
func secondsOnThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) -> Double {
    let group = DispatchGroup()
    return seconds {
        for index in 0..<count {
            group.enter()
            let thread = Thread {
                body(index)
                group.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        group.wait()
    }
}

/// A number with a fixed count of decimals, padded to a width.
func format(_ value: Double, decimals: Int = 1, width: Int = 0) -> String {
    let text = String(format: "%.\(decimals)f", value)
    return String(repeating: " ", count: max(0, width - text.count)) + text
}

/// Text padded on the right.
func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

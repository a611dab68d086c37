// What makes a matrix of numbers one of directions: finite values, no empty row, no row twice.

import Foundation

extension DirectionMatrix {
    /// Refuses rows that are no directions, or that are the same direction.
    ///
    /// - Throws: `ViTError` that names the rows by number, from 0.
    func demandDirections(path: String, tensor: String) throws {
        func refuse(_ what: String, _ advice: String) -> ViTError {
            ViTError("\(path): tensor '\(tensor)' of \(count) directions and \(width) channels: \(what). \(advice)")
        }
        var known: [Int: Int] = [:]
        known.reserveCapacity(count)
        for row in 0..<count {
            let start = rows.weight.pointer + row * width
            let values = UnsafeBufferPointer(start: start, count: width)
            // Folding and scaling may leave float32's range, though every stored value is in it.
            guard values.allSatisfy({ $0.isFinite }), rows.bias.pointer[row].isFinite else {
                throw refuse(
                    "direction \(row) leaves float32's range when its centre and scale are folded in", "Rescale it.")
            }
            guard values.contains(where: { $0 != 0 }) else {
                throw refuse("direction \(row) is 0 in every channel", "Remove it, or name another matrix.")
            }
            var hasher = Hasher()
            hasher.combine(bytes: UnsafeRawBufferPointer(values))
            var place = hasher.finalize()
            // Different rows with one hash lie at neighbouring places.
            while let other = known[place] {
                if memcmp(start, rows.weight.pointer + other * width, width * MemoryLayout<Float>.stride) == 0 {
                    throw refuse("directions \(other) and \(row) are equal", "Remove one of them.")
                }
                place &+= 1
            }
            known[place] = row
        }
    }
}

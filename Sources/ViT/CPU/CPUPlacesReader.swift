// Reads several places by one forward pass on the CPU, each while its stage's output is in its buffer.

/// One worker's pass to the last of the places.
final class CPUPlacesReader: PlacesReader {
    private let places: [ReadingPlace]
    private let pass: ModelPass
    /// What reads each place, and after which stage of which block.
    private let taps: [(block: Int?, stage: Stage, reader: TapReader)]

    init(model: ViT, places: [ReadingPlace], capacity: Int) {
        self.places = places
        pass = ModelPass(
            reading: model, at: Self.last(of: places.map(\.address)), attention: .live, capacity: capacity)
        taps = places.map { [pass] place in
            // A pass goes on after the hidden layer is made, so that it need not be made again from what it reads.
            let tap = place.address.tap.ofAllChannels
            return (
                tap.stage.completesBlock ? nil : place.address.block, tap.stage,
                pass.reader(of: place.address, through: tap)
            )
        }
    }

    /// The address at which a pass through all addresses ends, with all tokens computed.
    private static func last(of addresses: [Address]) -> Address {
        precondition(!addresses.isEmpty)
        // A pass to the head may leave tokens of the last block out, and this one gives the same bytes for all places.
        if addresses.contains(where: { $0.block == nil }) { return .encoderNorm }
        func rank(_ address: Address) -> (Int, Int) {
            (address.block ?? 0, address.tap.ofAllChannels.stage.rawValue)
        }
        let last = addresses.max { rank($0) < rank($1) } ?? addresses[0]
        // A pass to the activated values stops before them, and one to the MLP's output after them.
        guard case .block(let index, .mlp1) = last else { return last }
        return .block(index, .mlp3)
    }

    func read(_ pictures: [FloatBuffer], maps: (_ picture: Int, ReadingPlace) -> [Int]) -> [[PlaceReading]] {
        stride(from: 0, to: pictures.count, by: pass.capacity).flatMap { first in
            let batch = Array(pictures[first..<min(pictures.count, first + pass.capacity)])
            return read(batch: batch) { maps(first + $0, $1) }
        }
    }

    private func read(batch: [FloatBuffer], maps: (Int, ReadingPlace) -> [Int]) -> [[PlaceReading]] {
        for (slot, picture) in batch.enumerated() {
            precondition(picture.count == pass.imageSize)
            withExtendedLifetime(picture) {
                (pass.images + slot * pass.imageSize).update(from: picture.pointer, count: pass.imageSize)
            }
        }
        var readings = [[PlaceReading?]](
            repeating: Array(repeating: nil, count: places.count), count: batch.count)
        pass.forward(count: batch.count) { block, stage in
            for (index, tap) in taps.enumerated() where tap.block == block && tap.stage == stage {
                for slot in batch.indices {
                    readings[slot][index] = reading(tap.reader, slot: slot, places[index], maps: maps)
                }
            }
        }
        return readings.map { $0.compactMap(\.self) }
    }

    private func reading(
        _ reader: TapReader, slot: Int, _ place: ReadingPlace, maps: (Int, ReadingPlace) -> [Int]
    ) -> PlaceReading {
        let configuration = pass.model.configuration
        let matrix = TokenMatrix(reader.allActivations(slot: slot), at: place.address, in: configuration)
        let peaks = place.hasPatches(in: configuration) ? matrix.peaks() : nil
        return PlaceReading(
            activations: matrix.activations(over: place.tokens), peaks: peaks?.values ?? [],
            peakPatches: peaks?.patches ?? [],
            maps: peaks == nil ? [] : maps(slot, place).compactMap(matrix.map))
    }
}

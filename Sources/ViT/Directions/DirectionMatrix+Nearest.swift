// Which channels a direction is nearest to, and how near random directions come.

extension DirectionMatrix {
    /// The length of a direction, |w|.
    package func norm(of direction: Int) -> Double {
        self.direction(direction).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }

    /// The channels with the greatest |cosine| to a direction, highest first; of equal ones the first.
    ///
    /// A channel is an axis, so that its cosine is the direction's share along it: w_c / |w|.
    package func nearestChannels(of direction: Int, count: Int) -> [(channel: Int, cosine: Double)] {
        let norm = norm(of: direction)
        guard norm > 0 else { return [] }
        let cosines = self.direction(direction).map { Double($0) / norm }
        return cosines.indices.sorted { (abs(cosines[$1]), $0) < (abs(cosines[$0]), $1) }.prefix(count).map {
            ($0, cosines[$0])
        }
    }

    /// Random directions that the null is drawn from.
    private static let drawn = 1000

    /// The greatest |cosine| to a channel that 95 % of random directions do not exceed: of 1,000 uniform on the sphere in
    /// `width` dimensions, drawn from a fixed seed.
    package static func chanceCosine(width: Int) -> Double {
        var generator = RunGenerator(seed: 0)
        let greatest = (0..<drawn).map { _ in
            var (square, greatest) = (0.0, 0.0)
            for _ in 0..<width {
                let value = generator.normal()
                square += value * value
                greatest = max(greatest, abs(value))
            }
            return greatest / square.squareRoot()
        }
        return greatest.sorted()[drawn * 95 / 100 - 1]
    }
}

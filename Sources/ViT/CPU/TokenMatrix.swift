// All activations of a picture at an address, and what is read from them.

/// Every channel of every token of a picture at an address: (tokens, channels).
struct TokenMatrix {
    private let values: [Float]
    private let address: Address
    private let configuration: ViTConfiguration
    private let channels: Int
    private let tokenCount: Int

    init(_ values: [Float], at address: Address, in configuration: ViTConfiguration) {
        self.values = values
        self.address = address
        self.configuration = configuration
        channels = address.width(in: configuration)
        tokenCount = address.tokenCount(in: configuration)
        precondition(values.count == tokenCount * channels)
    }

    /// Every neuron's activation over the tokens; for `slice` the neurons are the tokens.
    func activations(over tokens: TokenSelection) -> [Float] {
        if tokens == .slice { return (0..<tokenCount).map { row($0).reduce(0, +) / Float(channels) } }
        if let token = tokens.fixedToken(at: address, in: configuration) { return Array(row(token)) }
        var mean = [Float](repeating: 0, count: channels)
        values.withUnsafeBufferPointer { values in
            for token in configuration.prefixTokenCount..<tokenCount {
                for channel in 0..<channels { mean[channel] += values[token * channels + channel] }
            }
        }
        return mean.map { $0 / Float(configuration.patchCount) }
    }

    /// The highest activation of each channel at a single patch, and that patch's number, row by row from 0; of equal
    /// ones the first. Nil if the address has no patches.
    func peaks() -> (values: [Float], patches: [UInt16])? {
        guard tokenCount > 1, configuration.patchCount <= Int(UInt16.max) else { return nil }
        let first = configuration.prefixTokenCount
        var peaks = Array(row(first))
        var patches = [UInt16](repeating: 0, count: channels)
        values.withUnsafeBufferPointer { values in
            for patch in 1..<max(1, configuration.patchCount) {
                let start = (first + patch) * channels
                for channel in 0..<channels where values[start + channel] > peaks[channel] {
                    peaks[channel] = values[start + channel]
                    patches[channel] = UInt16(patch)
                }
            }
        }
        return (peaks, patches)
    }

    /// One channel's activation at each patch, row by row; nil if the address has no patches.
    func map(of channel: Int) -> [Float]? {
        guard tokenCount > 1 else { return nil }
        return (0..<configuration.patchCount).map { values[(configuration.prefixTokenCount + $0) * channels + channel] }
    }

    private func row(_ token: Int) -> ArraySlice<Float> { values[token * channels..<(token + 1) * channels] }
}

// How a configuration is written: in the site's data, and in the digest that identifies a model in recipes.

extension ViTConfiguration: Codable {
    private enum CodingKeys: String, CodingKey {
        case imageHeight, imageWidth, patchSize, blockCount, headCount, width, mlpWidth, classCount, prefixTokenCount
        case hasClassToken, pooling, headTokenCount, layerNormEpsilon, mean, standardDeviation
        case output, activation, hasGatedMLP, hasLayerScale, hasInputNorm, hasRotaryPositions, positionInterpolation
    }

    /// Writes every field of the plain ViT, and of the others those that differ from the plain ViT's, so that a plain
    /// model's digest stays what it was before there were other families.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(imageHeight, forKey: .imageHeight)
        try container.encode(imageWidth, forKey: .imageWidth)
        try container.encode(patchSize, forKey: .patchSize)
        try container.encode(blockCount, forKey: .blockCount)
        try container.encode(headCount, forKey: .headCount)
        try container.encode(width, forKey: .width)
        try container.encode(mlpWidth, forKey: .mlpWidth)
        try container.encode(classCount, forKey: .classCount)
        try container.encode(prefixTokenCount, forKey: .prefixTokenCount)
        try container.encode(hasClassToken, forKey: .hasClassToken)
        try container.encode(pooling, forKey: .pooling)
        try container.encode(headTokenCount, forKey: .headTokenCount)
        try container.encode(layerNormEpsilon, forKey: .layerNormEpsilon)
        try container.encode(mean, forKey: .mean)
        try container.encode(standardDeviation, forKey: .standardDeviation)
        if output != .classes { try container.encode(output, forKey: .output) }
        if activation != .gelu { try container.encode(activation, forKey: .activation) }
        if positionInterpolation != .alignedCorners {
            try container.encode(positionInterpolation, forKey: .positionInterpolation)
        }
        for (key, isSet) in [
            (CodingKeys.hasGatedMLP, hasGatedMLP), (.hasLayerScale, hasLayerScale), (.hasInputNorm, hasInputNorm),
            (.hasRotaryPositions, hasRotaryPositions),
        ] where isSet {
            try container.encode(true, forKey: key)
        }
    }

    /// Reads what `encode(to:)` writes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys) throws -> Int { try container.decode(Int.self, forKey: key) }
        func flag(_ key: CodingKeys) throws -> Bool { try container.decodeIfPresent(Bool.self, forKey: key) ?? false }
        self.init(
            imageHeight: try number(.imageHeight), imageWidth: try number(.imageWidth),
            patchSize: try number(.patchSize), blockCount: try number(.blockCount), headCount: try number(.headCount),
            width: try number(.width), mlpWidth: try number(.mlpWidth), classCount: try number(.classCount),
            prefixTokenCount: try number(.prefixTokenCount), hasClassToken: try flag(.hasClassToken),
            pooling: try container.decode(Pooling.self, forKey: .pooling), headTokenCount: try number(.headTokenCount),
            layerNormEpsilon: try container.decode(Float.self, forKey: .layerNormEpsilon),
            mean: try container.decode([Float].self, forKey: .mean),
            standardDeviation: try container.decode([Float].self, forKey: .standardDeviation))
        output = try container.decodeIfPresent(Output.self, forKey: .output) ?? .classes
        activation = try container.decodeIfPresent(Activation.self, forKey: .activation) ?? .gelu
        positionInterpolation =
            try container.decodeIfPresent(PositionInterpolation.self, forKey: .positionInterpolation) ?? .alignedCorners
        hasGatedMLP = try flag(.hasGatedMLP)
        hasLayerScale = try flag(.hasLayerScale)
        hasInputNorm = try flag(.hasInputNorm)
        hasRotaryPositions = try flag(.hasRotaryPositions)
    }
}

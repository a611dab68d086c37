// Reading photographs at several addresses by one forward pass.

/// An address, and the tokens over which its neurons are read.
public struct ReadingPlace: Hashable, Sendable {
    /// Where activations are read.
    public let address: Address
    /// Over which tokens.
    public let tokens: TokenSelection

    /// A place.
    public init(address: Address, tokens: TokenSelection) {
        self.address = address
        self.tokens = tokens
    }

    /// Whether a neuron's activation can be told apart by patches: not if the neurons are tokens, nor at an address with
    /// one token.
    public func hasPatches(in configuration: ViTConfiguration) -> Bool {
        tokens != .slice && address.tokenCount(in: configuration) > 1
    }
}

/// Measures pictures at several places by one forward pass to the last of them, under live attention.
///
/// A picture's values depend only on the picture and the place, not on the other pictures and places. Not thread-safe.
public protocol PlacesReader: AnyObject {
    /// What each picture gives at each place.
    ///
    /// - Parameters:
    ///   - pictures: (3, height, width) each, in 0…1; any number.
    ///   - maps: for each picture and place with patches, the neurons whose activation at every patch is wanted.
    func read(_ pictures: [FloatBuffer], maps: (_ picture: Int, ReadingPlace) -> [Int]) throws -> [[PlaceReading]]
}

extension PlacesReader {
    /// What each picture gives at each place, without maps.
    public func read(_ pictures: [FloatBuffer]) throws -> [[PlaceReading]] { try read(pictures) { _, _ in [] } }
}

/// What a picture gives at a place.
public struct PlaceReading: Sendable, Equatable {
    /// Every neuron's activation over the place's tokens, as in ``PictureReading/activations``.
    public let activations: [Float]
    /// Every neuron's highest activation at a single patch; empty for a place without patches.
    public let peaks: [Float]
    /// The number of that patch, row by row from 0; empty for a place without patches.
    public let peakPatches: [UInt16]
    /// The activation at each patch, row by row, for each neuron that was asked for; empty for a place without patches.
    public let maps: [[Float]]

    /// A picture's values at a place.
    public init(activations: [Float], peaks: [Float], peakPatches: [UInt16], maps: [[Float]]) {
        self.activations = activations
        self.peaks = peaks
        self.peakPatches = peakPatches
        self.maps = maps
    }
}

// A method: every parameter of an optimisation, in one value.

/// How a picture is optimised: parameterisation, augmentations, regulariser, optimiser and steps.
///
/// A preset (`Method.presets`) sets all parameters in one place; `applying(_:)` overrides them by name. A choice with
/// its own parameters is an enumeration that holds them, so that every parameter of a method has an effect. Lengths are
/// relative to the side of the model's input, so that a method means the same at every size.
public struct Method: Sendable, Hashable {
    /// What is optimised, and how it becomes a picture.
    ///
    /// `initialDeviation` is the standard deviation of the initial numbers, in the parameterisation's units;
    /// `decorrelated` is whether the channels are Lucid's decorrelated colours.
    public enum Parameterisation: Sendable, Hashable {
        /// Pixels through a sigmoid.
        case pixel(initialDeviation: Double = 0.01, decorrelated: Bool = true)
        /// Pixels, clamped to 0…1 after each step; their initial values are U(0, 1).
        case clamped
        /// A spectrum with 1/f scaling, through a sigmoid (Olah et al. 2017); `decayPower` is the scaling's exponent, 1
        /// for 1/f.
        case fourier(initialDeviation: Double = 0.01, decayPower: Double = 1, decorrelated: Bool = true)
        /// The phase of a spectrum whose magnitude is that of photographs (Fel et al. 2023), in decorrelated colours.
        case phase(initialDeviation: Double = 0.01)
    }

    /// How a canvas becomes the picture that the model sees at a step.
    public enum Framing: Sendable, Hashable {
        /// Shifted, scaled, rotated and shifted again, in one bilinear resample.
        case affine(Affine)
        /// Rolled by whole pixels, uniformly up to ± this, by the same amount for all copies of a step.
        case roll(Double = 0)
        /// A square crop, resized to the model's input; each copy has its own.
        case crop(Crop)
    }

    /// The movements of `affine` framing.
    public struct Affine: Sendable, Hashable {
        /// Limit of a uniform shift (±) before the picture is scaled and rotated.
        public var jitter = 0.0
        /// Limit of a uniform shift (±) after that.
        public var secondJitter = 0.0
        /// The smallest scale; scales are drawn uniformly.
        public var smallestScale = 1.0
        /// The largest scale.
        public var largestScale = 1.0
        /// Limit of a uniform rotation (±), in degrees.
        public var rotation = 0.0
        /// What lies outside the picture.
        public var border = Border.reflect
    }

    /// What lies outside a picture that `affine` framing has moved.
    public enum Border: Sendable, Hashable {
        /// A value, 0…1, for `padding` around the picture; then black.
        case constant(padding: Double = 0, value: Double = 0.5)
        /// The picture, mirrored at its edge.
        case reflect
        /// The picture, repeated.
        case wrap
    }

    /// The crops of `crop` framing, in sides of the canvas.
    public struct Crop: Sendable, Hashable {
        /// Standard deviation of the centres, which are normally distributed about the middle.
        public var centreDeviation = 0.0
        /// Mean side at the first step.
        public var firstSide = 1.0
        /// Mean side at the last step; linear in between.
        public var lastSide = 1.0
        /// Standard deviation of the sides, which are normally distributed and clamped to 0.05…1.
        public var sideDeviation = 0.0
    }

    /// The algorithm that turns gradients into steps.
    public enum OptimiserKind: String, Sendable, CaseIterable {
        /// Kingma & Ba 2015.
        case adam
        /// Dozat 2016.
        case nadam
    }

    /// How the rate changes over the steps.
    public enum Schedule: String, Sendable, CaseIterable {
        /// It stays at `rate`.
        case constant
        /// Half a cosine from `rate` to 0.
        case cosine
    }

    /// The preset's name; an overridden method keeps it.
    public let name: String

    /// What is optimised.
    public var parameterisation: Parameterisation
    /// Side of the canvas, in sides of the model's input. The final picture is the mean over blocks of pixels.
    public var canvasScale = 1

    /// Number of the optimiser's steps.
    public var steps: Int
    /// The algorithm that turns gradients into steps.
    public var optimiser = OptimiserKind.adam
    /// Learning rate at the first step.
    public var rate: Double
    /// How the rate changes.
    public var schedule = Schedule.constant
    /// Decay of the mean of gradients.
    public var beta1 = 0.9
    /// Decay of the mean of their squares.
    public var beta2 = 0.999
    /// Added to the root of the mean square, to avoid a division by zero.
    public var epsilon = 1e-8

    /// Number of augmented pictures per step; their mean activation is optimised.
    public var copies = 1
    /// How the canvas becomes the picture that the model sees.
    public var framing = Framing.affine(Affine())

    /// Colour jitter (x − μ)/σ per copy and channel: limit (±) of the uniform μ.
    public var colourShift = 0.0
    /// Colour jitter: limit (±) of the uniform ln σ.
    public var colourScale = 0.0
    /// Standard deviation of one normal offset per copy and channel, which falls linearly to 0 at the last step.
    public var offsetNoise = 0.0
    /// Standard deviation of normal noise per pixel and channel.
    public var normalNoise = 0.0
    /// Limit (±) of uniform noise per pixel and channel.
    public var uniformNoise = 0.0

    /// Weight of the total variation (Ghiasi et al. 2022) of the augmented pictures, subtracted from the activation.
    public var totalVariation = 0.0

    init(name: String, parameterisation: Parameterisation, steps: Int, rate: Double) {
        self.name = name
        self.parameterisation = parameterisation
        self.steps = steps
        self.rate = rate
    }
}

// The methods by name: their parameters, their sources, departures from these, and what their pictures show.

/// A preset names what it uses; every augmentation, noise and regulariser that it does not name is off, by `Method`'s
/// defaults. The features that a preset must show are planted in a model by hand (`PlantedFeatureTests`).
extension Method {
    /// Every preset, the default first.
    public static let presets: [Method] = [atlas, pixel, fourier, ghiasi, maco]

    /// The preset of this name; an unknown name is an error that lists them.
    public static func named(_ name: String) throws(ViTError) -> Method {
        if let preset = presets.first(where: { $0.name == name }) { return preset }
        throw ViTError("There is no method “\(name)”. The methods are \(quoted(presets.map(\.name))).")
    }

    /// The default: Lucid's parameterisation in 64 steps.
    ///
    /// Olah et al. 2017's Fourier picture, decorrelated colours and transformation robustness, as in `fourier`, with a
    /// higher rate, an eighth of the steps, and movements of a few per cent over a mirrored border. The rate was chosen
    /// on the embedded model, for 16 class-token neurons of its last MLP and three seeds. A rate of 0.1 raises the
    /// activation 4 % further, but the pictures are noisier and agree less between seeds. A schedule that falls to 0
    /// raises it 14 % less.
    ///
    /// It must show a planted hue within 20°, a grating's direction within 20° and its frequency within half an octave,
    /// a blob within a patch of its position, and an edge with its polarity; and it must raise a hidden unit that is
    /// off. Its movements, ± 4 % and ± 5°, leave positions and polarities uncertain by less than a patch.
    public static let atlas: Method = {
        var method = Method(
            name: "atlas", parameterisation: .fourier(initialDeviation: 0.01, decayPower: 1, decorrelated: true),
            steps: 64, rate: 0.075)
        method.optimiser = .adam
        method.schedule = .constant
        method.beta1 = 0.9
        method.beta2 = 0.999
        method.epsilon = 1e-8
        method.copies = 1
        method.framing = .affine(
            .init(secondJitter: 0.04, smallestScale: 0.95, largestScale: 1.05, rotation: 5, border: .reflect))
        return method
    }()

    /// Pixels through a sigmoid, starting from noise: what optimisation does without a prior.
    ///
    /// Erhan et al. 2009's gradient ascent, with the movements of `fourier` and Adam 0.05 for 512 steps.
    ///
    /// It must show the same as `atlas`: hue, grating, position and polarity. It also shows high frequencies, which
    /// only the movements suppress.
    public static let pixel: Method = {
        var method = Method(
            name: "pixel", parameterisation: .pixel(initialDeviation: 0.01, decorrelated: false), steps: 512,
            rate: 0.05)
        method.optimiser = .adam
        method.schedule = .constant
        method.beta1 = 0.9
        method.beta2 = 0.999
        method.epsilon = 1e-8
        method.copies = 1
        method.framing = .affine(
            .init(
                jitter: 4.0 / 224, secondJitter: 2.0 / 224, smallestScale: 0.9, largestScale: 1.1, rotation: 10,
                border: .reflect))
        return method
    }()

    /// Lucid's and lucent's published defaults (`render_vis`, `param.image`, `transform.standard_transforms`).
    ///
    /// Padding 12 of value 0.5, jitter 8, scale 0.9–1.1, rotation ± 10°, jitter 4, all for 224 pixels and here
    /// relative to the side; Adam 0.05, 512 steps. Departures:
    ///
    /// - The four movements are one bilinear resample, not four, which blurs less.
    /// - Jitter is symmetric and not in whole pixels: lucent's shifts by 0…7 and 0…3 pixels in one direction move every
    ///   picture by their mean, 5 pixels, away from the patches that its features belong to.
    /// - Scale and angle are drawn from the whole interval: lucent chooses from lists of 11 scales and 26 angles (0°
    ///   six times), but in one resample, finer values cost nothing.
    /// - A ViT's input has one size, and it gets the middle of the padded picture. lucent would shrink all of it to
    ///   that size, which would undo every scale above 1.
    ///
    /// It must show the same as `atlas`: hue, grating, position and polarity. At some steps, the outermost pixels are
    /// not visible.
    public static let fourier: Method = {
        var method = Method(
            name: "fourier", parameterisation: .fourier(initialDeviation: 0.01, decayPower: 1, decorrelated: true),
            steps: 512, rate: 0.05)
        method.optimiser = .adam
        method.schedule = .constant
        method.beta1 = 0.9
        method.beta2 = 0.999
        method.epsilon = 1e-8
        method.copies = 1
        method.framing = .affine(
            .init(
                jitter: 4.0 / 224, secondJitter: 2.0 / 224, smallestScale: 0.9, largestScale: 1.1, rotation: 10,
                border: .constant(padding: 12.0 / 224, value: 0.5)))
        return method
    }()

    /// Ghiasi et al. 2022, "What do Vision Transformers Learn? A Visual Exploration", the variant of their code.
    ///
    /// U(0, 1) pixels clamped after each step; Adam 0.1, β (0.5, 0.99), cosine to 0 over 400 steps; the mean over 8
    /// copies with their own colour jitter and offset noise, all rolled alike by up to 32 pixels of 224; total
    /// variation 0.0005 on what the model sees. Departures:
    ///
    /// - Normalisation is the model's own (theirs is 0.5/0.5, as for their models).
    /// - Noise falls from 0.5 at the first step to 0 at the last (their counter wraps at the last two of their 401
    ///   steps).
    /// - The mean is over the 8 activations. Theirs is over an 8 × 8 matrix with the 8 activations on its diagonal,
    ///   which weights the activation by a further eighth against the variation.
    ///
    /// It must show a planted hue and a grating. The roll, up to a seventh of the side, moves a feature by more than a
    /// patch. So it cannot show a blob's position, nor an edge's polarity, which flips at half a patch.
    public static let ghiasi: Method = {
        var method = Method(name: "ghiasi", parameterisation: .clamped, steps: 400, rate: 0.1)
        method.optimiser = .adam
        method.schedule = .cosine
        method.beta1 = 0.5
        method.beta2 = 0.99
        method.epsilon = 1e-8
        method.copies = 8
        method.framing = .roll(1.0 / 7)
        method.colourShift = 1
        method.colourScale = 1
        method.offsetNoise = 0.5
        method.totalVariation = 0.0005
        return method
    }()

    /// MaCo: Fel et al. 2023, "Unlocking Feature Visualization for Deeper Networks with MAgnitude Constrained
    /// Optimization", as in their Xplique (`maco`).
    ///
    /// Only the phase is optimised; NAdam 1.0 for 256 steps; crops with centre N(0.5, 0.15) and side
    /// N(0.5 → 0.05, 0.05), normal noise 0.08 and uniform noise ± 0.04. Departures:
    ///
    /// - The canvas is in 0…1, whereas Xplique's default `values_range` is −1…1. The same noise is twice as strong
    ///   relative to the range, and the part of a crop outside the canvas is black, not mid-grey.
    /// - The spectrum comes from measured points (see `PhaseParameterisation`).
    /// - 8 crops per step (theirs: 32) and a canvas of twice the model's side (theirs: 512 pixels) are this project's
    ///   choice. The picture is the canvas at half size, so that the model can read it whole.
    ///
    /// It must tint the picture nearer to a planted red, green or blue than to the other two, and raise the activation
    /// to more than twice its start. The fixed spectrum does not allow a flat colour or a single frequency. Crops do
    /// not allow a position. They are ten times smaller at the last step than at the first, so they do not allow a size
    /// either: a filter of one size sees every scale.
    public static let maco: Method = {
        var method = Method(name: "maco", parameterisation: .phase(initialDeviation: 1), steps: 256, rate: 1)
        method.canvasScale = 2
        method.optimiser = .nadam
        method.schedule = .constant
        method.beta1 = 0.9
        method.beta2 = 0.999
        method.epsilon = 1e-7
        method.copies = 8
        method.framing = .crop(.init(centreDeviation: 0.15, firstSide: 0.5, lastSide: 0.05, sideDeviation: 0.05))
        method.normalNoise = 0.08
        method.uniformNoise = 0.04
        return method
    }()
}

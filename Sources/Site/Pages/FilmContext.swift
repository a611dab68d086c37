// The films of a row of runs: a strip of frames for each, which the theme's script makes a slider on the curves.

import Render
import Runs

/// The films of a row of runs, which have their frames at the same steps.
struct FilmContext: TemplateContext {
    /// Number of steps of the runs.
    var steps: Int
    /// At least one.
    var strips: [FilmStrip]

    static let keys: [TemplateKey<FilmContext>] = [
        .text("steps", "number of steps of the runs") { String($0.steps) },
        .text("places", "the steps at which the films have a frame, e.g. `0, 16, 32, 48`") { film in
            (film.strips.first?.steps ?? []).map(String.init).joined(separator: ", ")
        },
        .list("strips", "the runs' films", \.strips),
    ]
}

/// The film of one run.
struct FilmStrip: TemplateContext {
    var title: String
    var image: String
    var width: Int
    var height: Int
    /// Number of steps before each frame.
    var steps: [Int]
    /// The activation at each frame, and on the finished picture.
    var activations: [Double]

    static let keys: [TemplateKey<FilmStrip>] = [
        .text("title", "whose film it is, e.g. `seed 0`", \.title),
        .text("image", "path of the picture with all frames side by side", \.image),
        .text("width", "that picture's width in pixels") { String($0.width) },
        .text("height", "its height in pixels") { String($0.height) },
        .text("activations", "the activation at each frame and on the finished picture, with spaces between") {
            $0.activations.map { $0.isFinite ? Format.number($0) : "–" }.joined(separator: " ")
        },
    ]
}

extension FilmStrip {
    /// The film of a run; nil if its record has none.
    ///
    /// - Parameter final: the activation on the finished picture, under the attention of the steps.
    init?(_ record: RunRecord, final: Float) {
        let (recipe, curve) = (record.header.recipe, record.numbers.curve)
        guard let film = record.film, let size = PictureFile.size(start: film.jpeg) else { return nil }
        self.init(
            title: "seed \(recipe.seed)", image: SitePaths.film(recipe), width: size.width, height: size.height,
            steps: film.steps,
            // A run that diverged has no activation at its last frames.
            activations: film.steps.map { curve.indices.contains($0) ? Double(curve[$0]) : .nan } + [Double(final)])
    }
}

// Films from atlas.yml to the pages, by running the program.

import Foundation
import Testing

@testable import Runs
@testable import Site
@testable import TestSupport

@Suite struct FilmBuildTests {
    private static let settings = """
        model: {weights: tiny.safetensors}
        layers: [encoder_layer_1.mlp.3]
        neurons: [0-2]
        seeds: 2
        steps: 4
        attention: [live, detached]
        control: shuffled
        compareSample: 1
        """

    private func films(_ project: TinyProject) throws -> [String] {
        try project.files().keys.filter { $0.hasSuffix("-film.jpg") }.sorted()
    }

    /// The runs that the pages are about have films, and neither comparisons nor controls.
    @Test func pagesShowTheFilmsOfTheirRuns() async throws {
        let project = try TinyProject(settings: Self.settings + "\nfilm: 3")
        #expect(try await project.build().code == 0)
        #expect(try films(project).count == 6)
        for neuron in 0...2 {
            let folder = "site/layers/encoder_layer_1.mlp.3/\(neuron)"
            let data = try JSONDecoder().decode(
                NeuronData.self, from: Data(contentsOf: URL(filePath: project.path("\(folder)/neuron.json"))))
            let runs = data.runs.map(\.result)
            #expect(runs.map { $0.film != nil } == runs.indices.map { $0 < 2 })
            let page = try project.text("\(folder)/index.html")
            #expect(page.components(separatedBy: "class=\"film\" data-steps=\"4\"").count == 2)
            #expect(page.contains("<p class=\"value\">Film: steps 0, 2; above: step 4</p>"))
            for run in runs.prefix(2) {
                let film = try #require(run.film)
                #expect(film.steps == [0, 2] && film.image == run.image.replacing(".png", with: "-film.jpg"))
                #expect(
                    page.contains(
                        "<img src=\"\(film.image)\" width=\"32\" height=\"16\" alt=\"Film of seed \(run.seed)\" data-film="
                    ))
            }
            let markup = try #require(page.firstMatch(of: /<p class="value">Film(?:.|\n)*?<\/div>/)).output
            #expect(markup.utf8.count < 200 * 2)
        }
        // A share of a cluster makes them, too.
        let other = try TinyProject(settings: Self.settings + "\nfilm: 3")
        #expect(try await other.run(["work", "--shard", "0/1"]).code == 0)
        #expect(try await other.build().output.contains("\n0 runs made"))
        #expect(try films(other) == films(project))
        #expect(try await other.run(["export", "export"]).code == 0)
        #expect(try other.files(in: "export").keys.allSatisfy { !$0.contains("film") })
    }

    /// Films that are asked for later leave the store as it is: the runs are the same. Who wants them, has the runs made
    /// again.
    @Test func runsWithoutFilmsStayValid() async throws {
        let project = try TinyProject(settings: Self.settings)
        #expect(try await project.build().output.contains("\n10 runs made"))
        #expect(try films(project).isEmpty)
        try project.configure("title: Films\n\(Self.settings)\nfilm: 3\n")
        let later = try await project.build()
        #expect(later.output.contains("\n0 runs made, 10 reused") && later.code == 0)
        #expect(later.messages.contains("6 runs were made without the film that atlas.yml asks for"))
        #expect(try films(project).isEmpty)
        // It is said once, not by every build.
        #expect(try await !project.build().messages.contains("without the film"))
        #expect(try await project.run(["store", "prune"]).output.hasPrefix("Nothing to remove: "))
        let dry = try await project.run(["store", "prune", "--filmless", "--dry-run"])
        #expect(dry.output.hasPrefix("6 runs and 0 "))
        #expect(dry.output.contains("\n\nThese lack the film that atlas.yml asks for:\nlayer "))
        #expect(!dry.output.contains("Neither atlas.yml"))
        #expect(try project.runCount() == 10)
        #expect(try await project.run(["store", "prune", "--filmless"]).output.hasPrefix("6 runs and 0 "))
        let again = try await project.build()
        #expect(again.output.contains("\n6 runs made, 4 reused") && !again.messages.contains("without the film"))
        #expect(try films(project).count == 6)
        #expect(try await project.run(["store", "verify"]).output == "10 runs whole, 0 damaged\n")
        // A film of another length is not the one that is asked for; without any, the stored ones do no harm.
        try project.configure("title: Films\n\(Self.settings)\nfilm: 5\n")
        #expect(try await project.build().messages.contains("6 runs were made without the film"))
        try project.configure("title: Films\n\(Self.settings)\n")
        #expect(try await project.build().output.contains("\n0 runs made, 10 reused"))
        #expect(try films(project).isEmpty)
    }
}

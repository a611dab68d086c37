// Settings of one method under names of their own, from atlas.yml to pages, figures, data and the command line.

import Foundation
import Testing

@testable import Site
@testable import TestSupport

@Suite struct NamedMethodsTests {
    @Test func namesReachEveryPlace() async throws {
        let project = try TinyProject(
            settings: """
                model: {weights: tiny.safetensors}
                layers: [encoder_layer_1.mlp.3]
                neurons: [0-2]
                seeds: 2
                steps: 3
                methods: [atlas, {name: atlas, rate: 0.02, as: slow}, {name: pixel, rate: [0.1, 0.2], as: sweep}]
                compareSample: 2
                control: false
                """)
        try project.write(
            """
            ---
            title: Names
            date: 2024-05-06
            ---
            ![Two](neuron:encoder_layer_1.mlp.3/2?methods=slow,sweep:rate=0.2&seeds=1)

            ![All](layer:encoder_layer_1.mlp.3?plot=compare)

            There are {{layer:encoder_layer_1.mlp.3?method=slow|neurons}} slow neurons.
            """, to: "content/posts/2024-05-06-names.md")
        let outcome = try await project.build()
        #expect(outcome.code == 0, "\(outcome.messages)")
        let names = ["atlas", "slow", "sweep:rate=0.1", "sweep:rate=0.2"]
        let folder = "site/layers/encoder_layer_1.mlp.3"
        let layer = try JSONDecoder().decode(
            LayerFile.self, from: Data(contentsOf: URL(filePath: project.path("\(folder)/neurons.json"))))
        let variants = try #require(layer.variants)
        #expect(variants.map(\.name) == names && variants.map(\.method) == ["atlas", "atlas", "pixel", "pixel"])

        let compared = try #require(variants.first?.neurons.first)
        let page = try project.text("\(folder)/\(compared)/index.html")
        let post = try project.text("site/2024/05/06/names.html")
        for name in names {
            #expect(try project.text("\(folder)/index.html").contains(">\(name)<"))
            // The first row is what the page is about, and has no title.
            #expect(page.contains("<p class=\"row-title\">\(name)</p>") == (name != names[0]), "\(name)")
            #expect(page.contains("--method \(name) --tokens"), "\(name)")
            #expect(post.contains(">\(name)<"), "\(name)")
        }
        #expect(page.contains("Changed for slow") && post.contains("There are 2 slow neurons."))

        // The command of the page makes its picture.
        let data = try JSONDecoder().decode(
            NeuronData.self, from: Data(contentsOf: URL(filePath: project.path("\(folder)/\(compared)/neuron.json"))))
        let slow = try #require(data.runs.first { $0.variant.method.rate == 0.02 })
        let command = ["visualise", "encoder_layer_1.mlp.3/\(compared)", "--method", "slow", "-o", "slow.png"]
        let made = try await project.run(command + ["--seeds", "\(slow.result.seed)"])
        #expect(made.code == 0, "\(made.messages)")
        #expect(
            try Data(contentsOf: URL(filePath: project.path("slow.png")))
                == Data(contentsOf: URL(filePath: project.path("\(folder)/\(compared)/\(slow.result.image)"))))

        let wrong = try await project.run(["visualise", "heads.head/1", "--method", "slwo"])
        #expect(wrong.code == 64 && wrong.messages.contains("Did you mean \"slow\"?"), "\(wrong.messages)")
        try project.write(
            "---\ntitle: A\ndate: 2024-05-07\n---\n![x](neuron:heads.head/1?method=slwo)\n",
            to: "content/posts/2024-05-07-a.md")
        let refused = try await project.build()
        #expect(refused.code == 65 && refused.messages.contains("2024-05-07-a.md:5: "), "\(refused.messages)")
        #expect(refused.messages.contains("“slow”, “sweep:rate=0.1”") && refused.messages.contains("Did you mean"))
    }
}

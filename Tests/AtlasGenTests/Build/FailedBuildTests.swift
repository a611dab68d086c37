// Builds that cannot succeed: a message, an exit code, and the last good site as it was.

import Foundation
import Testing

@testable import Render
@testable import Runs
@testable import Site
@testable import Support
@testable import TestSupport

@Suite struct FailedBuildTests {
    /// Something that is wrong with a project.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: Int32
        /// What the message must hold.
        let words: [String]
        var arguments: [String] = []
        /// Breaks the project.
        var breaking: @Sendable (TinyProject) throws -> Void = { _ in }

        /// A fault of atlas.yml: a text of `TinyProject.settings` that becomes another.
        static func setting(_ old: String, _ new: String, _ words: String...) -> Fault {
            Fault(testDescription: new, code: 65, words: ["atlas.yml:"] + words) { project in
                try project.configure("title: Other\n" + TinyProject.settings.replacing(old, with: new))
            }
        }
    }

    static let faults: [Fault] = [
        Fault(testDescription: "an unknown flag", code: 64, words: ["--wrokers"], arguments: ["--wrokers", "2"]),
        Fault(
            testDescription: "no worker", code: 64, words: ["--workers", "at least 1"], arguments: ["--workers", "0"]),
        Fault(testDescription: "no configuration", code: 65, words: ["atlas.yml", "no such file"]) { project in
            try FileManager.default.removeItem(atPath: project.path("atlas.yml"))
        },
        .setting("seeds: 2", "seeds: [2", "not YAML"),
        .setting("seeds: 2", "sedes: 2", "atlas.yml:5", "\"seeds\""),
        .setting("seeds: 2", "seeds: -2", "atlas.yml:5", "1 to 1000"),
        .setting("encoder_layer_1.mlp.3", "encoder_layer_1.mpl.3", "atlas.yml:3", "encoder_layer_1.mlp.3"),
        .setting("encoder_layer_1.mlp.3", "encoder_layer_7.mlp.3", "atlas.yml:3", "encoder_layer_1.mlp.3"),
        .setting("[0-2]", "[0-2, 11]", "atlas.yml:4", "out of range", "0 to 7"),
        .setting("[0-2]", "[99999999999999999999]", "atlas.yml:4"),
        .setting("tiny.safetensors", "absent.safetensors", "atlas.yml:2", "absent.safetensors"),
        .setting("tiny.safetensors", "atlas.yml", "atlas.yml:2"),
        .setting("weights: tiny.safetensors", "weights: tiny.safetensors, heads: 3", "atlas.yml:2:43", "heads"),
        .setting("weights: tiny.safetensors", "weights: tiny.safetensors, imageSize: 15", "atlas.yml:2:47", "size"),
        .setting("weights: tiny.safetensors", "labels: none.txt", "atlas.yml:2:17", "none.txt"),
        Fault(testDescription: "a truncated checkpoint", code: 65, words: ["tiny.safetensors"]) { project in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: project.path("tiny.safetensors")))
            _ = try project.folder.write(bytes.dropLast(100), to: "tiny.safetensors")
        },
        Fault(testDescription: "a label too few", code: 65, words: ["11 classes", "12"]) { project in
            try project.write(String(repeating: "name\n", count: 11), to: "tiny.labels.txt")
        },
        Fault(testDescription: "a broken template", code: 65, words: ["layer.mustache", "2"]) { project in
            try project.write("<p>\n{{#neurons}}</p>\n", to: "templates/layer.mustache")
        },
        Fault(testDescription: "a tag without a meaning", code: 65, words: ["layer.mustache", "neuronz"]) { project in
            try project.write("<p>{{neuronz}}</p>\n", to: "templates/layer.mustache")
        },
        Fault(
            testDescription: "a file at the site's place", code: 73, words: ["is a file", "--output"],
            arguments: ["--output", "tiny.safetensors"]),
        Fault(
            testDescription: "a file above the site's place", code: 73, words: ["tiny.safetensors"],
            arguments: ["--output", "tiny.safetensors/site"]),
        Fault(
            testDescription: "the project's own folder", code: 73, words: ["the project keeps", "was not changed"],
            arguments: ["--output", "."]),
        Fault(
            testDescription: "the store's folder", code: 73, words: [".atlas", "the project keeps .atlas there"],
            arguments: ["--output", ".atlas/runs"]),
        Fault(
            testDescription: "the texts' folder, which is not there yet", code: 73,
            words: ["the project keeps content there"], arguments: ["--output", "x/../content/posts"]),
        Fault(testDescription: "a file in the texts' place", code: 65, words: ["content", "is a file"]) { project in
            try project.write("words", to: "content")
        },
        Fault(testDescription: "no judge", code: 65, words: ["atlas.yml:8:8: judge:", "none.pth"]) { project in
            try project.configure("title: A tiny atlas\n\(TinyProject.settings)\njudge: none.pth\n")
        },
        Fault(
            testDescription: "someone's folder", code: 73, words: ["did not make", "thesis.txt"],
            arguments: ["--output", "papers"]
        ) { project in try project.write("years of work\n", to: "papers/thesis.txt") },
    ]

    @Test(arguments: ["site", "content", "templates"]) func aLinkThatLeadsNowhereIsToldFirst(name: String) async throws
    {
        let project = try TinyProject()
        try FileManager.default.createSymbolicLink(atPath: project.path(name), withDestinationPath: "nowhere")
        let outcome = try await project.build()
        #expect(outcome.code == 74 && outcome.messages.contains("\(name) is a broken link"))
        #expect(try project.runCount() == 0)
    }

    @Test(arguments: faults)
    func aFailedBuildSaysWhyAndTouchesNothing(_ fault: Fault) async throws {
        let project = try TinyProject()
        try fault.breaking(project)
        let before = try project.files(in: ".")
        let outcome = try await project.run(["build", "--file", project.path("atlas.yml")] + fault.arguments)
        #expect(outcome.code == fault.code, "\(outcome.messages)")
        for word in fault.words { #expect(outcome.messages.contains(word), "\(outcome.messages)") }
        #expect(try outcome.output.isEmpty && project.runCount() == 0)
        let after = try project.files(in: ".").filter { !$0.key.hasPrefix(".atlas/") }
        #expect(after == before, "\(Set(after.keys).symmetricDifference(before.keys))")
    }

    @Test(arguments: faults)
    func aFailedBuildLeavesTheLastSiteAsItWas(_ fault: Fault) async throws {
        let project = try TinyProject()
        #expect(try await project.build().code == 0)
        try fault.breaking(project)
        let before = try project.files(in: ".").filter { $0.key != ".atlas/lock" }
        #expect(
            try await project.run(["build", "--file", project.path("atlas.yml")] + fault.arguments).code == fault.code)
        // The lock names the process that had it last.
        let after = try project.files(in: ".").filter { $0.key != ".atlas/lock" }
        #expect(after == before, "\(Set(after.keys).symmetricDifference(before.keys))")
    }

    /// A way in which something that the build reads can lie in the site: a setting of atlas.yml, and the file's name in
    /// the site, which is a copy of the checkpoint or of a text.
    static let inputs: [(settings: String, name: String, link: String?)] = [
        ("model: {weights: site/w.safetensors}", "w.safetensors", nil),
        ("model: {weights: ./site/../site/w.safetensors}", "w.safetensors", nil),
        ("model: {weights: linked.safetensors}", "w.safetensors", "linked.safetensors"),
        ("model: {weights: site/model}", "model/w.safetensors", nil),
        ("model: {weights: linked}", "model/w.safetensors", "linked"),
        ("model: {weights: tiny.safetensors, labels: site/labels.txt}", "labels.txt", nil),
        ("model: {weights: tiny.safetensors}", "names.txt", "tiny.labels.txt"),
        ("judge: site/w.safetensors", "w.safetensors", nil),
        ("judge: linked.safetensors", "w.safetensors", "linked.safetensors"),
        ("attention: {frozen: site/reference.png}", "reference.png", nil),
        ("attention: {frozen: linked.png}", "reference.png", "linked.png"),
        ("", "post.md", "content/posts/2024-01-01-post.md"), ("", "texts/index.md", "content"),
        ("", "texts/2024-01-01-post.md", "content/posts"), ("", "picture.png", "content/posts/picture.png"),
        ("", "layer.mustache", "templates/layer.mustache"), ("", "theme/x.css", "templates/assets"),
        ("", "mine/atlas.yml", "atlas.yml"),
    ]

    @Test(arguments: inputs)
    func whatTheBuildReadsIsNotRemovedWithTheOldSite(settings: String, name: String, link: String?) async throws {
        let project = try TinyProject(labels: (0..<12).map { "class \($0)" })
        #expect(try await project.build().code == 0)
        let manager = FileManager.default
        let file = project.path("site/\(name)")
        try FileSystem.createFolder(FileSystem.parent(of: file))
        switch (name as NSString).pathExtension {
        case "safetensors": try manager.copyItem(atPath: project.path("tiny.safetensors"), toPath: file)
        case "png":
            let picture = Picture(width: 16, height: 16, pixels: [UInt8](repeating: 9, count: 16 * 16 * 3))
            try PNG.encode(picture).write(to: URL(fileURLWithPath: file))
        case "txt": try manager.copyItem(atPath: project.path("tiny.labels.txt"), toPath: file)
        case "yml": try manager.copyItem(atPath: project.path("atlas.yml"), toPath: file)
        case "mustache":
            try manager.copyItem(
                atPath: try Installation.folder("templates") + "/layer.mustache", toPath: file)
        default: try project.write("words\n", to: "site/\(name)")
        }
        if let link {
            // A link to the file, or to the folder in the site that holds it.
            let isFolder = !link.contains(".") || link == "templates/assets"
            try FileSystem.createFolder(FileSystem.parent(of: project.path(link)))
            if FileSystem.exists(project.path(link)) { try FileSystem.remove(project.path(link)) }
            try manager.createSymbolicLink(
                atPath: project.path(link), withDestinationPath: isFolder ? FileSystem.parent(of: file) : file)
        }
        var lines = TinyProject.settings
        if settings.hasPrefix("model:") {
            lines = lines.replacing("model: {weights: tiny.safetensors}", with: settings)
        } else if !settings.isEmpty {
            lines += "\n" + settings
        }
        if link != "atlas.yml" { try project.configure("title: Other\n\(lines)\n") }
        let (site, runs) = (try project.files(), try project.runCount())
        let outcome = try await project.build()
        #expect(outcome.code == 73 && outcome.messages.contains("site was not changed: the project "), "\(outcome)")
        #expect(try project.files() == site && project.runCount() == runs)
        #expect(try FileSystem.names(in: project.path(".")).allSatisfy { !$0.hasPrefix(".site") })
    }

    /// While a build of one project replaces a folder, another project's build is refused.
    @Test func twoProjectsBuildOneFolderInTurn() async throws {
        let (first, second) = (try TinyProject(title: "First"), try TinyProject(title: "Second"))
        let site = first.path("site")
        #expect(try await second.build("--output", site).code == 0)
        let alone = try first.files()
        let staging = try Staging(for: OutputFolder(site, in: first.folder.path, reading: []))
        let refused = try await second.build("--output", site)
        #expect(refused.code == 73 && refused.messages.contains("another build is replacing it (process "))
        #expect(try first.files() == alone)
        // This also keeps the lock until here.
        try staging.remove()
    }

    @Test func aFolderThatNobodyMayWriteToIsNamed() async throws {
        // Whoever is root may write everywhere.
        guard geteuid() != 0 else { return }
        let project = try TinyProject()
        try FileManager.default.createDirectory(atPath: project.path("closed"), withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: project.path("closed"))
        let outcome = try await project.build("--output", "closed/site")
        #expect(outcome.code == 73 && outcome.messages.contains("closed"))
    }

    @Test func ctrlCKeepsWhatIsDoneAndTheNextBuildGoesOn() async throws {
        let project = try TinyProject()
        #expect(try await project.build().code == 0)
        let site = try project.files()
        // More runs than end before the interrupt arrives, on a busy machine too; neuron 0 gets all its seeds first.
        let long = TinyProject.settings.replacing("seeds: 2", with: "seeds: 1000").replacing(
            "steps: 3", with: "steps: 2000")
        try project.configure("title: Longer\n\(long)")
        let made = try project.runCount()
        let stopped = try await project.run(["build", "--workers", "1"]) { try project.runCount() > made }
        #expect(stopped.code == 130, "\(stopped.messages)")
        #expect(stopped.messages.contains("continues from there") && stopped.output.isEmpty)
        #expect(try project.files() == site)
        #expect(try project.runCount() > made)
        // A neuron's first seeds are made first, so that a smaller atlas finds some of its runs.
        try project.configure("title: Longer\n" + long.replacing("seeds: 1000", with: "seeds: 4"))
        let finished = try await project.build()
        let counts = try #require(finished.output.firstMatch(of: /(\d+) runs? made, (\d+) reused/)?.output)
        let (new, reused) = (try #require(Int(counts.1)), try #require(Int(counts.2)))
        #expect(finished.code == 0 && new + reused == 24 && reused > 0, "\(finished)")
    }

    @Test func twoBuildsAtOnceDoNotMeet() async throws {
        let project = try TinyProject()
        let store = try Store(folder: project.path(".atlas")) { _ in }
        let lock = try FileLock(storeFolder: store.folder)
        let outcome = try await project.build()
        #expect(!lock.isHeld || (outcome.code == 73 && outcome.messages.contains("Another build is running")))
        withExtendedLifetime(lock) {}
    }
}

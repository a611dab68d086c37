// `atlasgen init DIR`: a project to start with.

import ArgumentParser
import Foundation
import Render
import Support

/// Makes a project.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a project to start with: a configuration, an introduction and a post.")

    @Argument(help: "The folder, which must be empty or not there yet.")
    var folder: String

    func run() throws {
        try StarterProject(date: Date(), in: .current).write(to: folder)
        print("\(folder)/atlas.yml: the project. Next: cd \(folder) && atlasgen serve")
    }
}

/// The files of a project to start with.
struct StarterProject {
    /// The files' texts by their paths in the project.
    let files: [String: String]

    /// A project whose post has the date of its making.
    init(date: Date, in zone: TimeZone) throws {
        let post = try PostDraft(title: "A first look", date: date, in: zone)
        files = [
            "atlas.yml": Self.configuration, "content/index.md": Self.introduction, ".gitignore": Self.ignored,
            "content/posts/\(post.name)": Self.frontMatter(of: post) + Self.text,
        ]
    }

    /// Writes the files.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` where the folder is there and holds something, and of code `usage`
    ///   for a folder without a name.
    func write(to folder: String) throws {
        // Nothing and a slash would be the file system's root.
        guard !folder.isEmpty else {
            throw AtlasError(.usage, "the folder's name is empty; name a folder, or write . for this one")
        }
        if FileSystem.exists(folder) {
            guard FileSystem.isFolder(folder) else {
                throw AtlasError(.cannotCreate, "\(folder) is a file; name a folder")
            }
            // A new repository is as good as empty.
            if let name = try FileSystem.names(in: folder).first(where: { $0 != ".git" }) {
                throw AtlasError(
                    .cannotCreate,
                    "\(folder) is not empty (\(name) for one), and nothing was written; name another folder")
            }
        }
        for (path, text) in files.sorted(by: { $0.key < $1.key }) {
            let file = "\(folder)/\(path)"
            try FileSystem.createFolder(FileSystem.parent(of: file))
            try FileSystem.writeDurably(Array(text.utf8), to: file, by: "\(file).new")
        }
    }

    /// The draft's front matter without its text.
    private static func frontMatter(of post: PostDraft) -> String {
        let end = post.text.range(of: "\n---\n")?.upperBound ?? post.text.startIndex
        return String(post.text[..<end])
    }

    private static let ignored = """
        # What atlasgen makes: the runs, and the site.
        .atlas/
        site/

        """

    private static let configuration = """
        # What `atlasgen build` makes of this project. Keys behind # show their defaults.

        title: An atlas of neurons
        # description: one sentence about the site
        # author: Your Name
        # baseURL: https://example.org/atlas/   # where the site will be; the feed and the sitemap need it

        # The checkpoint, as it was downloaded: safetensors or PyTorch, from torchvision, timm or Hugging Face.
        # Without it: the small model that comes with atlasgen. Paths are relative to this file.
        # model:
        #   weights: vit_b_16.pth
        #   labels: labels.txt              # a label a line
        #   heads: 12                       # what a checkpoint does not say itself
        #   mean: [0.485, 0.456, 0.406]
        #   std: [0.229, 0.224, 0.225]
        #   imageSize: 224                  # or [height, width]

        # Where neurons are read, by torchvision's names; `atlasgen inspect` lists a model's addresses.
        layers:
          - heads.head

        # Which neurons: all, or numbers and ranges. A few to begin with, so that the first build takes seconds.
        neurons: [0-11]

        # How many runs each neuron gets, or the seeds themselves: [0, 1, 7].
        seeds: 3

        # The method: atlas, pixel, fourier, ghiasi or maco; with other parameters: {name: atlas, rate: 0.05}.
        # method: atlas
        # steps: 64                         # in place of the method's own

        # Over which tokens a neuron is read: patches, cls, center, token:k, slice; auto is what the model itself reads.
        # tokens: auto                      # or a list: [auto, patches]
        # direction: "+"                    # or "-": what inhibits a neuron most
        # attention: live                   # or detached, frozen, a list; {frozen: FILE.png} freezes a picture's pattern
        # compareSample: 24                 # neurons a layer for which the lists' further entries are made

        # judge: FILE                       # another model that tells how alike two pictures are
        # control: false                    # true: also a sample with shuffled weights
        # rawHTML: false                    # true: HTML in Markdown reaches the pages

        """

    private static let introduction = """
        This text is `content/index.md`, the introduction on the first page. Say what the model is and what a reader
        finds here; `content/layers/ADDRESS.md` and `content/neurons/ADDRESS/NUMBER.md` do the same for the pages of
        layers and neurons.

        """

    private static let text = """

        Each picture of this atlas is what makes one neuron of the model fire most, found from noise. Two runs that start
        from different noise need not end alike:

        ![The first class, from three seeds](neuron:heads.head/0)

        A layer's figures are made the same way, here the neurons whose runs agree most:

        ![The most consistent](layer:heads.head?sort=consistency&limit=6)

        Numbers in the text are taken from the runs, so that none has to be typed: a run's nearest picture from another
        seed is of the same neuron in {{layer:heads.head|retrieval}} of the cases, and by chance in
        {{layer:heads.head|chance}}.

        """
}

// `atlasgen init DIR`: creates a starter project.

import ArgumentParser
import Foundation
import Support

/// Creates a project.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Create a starter project: a configuration, an introduction and a post.",
        discussion: HelpText.discussion(
            examples: ["atlasgen init my-atlas", "atlasgen init ."], documents: ["README.md", "docs/writing.md"]))

    @Argument(help: "The folder. It must be empty or not exist yet.", completion: .directory)
    var folder: String

    func run() throws {
        try StarterProject(date: Date(), in: .current).write(to: folder)
        let name = folder.readableLine
        try Terminal.write("Created \(name)/atlas.yml. Next: atlasgen serve \(name)\n")
    }
}

/// The files of a starter project.
struct StarterProject {
    /// The files' texts by path in the project.
    let files: [String: String]

    /// A project with one post, dated `date`.
    init(date: Date, in zone: TimeZone) throws {
        let post = try PostDraft(title: "A first look", date: date, in: zone)
        files = [
            "atlas.yml": Self.configuration, "content/index.md": Self.introduction, ".gitignore": Self.ignored,
            "content/posts/\(post.name)": Self.frontMatter(of: post) + Self.text,
        ]
    }

    /// Writes the files.
    ///
    /// - Throws: `AtlasError` of code `cannotCreate` if the folder is a file or not empty, and of code `usage` if its
    ///   name is empty.
    func write(to folder: String) throws {
        // An empty name followed by a slash would be the root of the file system.
        guard !folder.isEmpty else {
            throw AtlasError(.usage, "the folder's name is empty; give a name, or . for the current folder")
        }
        if FileSystem.exists(folder) {
            guard FileSystem.isFolder(folder) else {
                throw AtlasError(.cannotCreate, "\(folder) is a file; give the name of a folder")
            }
            // A folder with nothing but a new repository counts as empty.
            if let name = try FileSystem.names(in: folder).first(where: { $0 != ".git" }) {
                throw AtlasError(
                    .cannotCreate,
                    "\(folder) is not empty (it contains \(name)); nothing was written. Choose another folder")
            }
        }
        for (path, text) in files.sorted(by: { $0.key < $1.key }) {
            let file = "\(folder)/\(path)"
            try FileSystem.createFolder(FileSystem.parent(of: file))
            try FileSystem.writeDurably(Array(text.utf8), to: file, by: "\(file).new")
        }
    }

    /// The draft's front matter, without the body.
    private static func frontMatter(of post: PostDraft) -> String {
        let end = post.text.range(of: "\n---\n")?.upperBound ?? post.text.startIndex
        return String(post.text[..<end])
    }

    private static let ignored = """
        # What atlasgen writes: the runs and the site.
        .atlas/
        site/

        """

    private static let configuration = """
        # The configuration of this project. A commented-out key shows its default or an example.

        title: An atlas of neurons
        # description: one sentence about the site
        # author: Your Name
        # baseURL: https://example.org/atlas/   # where the site will be; the feed and the sitemap need it

        # The checkpoint, as it was downloaded: safetensors or PyTorch, from torchvision, timm or Hugging Face.
        # Without it: the small model that comes with atlasgen. Paths are relative to this file.
        # model:
        #   weights: vit_b_16.pth
        #   labels: labels.txt              # one label a line
        #   heads: 12                       # if the checkpoint does not contain it
        #   mean: [0.485, 0.456, 0.406]
        #   std: [0.229, 0.224, 0.225]
        #   imageSize: 224                  # or [height, width]

        # Directions over a layer's channels, such as the latents of a sparse autoencoder: their address is
        # encoder_layer_3@sae.
        # directions:
        #   - {name: sae, file: sae.safetensors, at: encoder_layer_3}

        # Where neurons are read, by torchvision's names; `atlasgen inspect` lists a model's addresses.
        layers:
          - heads.head

        # Which neurons: all, or numbers and ranges. Few here, so that the first build takes seconds.
        neurons: [0-11]

        # How many runs each neuron gets, or the seeds themselves: [0, 1, 7].
        seeds: 3

        # The method: atlas, pixel, fourier, ghiasi or maco; to change its parameters: {name: atlas, rate: 0.05}.
        # Under `methods`, a list is compared. `as` names the settings of a method: {name: atlas, rate: 0.02, as: slow};
        # a list of values makes a method of each: {name: atlas, rate: [0.02, 0.1]}.
        # method: atlas
        # steps: 64                         # instead of the method's own number

        # The tokens that a neuron is read at: patches, cls, center, token:k, slice; auto: those that the model reads.
        # tokens: auto                      # or a list: [auto, patches]
        # direction: "+"                    # or "-": what inhibits a neuron most
        # attention: live                   # or detached, frozen, a list; {frozen: FILE} takes a picture's pattern
        compareSample: 4                    # neurons per layer on which the other entries of the lists are compared

        # Controls make compareSample neurons of each layer again with random weights: what their pictures show, too,
        # does not come from training. shuffled keeps each matrix's numbers, rotated its singular values. false saves
        # these runs.
        # control: [shuffled, rotated]

        # film: 6                           # so many pictures of each run from noise to the end, on its page
        # cards: true                       # social cards of neurons too; default: of posts and layers
        # judge: FILE                       # another model that judges how alike two pictures are
        # rawHTML: false                    # true: keeps HTML in Markdown

        """

    private static let introduction = """
        This text is `content/index.md`, the introduction on the first page. Say what the model is and what a reader can
        find here. `content/layers/ADDRESS.md` and `content/neurons/ADDRESS/NUMBER.md` do the same for the pages of
        layers and neurons.

        """

    private static let text = """

        Each picture in this atlas was changed, step by step from noise, to activate one neuron of the model as strongly
        as possible. Two runs that start from different noise can end differently:

        ![The first class, from three seeds](neuron:heads.head/0)

        Figures of a layer have the same form. These are the neurons whose runs agree most:

        ![The most consistent](layer:heads.head?sort=consistency&limit=6)

        Numbers in the text come from the runs and need not be typed: {{layer:heads.head|retrieval}} of pictures have
        another run of the same neuron as their nearest neighbour by look (chance: {{layer:heads.head|chance}}).

        """
}

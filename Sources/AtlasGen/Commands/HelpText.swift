// What a command's help says beside its options.

/// The part of a help text between its first sentence and the usage.
enum HelpText {
    /// The program's own: how to begin, and the exit codes.
    static let program =
        discussion(
            examples: [
                "atlasgen init my-atlas                   # a project to begin with",
                "atlasgen serve my-atlas                  # shows it, and follows changes",
                "atlasgen build my-atlas                  # writes the site to my-atlas/site",
                "atlasgen visualise heads.head/1          # one neuron's picture, now",
                "atlasgen inspect vit_b_16-c867db91.pth   # what a checkpoint is",
            ], documents: ["README.md", "docs/models.md", "docs/writing.md", "docs/publishing.md"])
        + "\n\nExit codes:\n" + ExitCodes.table

    /// An explanation, examples and the documents that say more.
    ///
    /// - Parameters:
    ///   - explanation: what the command does beyond its first sentence.
    ///   - examples: commands as a user types them, a line each, of at most 78 characters.
    ///   - documents: paths in the source's folder.
    static func discussion(_ explanation: String = "", examples: [String], documents: [String]) -> String {
        [
            explanation, (["Examples:"] + examples.map { "  \($0)" }).joined(separator: "\n"),
            "Documents: \(documents.joined(separator: ", "))",
        ].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}

// What Liquid in texts may ask of a project.

import Foundation
import Render
import Runs
import Support

extension LiquidSite {
    /// The variables and posts of a site.
    init(of project: Project, posts: [Post]) {
        let configuration = project.configuration
        var variables = ["site.title": configuration.title]
        variables["site.description"] = configuration.description
        variables["site.author"] = configuration.author
        variables["site.author.name"] = configuration.author
        variables["site.lang"] = configuration.language?.value
        // By file: `2024-03-09-name` and `folder/2024-03-09-name` name a post, as in Jekyll.
        var addresses: [String: String] = [:]
        for post in posts {
            let address = "/" + OutputPath.encoded(OutputPath.address(post.path))
            let parts = post.text.name.split(separator: "/").map(String.init)
            for start in parts.indices {
                let name = parts[start...].joined(separator: "/")
                addresses[name] = address
                for ending in Post.endings where name.hasSuffix(ending) {
                    addresses[String(name.dropLast(ending.count))] = address
                }
            }
        }
        let (known, folder) = (addresses, project.path("_includes"))
        self.init(
            variables: variables,
            url: configuration.baseURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? "",
            post: { known[$0] },
            link: { file in
                let name = file.hasPrefix("/") ? String(file.dropFirst()) : file
                return known[name] ?? "/" + name
            },
            include: { name in
                let file = "\(folder)/\(name)"
                // What cannot be read stays a tag, and is warned of.
                guard FileSystem.resolved(file).hasPrefix(FileSystem.resolved(folder) + "/"),
                    let bytes = try? FileSystem.read(file, count: Self.longestInclude + 1),
                    bytes.count <= Self.longestInclude
                else { return nil }
                return String(validating: bytes, as: UTF8.self)
            })
    }

    /// Longer files are no parts of texts; in bytes.
    private static let longestInclude = 1 << 20

    /// Adds the variables of a post: everything in its front matter that is a text or a number.
    mutating func add(_ post: Post) {
        // Front matter that cannot be read was refused before.
        for (key, node) in (try? post.text.fields()) ?? [:] { variables["page.\(key)"] = node.scalar }
        variables["page.title"] = post.title
        variables["page.date"] = post.date.machine
        variables["page.url"] = "/" + OutputPath.encoded(OutputPath.address(post.path))
    }
}

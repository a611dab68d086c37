// Pages at addresses that posts once had.

import Render

/// A page that leads to another one: for `redirect_from`, as the plugin jekyll-redirect-from writes it.
enum RedirectPage {
    /// The pages that lead to a post.
    static func pages(to post: Post) -> [ContentPages.Page] {
        post.redirects.filter { $0 != post.path }.map { redirect in
            ContentPages.Page(path: redirect, isListed: false) { _, site in
                html(
                    title: post.title, link: HTML.escaped(OutputPath.link(from: redirect, to: post.path)),
                    canonical: HTML.escaped(
                        (site.baseURL ?? site.root) + OutputPath.encoded(OutputPath.address(post.path))),
                    language: HTML.escaped(site.language))
            }
        }
    }

    private static func html(title: String, link: String, canonical: String, language: String) -> String {
        """
        <!doctype html>
        <html lang="\(language)">
        <head>
        <meta charset="utf-8">
        <title>\(HTML.escaped(title))</title>
        <link rel="canonical" href="\(canonical)">
        <meta http-equiv="refresh" content="0; url=\(link)">
        <meta name="robots" content="noindex">
        </head>
        <body>
        <p>This page is now <a href="\(link)">\(HTML.escaped(title))</a>.</p>
        </body>
        </html>

        """
    }
}

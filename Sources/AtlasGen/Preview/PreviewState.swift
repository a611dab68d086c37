// What the preview knows of the last build: where the site is, or what was wrong.

/// Shared by the builder and the server.
actor PreviewState {
    /// What a page is served with.
    struct Snapshot: Sendable {
        /// The site's folder; nil before the first good build.
        let site: String?
        /// What the reader is told above the page: an error, or that the site is being built.
        let message: String?
        /// Changes with every build, and with every start of the program.
        let version: String
    }

    private var site: String?
    private var message: String? = "The site is being built."
    private var number = 0
    private let start: UInt32

    /// - Parameter start: tells this start of the program from others.
    init(start: UInt32 = .random(in: .min ... .max)) {
        self.start = start
    }

    /// The state now.
    var snapshot: Snapshot { Snapshot(site: site, message: message, version: "\(start)-\(number)") }

    /// A build was good.
    func succeed(site: String) {
        self.site = site
        message = nil
        number += 1
    }

    /// A build failed; the last good site stays.
    func fail(_ message: String) {
        self.message = message
        number += 1
    }
}

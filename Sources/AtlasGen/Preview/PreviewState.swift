// The result of the preview's last build: the site's folder, or an error.

import Support

/// The state that the builder and the server share.
actor PreviewState {
    /// The state at one moment, for serving a page.
    struct Snapshot: Sendable {
        /// The site's folder; nil before the first good build.
        let site: String?
        /// The message at the top of a page: an error, or that the site is being built.
        let message: String?
        /// Changes with every build and every start of the program.
        let version: String
    }

    private var site: String?
    private var message: String? = "The site is being built."
    private var number = 0
    private let start: UInt32

    /// - Parameter start: distinguishes this start of the program from others.
    init(start: UInt32 = .random(in: .min ... .max)) {
        self.start = start
    }

    /// The current state.
    var snapshot: Snapshot { Snapshot(site: site, message: message, version: "\(start)-\(number)") }

    /// A build succeeded.
    func succeed(site: String) {
        self.site = site
        message = nil
        number += 1
    }

    /// A build failed; the last good site stays.
    func fail(_ message: String) {
        self.message = message.readable
        number += 1
    }
}

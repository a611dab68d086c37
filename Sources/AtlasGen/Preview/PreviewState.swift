// The result of the preview's last build: the site's folder, or an error.

import Foundation
import Support

/// The state that the builder and the server share.
///
/// A lock and not an actor: a build computes on the threads that actors need, and pages are served meanwhile.
///
/// Unchecked Sendable: the values are read and written under the lock.
final class PreviewState: @unchecked Sendable {
    /// The state at one moment, for serving a page.
    struct Snapshot: Sendable {
        /// The site's folder; nil before the first good build.
        let site: String?
        /// The address at which the site will be published, with a slash at its end; nil if it is not known.
        var baseURL: String?
        /// The message at the top of a page: an error, or that the site is being built.
        let message: String?
        /// Changes with every build and every start of the program.
        let version: String
    }

    private let lock = NSLock()
    private var site: String?
    private var baseURL: String?
    private var message: String? = "The site is being built."
    private var number = 0
    private let start: UInt32

    /// - Parameter start: distinguishes this start of the program from others.
    init(start: UInt32 = .random(in: .min ... .max)) {
        self.start = start
    }

    /// The current state.
    var snapshot: Snapshot {
        lock.withLock { Snapshot(site: site, baseURL: baseURL, message: message, version: "\(start)-\(number)") }
    }

    /// A build succeeded.
    func succeed(site: String, baseURL: String? = nil) {
        lock.withLock {
            self.site = site
            self.baseURL = baseURL
            message = nil
            number += 1
        }
    }

    /// A build failed; the last good site stays.
    func fail(_ message: String) {
        lock.withLock {
            self.message = message.readable
            number += 1
        }
    }
}

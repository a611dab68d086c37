// The error of the program: configuration, content, store and commands.

/// An error that stops a command: a message for the person who ran it, and an exit code.
package struct AtlasError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The codes of BSD's sysexits.h that atlasgen uses.
    package enum Code: Int32, Sendable, CaseIterable {
        /// The command line was wrong (EX_USAGE).
        case usage = 64
        /// A file that the user gave is wrong or missing: configuration, content, weights, template (EX_DATAERR).
        case data = 65
        /// An output could not be created (EX_CANTCREAT).
        case cannotCreate = 73
        /// Reading or writing failed (EX_IOERR).
        case io = 74
    }

    /// The kind of error; its raw value is the exit code.
    package let code: Code
    /// What went wrong, where, what was expected, and what to do.
    package let description: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        description = message
    }
}

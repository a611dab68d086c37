// Failures of a plugin, as the program reports them.

import PJRT
import Support

/// What `body` returns; a plugin's failure becomes an error that says what to do.
func reportingFailures<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as PJRTError {
        throw AtlasError(
            .io,
            "the device failed: \(error). Finished runs are kept; build again, or choose another device with --device.")
    }
}

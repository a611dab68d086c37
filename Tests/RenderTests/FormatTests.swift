// Numbers as readers see them.

import Testing

@testable import Render

@Suite struct FormatTests {
    @Test(arguments: [
        (0, "0 kB"), (1, "1 kB"), (1000, "1 kB"), (1001, "2 kB"), (999_000, "999 kB"), (999_001, "1.0 MB"),
        (2_340_000, "2.3 MB"), (1_234_567_890, "1234.6 MB"),
    ]) func sizesAreRoundedUpToKilobytes(bytes: Int, text: String) {
        #expect(Format.bytes(bytes) == text)
    }
}

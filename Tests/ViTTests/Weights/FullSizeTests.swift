// vit_b_16 at full size; runs only if scripts/check-vit-b-16 has written the files.

import Foundation
import Testing

@testable import ViT

private let fullSizeFolder = ProcessInfo.processInfo.environment["ATLASGEN_FULL_SIZE_FOLDER"]

@Suite(.enabled(if: fullSizeFolder != nil), .serialized) struct FullSizeTests {
    @Test(arguments: ["vit_b_16.safetensors", "vit_b_16.pth"]) func agreesWithTorchvision(_ name: String) throws {
        let folder = URL(filePath: try #require(fullSizeFolder))
        func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }
        let clock = ContinuousClock()
        let start = clock.now
        let peak = peakMemory()
        let checkpoint = try Checkpoint.load(path: path(name))
        print(
            "\(name): \(checkpoint.parameterCount) weights in \(clock.now - start); the process's peak memory rose by "
                + "\((peakMemory() - peak) / 1_000_000) MB to \(peakMemory() / 1_000_000) MB")
        #expect(checkpoint.ignoredTensors == [])

        let reference = try Safetensors(path: path("vit_b_16.reference.safetensors"))
        let comparison = try ReferenceComparison(checkpoint, reference)
        for (address, error) in try comparison.activationErrors() {
            print("\(name): \(address): error \(error)")
            #expect(error <= 1e-4, "\(address)")
        }
        for (gradient, error) in try comparison.gradientErrors() {
            print("\(name): gradient of \(gradient): error \(error)")
            #expect(error <= 1e-3, "\(gradient)")
        }
    }
}

/// The process's peak memory in bytes. It never falls: the second of two files adds only what it needs beyond the
/// first.
private func peakMemory() -> Int {
    var usage = rusage()
    #if os(macOS)
        getrusage(RUSAGE_SELF, &usage)
        return usage.ru_maxrss
    #else
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss * 1024  // in kilobytes here
    #endif
}

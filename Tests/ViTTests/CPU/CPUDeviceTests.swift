// The CPU as a device: how many workers it has.

import Testing

@testable import ViT

struct CPUDeviceTests {
    @Test func workersAreTheTasksCoresOrElseAll() {
        #expect(CPUDevice(environment: ["SLURM_CPUS_PER_TASK": "3"], cores: 8).workers == 3)
        #expect(CPUDevice(environment: ["SLURM_CPUS_PER_TASK": "x"], cores: 8).workers == 8)
        #expect(CPUDevice(environment: ["SLURM_CPUS_PER_TASK": "0"], cores: 8).workers == 8)
        #expect(CPUDevice(environment: [:], cores: 0).workers == 1)
    }

    @Test func versionIsANumber() {
        #expect(CPUDevice().version.split(separator: ".").allSatisfy { Int($0) != nil || $0.hasSuffix("dev") })
        #expect(CPUDevice().kind == BLAS.kernelName)
    }
}

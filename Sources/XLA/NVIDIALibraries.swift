// CUDA's libraries, where NVIDIA's Python packages lie beside a plugin.

import Foundation
import Support

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Loads what a CUDA plugin would look for in the system's folders, as JAX's `jax_plugins/xla_cuda13` does before it
/// loads the plugin.
enum NVIDIALibraries {
    /// The libraries in the order in which they need each other. CUDA 13's packages share one folder.
    private static let libraries = [
        ("cuda_runtime", "libcudart.so.12"), ("cu13", "libcudart.so.13"), ("cuda_nvrtc", "libnvrtc.so.12"),
        ("cu13", "libnvrtc.so.13"), ("cu13", "libnvJitLink.so.13"), ("nvjitlink", "libnvJitLink.so.12"),
        ("cublas", "libcublasLt.so.12"), ("cublas", "libcublas.so.12"), ("cu13", "libcublasLt.so.13"),
        ("cu13", "libcublas.so.13"), ("nccl", "libnccl.so.2"), ("cuda_cupti", "libcupti.so.12"),
        ("cu13", "libcupti.so.13"), ("cusparse", "libcusparse.so.12"), ("cu13", "libcusparse.so.12"),
        ("cusolver", "libcusolver.so.11"), ("cu13", "libcusolver.so.12"), ("cufft", "libcufft.so.11"),
        ("cu13", "libcufft.so.12"), ("nvshmem", "libnvshmem_host.so.3"), ("cudnn", "libcudnn.so.9"),
    ]

    /// Loads the libraries that lie beside the plugin; the others are left to the system. They stay loaded.
    static func load(beside plugin: String) {
        guard let folder = folder(beside: plugin) else { return }
        for (package, library) in libraries {
            let path = "\(folder)/\(package)/lib/\(library)"
            if FileSystem.exists(path) { _ = dlopen(path, RTLD_NOW | RTLD_GLOBAL) }
        }
        let flag = "--xla_gpu_cuda_data_dir"
        let flags = ProcessInfo.processInfo.environment["XLA_FLAGS"] ?? ""
        let data = ["\(folder)/cu13", "\(folder)/cuda_nvcc"].first { FileSystem.exists("\($0)/nvvm") }
        if let data, !flags.contains(flag) {
            setenv("XLA_FLAGS", "\(flags) \(flag)=\(data)".trimmingCharacters(in: .whitespaces), 1)
        }
    }

    /// `site-packages/nvidia` beside `site-packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so`.
    private static func folder(beside plugin: String) -> String? {
        let site = FileSystem.parent(of: FileSystem.parent(of: FileSystem.parent(of: plugin)))
        let folder = "\(site)/nvidia"
        return FileSystem.isFolder(folder) ? folder : nil
    }
}

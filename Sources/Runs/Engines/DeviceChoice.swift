// The choice of what computes: this machine's CPU, or an accelerator through a PJRT plugin.

import Support
import ViT
import XLA

/// What `device:` and `--device` say.
package enum DeviceChoice: Sendable, Equatable, CustomStringConvertible {
    /// The program's own kernels on the CPU.
    case cpu
    /// The first accelerator that works, otherwise the CPU.
    case auto
    /// The plugin of this name that is found, e.g. `cuda`.
    case named(String)
    /// The plugin in this file.
    case plugin(String)

    /// Reads a choice; a text with a slash or a library's ending is a file.
    package init(_ text: String) {
        self =
            switch text {
            case "cpu": .cpu
            case "auto": .auto
            case _ where text.contains("/") || text.hasSuffix(".so") || text.hasSuffix(".dylib"): .plugin(text)
            default: .named(text)
            }
    }

    /// As it is written in a configuration.
    package var description: String {
        switch self {
        case .cpu: "cpu"
        case .auto: "auto"
        case .named(let text), .plugin(let text): text
        }
    }

    /// Opens the device.
    ///
    /// - Parameters:
    ///   - precision: of the products of an optimisation.
    ///   - store: where compiled modules are kept; nil to keep none.
    /// - Throws: `AtlasError` if there is no such plugin, it does not work, or the CPU is to compute in another precision.
    package func open(precision: Precision = .float32, store: Store? = nil) throws -> any Device {
        let executables = store.map { store in
            ExecutableStore(read: { try store.sealed($0) }, write: { try store.saveSealed($0, as: $1) })
        }
        func accelerator(_ path: String) throws -> any Device {
            try XLADevice(plugin: path, precision: precision, store: executables)
        }
        switch self {
        case .cpu: return try cpu(precision)
        case .plugin(let path): return try accelerator(path)
        case .named(let name):
            let found = PluginSearch.plugins()
            guard let plugin = found.first(where: { $0.name == name }) else {
                let names = ["cpu", "auto"] + found.map(\.name)
                throw AtlasError(
                    .data,
                    "there is no device \"\(name)\"; there are \(names.joined(separator: ", ")). `atlasgen devices` says "
                        + "where plugins were looked for, and how to get one")
            }
            return try accelerator(plugin.path)
        case .auto:
            for plugin in PluginSearch.plugins() where plugin.name != "xla_cpu" {
                // A plugin without its hardware fails; the next one may work.
                if let device = try? accelerator(plugin.path) { return device }
            }
            return try cpu(precision)
        }
    }

    private func cpu(_ precision: Precision) throws -> any Device {
        guard precision == .float32 else {
            throw AtlasError(
                .data,
                "the CPU computes in float32, and the precision is \(precision.rawValue): remove precision from "
                    + "atlas.yml, or choose an accelerator with --device")
        }
        return LocalDevice.device
    }
}

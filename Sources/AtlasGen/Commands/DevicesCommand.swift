// `atlasgen devices`: lists what can compute.

import ArgumentParser
import Foundation
import Render
import Runs
import Support
import XLA

/// Lists the CPU, and every plugin that was found.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "List what can compute: the CPU, and accelerators through PJRT plugins.",
        discussion: HelpText.discussion(
            """
            A plugin is a C library that drives one kind of accelerator. These packages hold one: jax-cuda13-pjrt and \
            jax-cuda13-plugin[with-cuda] (NVIDIA), jax-rocm7-pjrt (AMD), jax-oneapi-pjrt (Intel). Install one with pip \
            into a virtual environment, and activate the environment. Python is not needed when atlasgen runs.
            """, examples: ["atlasgen devices", "atlasgen devices --json"], documents: ["docs/accelerators.md"]))

    @Flag(help: "Print everything as JSON.")
    var json = false

    /// One way to compute.
    private struct Entry: Encodable {
        /// What `--device` takes.
        let device: String
        /// The plugin's file; nil for the CPU's own kernels.
        var plugin: String?
        /// What led to the plugin.
        var source: String?
        /// The kernel, or the kind of the plugin's devices.
        var kind: String?
        var version: String?
        /// Number of workers, one a device; on the CPU one a core.
        var workers: Int?
        /// Bytes of memory of one device, if the plugin says so.
        var memory: Int?
        /// Why the plugin does not work.
        var error: String?
    }

    func run() throws {
        let cpu = LocalDevice.device
        var entries = [
            Entry(device: "cpu", kind: cpu.kind, version: "OpenBLAS \(cpu.version)", workers: cpu.workers)
        ]
        for found in PluginSearch.plugins() {
            var entry = Entry(device: found.name, plugin: found.path, source: found.source)
            do {
                let device = try XLADevice(plugin: found.path)
                (entry.kind, entry.version) = (device.kind, device.version)
                (entry.workers, entry.memory) = (device.workers, device.memory)
            } catch {
                entry.error = "\(error)"
            }
            entries.append(entry)
        }
        if json {
            try Terminal.write(try JSONEncoder.commands.text(of: entries) + "\n")
            return
        }
        var lines: [String] = []
        for entry in entries {
            var parts: [String] = []
            if let kind = entry.kind { parts.append(kind) }
            if let workers = entry.workers {
                let unit = entry.plugin == nil ? ("core", "cores") : ("device", "devices")
                parts.append("\(workers) \(workers == 1 ? unit.0 : unit.1)")
            }
            if let memory = entry.memory { parts.append("\(Format.bytes(memory)) each") }
            lines.append("\(entry.device): \(parts.isEmpty ? "does not work here" : parts.joined(separator: ", "))")
            if let plugin = entry.plugin { lines.append("  plugin \(plugin.readableLine)") }
            if let version = entry.version { lines.append("  version \(version.readableLine)") }
            if let error = entry.error { lines.append("  \(error.readableLine)") }
        }
        if entries.count == 1 {
            lines.append(
                "No PJRT plugin was found in VIRTUAL_ENV, CONDA_PREFIX or PJRT_NAMES_AND_LIBRARY_PATHS; "
                    + "`atlasgen help devices` says how to get one.")
        }
        try Terminal.write(lines.joined(separator: "\n") + "\n")
    }
}

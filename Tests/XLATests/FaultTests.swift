// A plugin that fails at one call: one error that says what failed, nothing left on the device, and the next run goes on.

import FaultyPlugin
import PJRT
import Reference
import Support
import Synchronization
import Testing

@testable import ViT
@testable import XLA

struct FaultTests {
    /// What opens a device, in this order.
    private static let opening = [
        "PJRT_Plugin_Initialize", "PJRT_Client_Create", "PJRT_Client_PlatformName", "PJRT_Client_PlatformVersion",
        "PJRT_Client_AddressableDevices", "PJRT_Device_GetDescription", "PJRT_DeviceDescription_Kind",
    ]
    /// What makes runs.
    private static let running = [
        "PJRT_Client_Compile", "PJRT_LoadedExecutable_GetExecutable", "PJRT_Executable_NumOutputs",
        "PJRT_Executable_Serialize", "PJRT_Client_BufferFromHostBuffer", "PJRT_Event_Await",
        "PJRT_LoadedExecutable_Execute", "PJRT_Buffer_ToHostBuffer",
    ]
    /// What frees something.
    private static let freeing = [
        "PJRT_Event_Destroy", "PJRT_Client_Destroy", "PJRT_Executable_Destroy", "PJRT_LoadedExecutable_Destroy",
        "PJRT_Buffer_Destroy",
    ]

    private static let requests = (0..<4).map { RunRequest(neuron: $0, seed: 1) }

    /// A store in memory.
    private final class Executables: Sendable {
        private let stored = Mutex<[String: [UInt8]]>([:])
        var names: Set<String> { stored.withLock { Set($0.keys) } }
        var store: ExecutableStore {
            ExecutableStore(
                read: { name in self.stored.withLock { $0[name] } },
                write: { bytes, name in self.stored.withLock { $0[name] = bytes } })
        }
    }

    private func runs(on device: XLADevice, tokens: TokenSelection = .patches) throws -> [RunResult] {
        let visualiser = try Visualiser(
            device: device, model: RandomModel.make(seed: 1), address: .block(1, .mlp3), tokens: tokens,
            method: try Method.atlas.applying(["steps": "2"]), capacity: Self.requests.count)
        // A stop, so that the steps are taken by two calls.
        return try #require(try visualiser.run(Self.requests, stops: [1]))
    }

    /// The runs of a device that is opened for them, and closed.
    private func runs(of plugin: FaultyPlugin, _ executables: Executables = Executables()) throws -> [RunResult] {
        try runs(on: try XLADevice(plugin: plugin.path, store: executables.store))
    }

    @Test(arguments: opening) func aDeviceThatCannotBeOpenedIsOneError(call: String) throws {
        let plugin = try FaultyPlugin()
        plugin.fail(call, "the fan is off")
        let error = try #require(throws: AtlasError.self) { try XLADevice(plugin: plugin.path) }
        for part in [call, "the fan is off", plugin.path] { #expect(error.description.contains(part)) }
        #expect(plugin.calls == 1)
        #expect(plugin.live == 0)
        plugin.recover()
        #expect(try runs(of: plugin).count == Self.requests.count)
        #expect(plugin.live == 0)
    }

    /// Every call in turn, on a device that goes on being used.
    @Test(arguments: running) func aCallThatFailsIsOneError(call: String) throws {
        let plugin = try FaultyPlugin()
        plugin.fail(call, calls: 1_000_000...1_000_000)
        let expected = try runs(of: plugin)
        let count = plugin.calls
        #expect(count > 0 && plugin.live == 0)
        for number in 1...count {
            let executables = Executables()
            let device = try XLADevice(plugin: plugin.path, store: executables.store)
            plugin.fail(call, calls: number...number, "the fan is off")
            let error = try #require(throws: AtlasError.self) { try runs(on: device) }
            for part in [call, "the fan is off", plugin.path, "Finished runs are kept"] {
                #expect(error.description.contains(part), "\(call) \(number): \(error)")
            }
            plugin.recover()
            #expect(try runs(on: device) == expected, "after \(call) \(number)")
        }
        #expect(plugin.live == 0)
    }

    /// A failure to free has no consequence that a user could avert.
    @Test(arguments: freeing) func whatCannotBeFreedIsLeft(call: String) throws {
        let plugin = try FaultyPlugin()
        let expected = try runs(of: plugin)
        plugin.fail(call)
        #expect(try runs(of: plugin) == expected)
        #expect(plugin.calls > 0)
    }

    @Test(arguments: opening + running) func aFunctionThatIsLackingIsNamed(call: String) throws {
        let plugin = try FaultyPlugin()
        plugin.omit(call)
        let error = try #require(throws: AtlasError.self) { try runs(of: plugin) }
        #expect(error.description.contains("lacks the function \(call)"))
        #expect(error.description.contains(plugin.path))
    }

    /// What the memory of a device is, and what was stored, are not needed.
    @Test func whatCanBeDoneWithoutIsDoneWithout() throws {
        let plugin = try FaultyPlugin()
        #expect(try XLADevice(plugin: plugin.path).memory == 1 << 30)
        plugin.fail("PJRT_Device_MemoryStats", code: 12)
        #expect(try XLADevice(plugin: plugin.path).memory == nil)

        let executables = Executables()
        let expected = try runs(of: plugin, executables)
        let names = executables.names
        plugin.fail("PJRT_Executable_DeserializeAndLoad")
        #expect(try runs(of: plugin, executables) == expected)
        #expect(plugin.calls == names.count && executables.names == names)
        #expect(plugin.live == 0)
    }

    /// Groups of 8, 4, 2 runs and 1 run do not fit: then there is an error.
    @Test(arguments: ["PJRT_Client_Compile", "PJRT_Client_BufferFromHostBuffer", "PJRT_LoadedExecutable_Execute"])
    func memoryThatNeverSufficesIsOneError(call: String) throws {
        let plugin = try FaultyPlugin()
        plugin.fail(call, code: 8, "no memory")
        let error = try #require(throws: AtlasError.self) { try runs(of: plugin) }
        #expect(error.description.contains(call) && error.description.contains("no memory"))
        #expect(plugin.live == 0)
    }

    /// Memory that runs out once, at every call in turn: smaller groups and batches go on.
    @Test(arguments: running) func memoryThatRunsOutOnceIsNoError(call: String) throws {
        let plugin = try FaultyPlugin()
        plugin.fail(call, calls: 1_000_000...1_000_000)
        let expected = try runs(of: plugin)
        for number in 1...plugin.calls {
            plugin.fail(call, calls: number...number, code: 8, "no memory")
            do {
                #expect(try runs(of: plugin) == expected, "\(call) \(number)")
            } catch { Issue.record("\(call) \(number): \(error)") }
        }
        #expect(plugin.live == 0)
    }

    /// The same with modules that are computed: the runs are the same as far as sums have the same order.
    @Test(.needsPlugin) func smallerGroupsGiveTheSameRuns() throws {
        let client = try TestPlugin.client.get()
        let executables = Executables()
        let expected = try runs(on: XLADevice(client, batchSize: 8, store: executables.store))
        let plugin = try FaultyPlugin()
        plugin.forward(to: TestPlugin.table(of: client))
        // The weights and the state are uploaded first; the third run of a module is in the middle of the steps.
        for (call, number) in [("PJRT_Client_BufferFromHostBuffer", 60), ("PJRT_LoadedExecutable_Execute", 3)] {
            plugin.fail(call, calls: number...number, code: 8, "no memory")
            let device = XLADevice(
                try Client(try Plugin(path: plugin.path)), batchSize: 8, store: executables.store)
            let runs = try runs(on: device)
            #expect(plugin.calls > number)
            for (run, truth) in zip(runs, expected) {
                #expect(relativeError(run.curve, truth.curve) <= 1e-3, "\(call)")
                #expect(relativeError(run.activations, truth.activations) <= 2e-2, "\(call)")
                #expect(run.outcome == truth.outcome, "\(call)")
            }
        }
    }
}

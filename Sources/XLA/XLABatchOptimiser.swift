// Runs on an accelerator: the host's draws go in, curves and pictures come out.

import PJRT
import StableHLO
import ViT

/// One worker's runs, on one of the accelerator's devices. Parameters and moments stay there.
///
/// The runs are computed in groups of one size, which is the module's. Where the device has too little memory for it,
/// the groups become half as large.
final class XLABatchOptimiser: BatchOptimiser {
    let stepsAtOnce: Int
    private var shape: OptimiserShape
    private var modules: Modules
    private let accelerator: Accelerator
    private let share: DeviceShare
    private let optimiser: Optimiser
    private let reference: Buffer?

    private var runCount = 0
    private var step = 0
    private var groups: [Group] = []

    /// The modules for groups of one size.
    private struct Modules {
        let takeSteps: LoadedModule
        let draw: LoadedModule
    }

    /// Runs that are computed together.
    private struct Group {
        /// Which of the runs.
        let runs: Range<Int>
        /// The neurons and the signs.
        let objectives: [Buffer]
        /// Parameters, two moments, and whether each run goes on.
        var state: [Buffer]
    }

    /// The state of runs on the host: parameters and two moments, (runs, P) each, and whether each goes on.
    private struct HostState {
        var arrays: [[Float]]
        var goesOn: [UInt8]
    }

    /// The objectives of all runs, from `start`.
    private var objectives: [Objective] = []

    init(_ shape: OptimiserShape, _ accelerator: Accelerator) throws {
        self.accelerator = accelerator
        stepsAtOnce = shape.steps
        optimiser = Optimiser(shape.method)
        share = DeviceShare(of: accelerator)
        (self.shape, modules) = try Self.load(shape, on: share.index, of: accelerator)
        reference = try accelerator.reference(of: shape.attention, size: shape.size, on: share.index)
    }

    private var device: Int { share.index }

    /// The modules for this shape, or for smaller groups if the device has too little memory.
    private static func load(
        _ shape: OptimiserShape, on device: Int, of accelerator: Accelerator
    ) throws -> (OptimiserShape, Modules) {
        var shape = shape
        while true {
            do {
                let modules = Modules(
                    takeSteps: try LoadedModule(try shape.stepModule(), on: device, of: accelerator),
                    draw: try LoadedModule(shape.pictureModule(), on: device, of: accelerator))
                return (shape, modules)
            } catch let error as PJRTError where error.kind == .outOfMemory && shape.runs > 1 {
                shape.runs /= 2
                accelerator.limitBatches(to: shape.images)
            }
        }
    }

    private func buffer<Element: BitwiseCopyable>(
        _ values: [Element], _ type: BufferType, _ dimensions: [Int]
    ) throws -> Buffer {
        try accelerator.client.buffer(values, type, shape: dimensions, on: accelerator.client.devices[device])
    }

    // MARK: - Groups

    func start(_ objectives: [Objective], parameters: FloatBuffer) throws {
        runCount = objectives.count
        self.objectives = objectives
        step = 0
        let count = runCount * shape.parameterCount
        let zeros = [Float](repeating: 0, count: count)
        try reportingFailures {
            try makeGroups(
                HostState(
                    arrays: [Array(parameters.array.prefix(count)), zeros, zeros],
                    goesOn: [UInt8](repeating: 1, count: runCount)))
        }
    }

    /// Puts the state of all runs on the device, in smaller groups while it has too little memory.
    private func makeGroups(_ state: HostState) throws {
        groups = []
        while true {
            do {
                groups = try groups(of: state)
                return
            } catch let error as PJRTError where error.kind == .outOfMemory && shape.runs > 1 {
                try halveShape()
            }
        }
    }

    /// The state of all runs on the device. The slots without a run repeat the group's last one.
    private func groups(of state: HostState) throws -> [Group] {
        let (runs, count) = (shape.runs, shape.parameterCount)
        return try stride(from: 0, to: runCount, by: runs).map { first in
            let range = first..<min(runCount, first + runs)
            let slots = (0..<runs).map { min(first + $0, range.upperBound - 1) }
            var buffers = try state.arrays.map { array in
                try buffer(slots.flatMap { array[$0 * count..<($0 + 1) * count] }, .float32, [runs, count])
            }
            buffers.append(try buffer(slots.map { state.goesOn[$0] }, .bool, [runs]))
            let objectives = [
                try buffer(slots.map { Int32(self.objectives[$0].neuron) }, .int32, [runs]),
                try buffer(slots.map { self.objectives[$0].direction.sign }, .float32, [runs]),
            ]
            return Group(runs: range, objectives: objectives, state: buffers)
        }
    }

    /// Makes the groups half as large; their state is kept.
    private func halveGroups() throws {
        let count = shape.parameterCount
        var state = HostState(arrays: [[], [], []], goesOn: [])
        for group in groups {
            for index in 0..<3 {
                let array = try group.state[index].array(count: shape.runs * count, repeating: Float(0))
                state.arrays[index] += array.prefix(group.runs.count * count)
            }
            state.goesOn += try group.state[3].array(count: shape.runs, repeating: UInt8(0)).prefix(group.runs.count)
        }
        // Freed before the smaller groups are made.
        groups = []
        try halveShape()
        try makeGroups(state)
    }

    private func halveShape() throws {
        shape.runs /= 2
        accelerator.limitBatches(to: shape.images)
        (shape, modules) = try Self.load(shape, on: device, of: accelerator)
    }

    /// What `body` gives. The groups become smaller while it needs more memory than there is.
    private func shrinkingGroups<Result>(_ body: () throws -> Result) throws -> Result {
        while true {
            do {
                return try body()
            } catch let error as PJRTError where error.kind == .outOfMemory && shape.runs > 1 {
                try halveGroups()
            }
        }
    }

    // MARK: - Steps

    func advance(
        _ steps: Int, views: UnsafeBufferPointer<View>, noise: FloatBuffer?,
        results: UnsafeMutableBufferPointer<StepResult>
    ) throws {
        precondition(
            (1...shape.steps).contains(steps) && views.count == steps * runCount * shape.method.copies
                && results.count == steps * runCount)
        try reportingFailures { try take(steps, views, noise, results) }
        step += steps
    }

    /// Takes the steps of every group, and reads their results.
    private func take(
        _ steps: Int, _ views: UnsafeBufferPointer<View>, _ noise: FloatBuffer?,
        _ results: UnsafeMutableBufferPointer<StepResult>
    ) throws {
        let taken = try shrinkingGroups {
            try groups.map { group in
                let output = try modules.takeSteps(inputs(group, steps, views, noise))
                let activations = try output[4].array(count: shape.steps * shape.runs, repeating: Float(0))
                let isFinite = try output[5].array(count: shape.steps * shape.runs, repeating: UInt8(0))
                return (state: Array(output[..<4]), activations: activations, isFinite: isFinite)
            }
        }
        for (index, output) in taken.enumerated() {
            groups[index].state = output.state
            for step in 0..<steps {
                for (slot, run) in groups[index].runs.enumerated() {
                    results[step * runCount + run] = StepResult(
                        activation: output.activations[step * shape.runs + slot],
                        isFinite: output.isFinite[step * shape.runs + slot] != 0)
                }
            }
        }
    }

    /// What a group's next steps read, in the order of `OptimiserShape.stepModule`.
    private func inputs(
        _ group: Group, _ steps: Int, _ views: UnsafeBufferPointer<View>, _ noise: FloatBuffer?
    ) throws -> [Buffer] {
        var inputs = group.state + group.objectives
        inputs.append(try buffer([Int32(steps)], .int32, []))
        let factors = (0..<shape.steps).flatMap { index in
            let step = optimiser.step(step + index)
            return [step.inverseRoot, step.momentFactor, step.gradientFactor]
        }
        inputs.append(try buffer(factors, .float32, [shape.steps, 3]))
        inputs += try viewBuffers(group, views, steps)
        if let noise { inputs.append(try noiseBuffer(group, noise, steps)) }
        if let reference { inputs.append(reference) }
        return inputs
    }

    /// The place of a group's image among those of all runs at a step; slots without a run have the last one's.
    private func place(_ image: Int, of group: Group, step: Int) -> Int {
        let copies = shape.method.copies
        return (step * runCount + group.runs.lowerBound) * copies + min(image, group.runs.count * copies - 1)
    }

    /// The views in the module's shape; steps without views have the last ones.
    private func viewBuffers(
        _ group: Group, _ views: UnsafeBufferPointer<View>, _ steps: Int
    ) throws -> [Buffer] {
        let images = shape.images
        let all = (0..<shape.steps).flatMap { step in
            (0..<images).map { views[place($0, of: group, step: min(step, steps - 1))] }
        }
        var buffers = [
            try buffer(all.flatMap(\.map.coefficients), .int64, [shape.steps, images, 6]),
            try buffer(all.flatMap(\.map.inverse), .float32, [shape.steps, images, 6]),
        ]
        guard shape.augmentation.changesColour else { return buffers }
        for colour in [\View.scale, \View.shift] {
            let values = all.flatMap { view in (0..<3).map { view[keyPath: colour][$0] } }
            buffers.append(try buffer(values, .float32, [shape.steps, images, 3]))
        }
        return buffers
    }

    /// The noise in the module's shape; zeros where there is none.
    private func noiseBuffer(_ group: Group, _ noise: FloatBuffer, _ steps: Int) throws -> Buffer {
        let image = 3 * shape.size.count
        let all = FloatBuffer(count: shape.steps * shape.images * image)
        return try withExtendedLifetime((noise, all)) {
            for step in 0..<steps {
                (all.pointer + step * shape.images * image).update(
                    from: noise.pointer + place(0, of: group, step: step) * image,
                    count: group.runs.count * shape.method.copies * image)
            }
            return try accelerator.client.buffer(
                UnsafeRawBufferPointer(start: all.pointer, count: all.count * MemoryLayout<Float>.size), .float32,
                shape: [shape.steps, shape.images, 3, shape.size.height, shape.size.width],
                on: accelerator.client.devices[device])
        }
    }

    func pictures() throws -> [[UInt8]] {
        let count = 3 * shape.size.count
        return try reportingFailures {
            try shrinkingGroups {
                try groups.flatMap { group in
                    let bytes = try modules.draw([group.state[0]])[0]
                        .array(count: shape.runs * count, repeating: UInt8(0))
                    return (0..<group.runs.count).map { Array(bytes[$0 * count..<($0 + 1) * count]) }
                }
            }
        }
    }
}

extension Accelerator {
    /// The picture whose attention patterns are replayed, on a device; nil unless attention is frozen.
    func reference(of attention: AttentionMode, size: PictureSize, on device: Int) throws -> Buffer? {
        guard case .frozen(let picture) = attention else { return nil }
        return try client.buffer(
            picture.array, .float32, shape: [3, size.height, size.width], on: client.devices[device])
    }
}

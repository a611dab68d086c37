// The vector functions for the widest instruction set that this CPU has; see the target CVector.

import CVector

/// The arithmetic outside matrix products, compiled for one instruction set. Every set gives the same bytes.
struct VectorSet: Sendable {
    /// The functions: pointers to code, which are valid as long as the process runs.
    let functions: VectorFunctions

    /// What the functions are compiled for: `AVX-512`, `AVX2` or `baseline`.
    var name: String { String(cString: functions.name) }

    /// Every set that this CPU has, widest first; always includes the baseline.
    static let all: [VectorSet] = {
        var sets: [VectorSet] = []
        while let functions = vectorFunctions(Int32(sets.count)) {
            sets.append(VectorSet(functions: functions.pointee))
        }
        return sets
    }()
}

/// The functions of the widest set.
let vector = VectorSet.all[0].functions

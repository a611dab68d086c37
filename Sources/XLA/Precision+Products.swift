// The precisions of runs as those of a module's products.

import StableHLO
import ViT

extension Precision {
    /// The same precision, as StableHLO's products name it.
    var ofProducts: ProductPrecision {
        switch self {
        case .float32: .float32
        case .tf32: .tf32
        }
    }
}

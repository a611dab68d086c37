// The precisions of runs as those of a module's products.

import StableHLO
import ViT

extension Precision {
    /// The same precision, as StableHLO's products name it on a platform. XLA's CPU plugin has products of bfloat16 for
    /// some shapes only.
    func ofProducts(on platform: String) -> ProductPrecision {
        switch self {
        case .float32: .float32
        case .tf32: .tf32
        case .bfloat16: platform == "cpu" ? .roundedToBfloat16 : .bfloat16
        }
    }
}

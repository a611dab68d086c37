// The nonlinearities in StableHLO, with their gradients.

import StableHLO
import ViT

extension Activation {
    /// f(z) of each element.
    func callAsFunction(_ z: Value) -> Value {
        if let gate = sigmoidGate { return sigmoidGated(z, linear: gate.linear, cubic: gate.cubic) }
        return gelu(z)
    }

    /// z·σ(p), p = linear·z + cubic·z³.
    private func sigmoidGated(_ z: Value, linear: Float, cubic: Float) -> Value {
        z.module.withGradient(of: [z]) {
            z * (z * (z * z * cubic + linear)).sigmoid()
        } pullback: { _, dy in
            let square = z * z
            let gate = (z * (square * cubic + linear)).sigmoid()
            return [dy * (gate + z * (gate * (1 - gate)) * (square * (3 * cubic) + linear))]
        }
    }

    /// z·Φ(z) by the CPU kernels' polynomial: StableHLO has no error function.
    private func gelu(_ z: Value) -> Value {
        z.module.withGradient(of: [z]) {
            z * normal(z).cumulative
        } pullback: { _, dy in
            let (cumulative, density) = normal(z)
            return [dy * (cumulative + z * (density * 0.398_942_28))]
        }
    }

    /// Φ(z), and e^(−z²/2). Φ(−|z|) = ½·erfcx(|z|/√2)·e^(−z²/2), where ½·erfcx(|z|/√2) is a polynomial in
    /// 1/(1 + 0.35·|z|); see `geluOf` of the CPU's vector functions.
    private func normal(_ z: Value) -> (cumulative: Value, density: Value) {
        let coefficients: [Float] = [
            0.143_971_74, -0.255_714_33, 0.159_174_25, -0.023_109_9, 0.105_508_03, 0.119_832_86, 0.139_861_87,
            0.139_621_41,
        ]
        let t = 1 / (z.magnitude() * 0.35 + 1)
        let polynomial = coefficients.reduce(z.module.constant(-0.029_145_94, z.type)) { $0 * t + $1 }
        let density = (z * z * -0.5).exponential()
        let tail = polynomial * t * density
        return (z.isGreater(than: z.module.constant(0, z.type)).choose(1 - tail, tail), density)
    }
}

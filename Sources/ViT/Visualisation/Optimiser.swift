// Gradient ascent: Adam and NAdam, in place on one run's parameters.

import Foundation

/// The optimiser's constants and schedule. The caller stores the moments.
package struct Optimiser {
    let kind: Method.OptimiserKind
    let schedule: Method.Schedule
    let rate: Double, beta1: Double, beta2: Double, epsilon: Double
    let steps: Int

    package init(_ method: Method) {
        kind = method.optimiser
        schedule = method.schedule
        rate = method.rate
        beta1 = method.beta1
        beta2 = method.beta2
        epsilon = method.epsilon
        steps = method.steps
    }

    /// The factors of one step, the same for every run (`rest` is 1 − β): p += gradientFactor·g/d + momentFactor·m/d,
    /// where d = √v·inverseRoot + ε.
    package struct Step {
        package let beta1: Float, beta2: Float, rest1: Float, rest2: Float, epsilon: Float
        package let inverseRoot: Float, momentFactor: Float, gradientFactor: Float
    }

    /// The factors of the step of this index, from 0.
    ///
    /// Adam: Kingma & Ba 2015, algorithm 1, as in torch.optim.Adam. NAdam: Dozat 2016, with Keras' and torch's momentum
    /// schedule μ_t = β1·(1 − ½·0.96^(0.004·t)), as in torch.optim.NAdam.
    package func step(_ index: Int) -> Step {
        let t = Double(index + 1)
        let rate: Double =
            switch schedule {
            case .constant: self.rate
            case .cosine: self.rate * (1 + cos(.pi * Double(index) / Double(steps))) / 2
            }
        let momentFactor: Double
        let gradientFactor: Double
        switch kind {
        case .adam:
            momentFactor = rate / (1 - pow(beta1, t))
            gradientFactor = 0
        case .nadam:
            var product = 1.0
            for s in 1...index + 1 { product *= momentum(Double(s)) }
            let next = momentum(t + 1)
            gradientFactor = rate * (1 - momentum(t)) / (1 - product)
            momentFactor = rate * next / (1 - product * next)
        }
        return Step(
            beta1: Float(beta1), beta2: Float(beta2), rest1: Float(1 - beta1), rest2: Float(1 - beta2),
            epsilon: Float(epsilon),
            inverseRoot: Float(1 / (1 - pow(beta2, t)).squareRoot()), momentFactor: Float(momentFactor),
            gradientFactor: Float(gradientFactor))
    }

    private func momentum(_ t: Double) -> Double { beta1 * (1 - 0.5 * pow(0.96, 0.004 * t)) }
}

extension Optimiser.Step {
    /// m = β1·m + (1 − β1)·g and v = β2·v + (1 − β2)·g², then updates p. All are (count), a multiple of 8.
    func apply(
        parameters p: UnsafeMutablePointer<Float>, gradient g: UnsafePointer<Float>,
        firstMoment m: UnsafeMutablePointer<Float>, secondMoment v: UnsafeMutablePointer<Float>, count: Int
    ) {
        for i in stride(from: 0, to: count, by: 8) {
            let gradient = Lanes(at: g + i)
            let first = Lanes(at: m + i) * beta1 + gradient * rest1
            let second = Lanes(at: v + i) * beta2 + gradient * gradient * rest2
            let divisor = second.squareRoot() * inverseRoot + epsilon
            first.store(at: m + i)
            second.store(at: v + i)
            (Lanes(at: p + i) + (first * momentFactor + gradient * gradientFactor) / divisor).store(at: p + i)
        }
    }
}

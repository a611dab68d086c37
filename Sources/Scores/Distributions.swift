// Quantiles of the normal, of Student's and of the beta distribution, which neither Foundation nor the C library has.

import Foundation

/// The normal distribution.
enum Normal {
    /// The value below which 97.5 % of the distribution lies: a 95 % interval reaches so many standard errors.
    static let upper = 1.959_963_984_540_054
}

/// Student's distribution.
enum StudentT {
    /// The value below which a share of the distribution lies; `share` in 0.5 ..< 1.
    static func quantile(_ share: Double, degreesOfFreedom: Int) -> Double {
        // t² / (ν + t²) has a beta distribution.
        let inside = Beta.quantile(2 * share - 1, 0.5, Double(degreesOfFreedom) / 2)
        return (Double(degreesOfFreedom) * inside / (1 - inside)).squareRoot()
    }
}

/// The beta distribution.
enum Beta {
    /// The value below which a share of the distribution lies; `a` and `b` above 0.
    static func quantile(_ share: Double, _ a: Double, _ b: Double) -> Double {
        var (low, high) = (0.0, 1.0)
        while true {
            let middle = (low + high) / 2
            if middle <= low || middle >= high { return middle }
            if cumulative(middle, a, b) < share { low = middle } else { high = middle }
        }
    }

    /// The share below x in 0…1: the regularised incomplete beta function, by its continued fraction
    /// (DLMF 8.17.22, evaluated by Lentz's method).
    static func cumulative(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        // The fraction converges fast on this side of the mean.
        if x > (a + 1) / (a + b + 2) { return 1 - cumulative(1 - x, b, a) }
        let front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
        let least = Double.leastNormalMagnitude
        var (upper, lower, fraction) = (1.0, 0.0, 1.0)
        for index in 1..<10_000 {
            let m = Double(index / 2)
            let place = a + 2 * m
            let term =
                index % 2 == 0
                ? m * (b - m) * x / ((place - 1) * place) : -(a + m) * (a + b + m) * x / (place * (place + 1))
            lower = 1 / nonzero(1 + term * lower)
            upper = nonzero(1 + term / upper)
            fraction *= upper * lower
            if abs(1 - upper * lower) < 1e-15 { break }
        }
        return front / fraction
        func nonzero(_ value: Double) -> Double { abs(value) < least ? least : value }
    }
}

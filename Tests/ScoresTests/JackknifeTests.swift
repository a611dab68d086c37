// Intervals from delete-one values: against SciPy, and at their bounds.

import Testing

@testable import Scores

struct JackknifeTests {
    /// `scipy.stats.t.ppf`.
    @Test(arguments: [
        (0.975, 1, 12.706204736174694), (0.975, 2, 4.302652729749462), (0.975, 9, 2.262157162798205),
        (0.975, 23, 2.0686576104190486), (0.9975, 23, 3.1039969631408915), (0.975, 3_071, 1.9607367590703824),
    ])
    func quantilesAreSciPys(share: Double, degrees: Int, value: Double) {
        #expect(abs(StudentT.quantile(share, degreesOfFreedom: degrees) / value - 1) < 1e-9)
    }

    /// For a mean, deleting one gives the usual standard error: `scipy.stats.t.interval(0.95, 5, mean, sem)`.
    @Test func aMeansIntervalIsStudents() throws {
        let values = [1.0, 2, 4, 4, 5, 9]
        let mean = values.reduce(0, +) / 6
        let interval = try #require(
            Jackknife.interval(of: mean, deleted: values.map { (mean * 6 - $0) / 5 }))
        #expect(abs(interval.lowerBound - 1.242_021_8) < 1e-6)
        #expect(abs(interval.upperBound - 7.091_311_6) < 1e-6)
    }

    /// `scipy.special.betainc`.
    @Test(arguments: [
        (0.3, 2.0, 5.0, 0.579_825), (0.9, 0.5, 1, 0.948_683_298_050_513_8), (0.5, 30, 40, 0.885_799_887_323_351_5),
        (0.99, 200.5, 1.3, 0.204_618_376_279_920_24), (0.97, 71, 2, 0.360_028_988_608_180_6), (0.001, 0.5, 500_000, 1),
    ])
    func theBetaDistributionIsSciPys(x: Double, a: Double, b: Double, share: Double) {
        #expect(abs(Beta.cumulative(x, a, b) - share) < 1e-11)
        if share < 1 { #expect(abs(Beta.quantile(share, a, b) - x) < 1e-9) }
    }

    @Test func proportionsStayWithinBoundsAndHoldTheirValue() throws {
        let some = try #require(Jackknife.proportion(sums: [3, 3, 3, 3, 2, 3], counts: [3, 3, 3, 3, 3, 3]))
        #expect(some.lowerBound > 0.5 && some.upperBound < 1 && some.contains(17.0 / 18))
        let all = try #require(Jackknife.proportion(sums: [3, 3, 3, 3, 3, 3], counts: [3, 3, 3, 3, 3, 3]))
        let none = try #require(Jackknife.proportion(sums: [0, 0, 0, 0, 0, 0], counts: [3, 3, 3, 3, 3, 3]))
        // Clopper and Pearson's bound for all of 6 · (1.959964 / 2.570582)² trials.
        #expect(all.upperBound == 1 && abs(all.lowerBound - 0.347_298_1) < 1e-6)
        #expect(none.lowerBound == 0 && abs(none.upperBound - 1 + all.lowerBound) < 1e-9)
        #expect(Jackknife.proportion(sums: [1, 0, 1, 0], counts: [1, 1, 1, 1]) == nil)
    }

    @Test func moreComparisonsWidenADifference() throws {
        let deleted = Dictionary(uniqueKeysWithValues: (0..<10).map { ($0, 0.8 + 0.01 * Double($0)) })
        func difference(_ comparisons: Int) -> PairedDifference {
            PairedDifference(
                .init(value: 0.845, deleted: deleted), minus: .init(value: 0.7, deleted: [:]), comparisons: comparisons)
        }
        let (one, ten) = (try #require(difference(1).interval), try #require(difference(10).interval))
        #expect(ten.lowerBound < one.lowerBound && one.upperBound < ten.upperBound)
        #expect(difference(1).neurons == 10 && abs(difference(1).value - 0.145) < 1e-12)
        // Bonferroni: t.ppf(1 − 0.05 / 20, 9) = 3.689662 in place of 2.262157.
        #expect(abs((ten.upperBound - 0.145) / (one.upperBound - 0.145) - 3.689_662_4 / 2.262_157_2) < 1e-6)
    }
}

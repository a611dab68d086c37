// Charts: what is drawn where, and what is said to those who do not see it.

import Foundation
import Testing

@testable import Render

struct ChartTests {
    /// Every coordinate pair of the n-th run's line.
    static func points(_ svg: String, series: Int) throws -> [(Double, Double)] {
        let pattern = try Regex(#"series-\#(series)" [^>]* d="M([^"]*)""#, as: (Substring, Substring).self)
        let path = try #require(svg.firstMatch(of: pattern)).1
        return path.split { $0 == "L" || $0 == "M" }.map { pair in
            let numbers = pair.split(separator: " ").compactMap { Double($0) }
            return (numbers[0], numbers[1])
        }
    }

    @Test func linesRiseWithTheirValues() throws {
        let svg = ActivationChart(
            series: [.init(name: "seed 0", values: [0, 1, 4]), .init(name: "seed 1", values: [0, 2, 2])], title: "T"
        ).svg
        let first = try ChartTests.points(svg, series: 0)
        #expect(first.count == 3)
        #expect(first[0].1 > first[1].1 && first[1].1 > first[2].1)
        #expect(abs((first[0].1 - first[2].1) / (first[0].1 - first[1].1) - 4) < 0.01)
        let second = try ChartTests.points(svg, series: 1)
        #expect(second[1].1 == second[2].1)
        #expect(svg.contains("role=\"img\"") && svg.contains("<title>T</title>"))
        #expect(svg.contains("<desc>seed 0: from 0 to 4.00; seed 1: from 0 to 2.00.</desc>"))
        #expect(svg.contains("stroke-dasharray"))
    }

    @Test func divergedRunsLeaveGaps() throws {
        let svg = ActivationChart(
            series: [.init(name: "a", values: [0, 1, .nan, .infinity, 2, 3])], title: "T"
        ).svg
        #expect(svg.firstMatch(of: /d="M[^"ML]*L[^"ML]*M[^"ML]*L[^"ML]*"/) != nil)
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }

    @Test(arguments: [[], [[]], [[1]], [[.nan, .nan]]] as [[[Double]]])
    func nothingToDrawIsNothing(values: [[Double]]) {
        #expect(ActivationChart(series: values.map { .init(name: "a", values: $0) }, title: "T").svg.isEmpty)
        let groups = values.map { _ in DistributionChart.Group(name: "a", counts: [0, 0]) }
        #expect(DistributionChart(edges: [0, 1, 2], groups: groups, title: "T", axis: "x").svg.isEmpty)
    }

    @Test func longRunsStaySmall() {
        let values = (0..<5000).map { Double($0) }
        let svg = ActivationChart(series: [.init(name: "a", values: values)], title: "T").svg
        #expect(svg.utf8.count < 5000)
        #expect(svg.contains("4999 steps"))
    }

    @Test(
        arguments: [
            [0, 0], [5, 5], [-1e-30, 1e-30], [1e140, -1e140], [0, 1e-300], [3, 3.0000001], [-7, 12], [0.1, 0.35],
            [1e200, 1], [.greatestFiniteMagnitude, 0],
        ] as [[Double]])
    func scalesHoldTheirValues(values: [Double]) {
        let scale = ChartScale(values: values)
        for value in values where abs(value) < 1e150 { #expect(scale.range.contains(value)) }
        #expect(!scale.ticks.isEmpty && scale.ticks.count <= 13)
        #expect(scale.ticks.allSatisfy { $0.isFinite })
    }

    @Test func ticksAreRound() {
        #expect(ChartScale(values: [0, 10]).ticks == [0, 2.5, 5, 7.5, 10])
        #expect(ChartScale(values: [0.12, 0.88]).ticks == [0.2, 0.4, 0.6, 0.8].map { ($0 * 10).rounded() * 0.1 })
    }

    @Test func histogramsAreSharesOfTheirGroups() throws {
        let svg = DistributionChart(
            edges: [-1, 0, 1, 2, 3],
            groups: [
                .init(name: "different neurons", counts: [0, 4, 0, 0]),
                .init(name: "one neuron", counts: [0, 0, 2, 0]),
            ], title: "T", axis: "similarity"
        ).svg
        // All of each group lies in one bin, so both reach the same height.
        let tops = svg.matches(of: /class="(?:area|line[^"]*)" [^>]* d="M[0-9.]+ ([0-9.]+)([^"]*)"/)
            .filter { $0.2.contains("H") }
            .map { match in match.2.matches(of: /V([0-9.]+)/).compactMap { Double($0.1) }.min() }
        #expect(tops.count == 2 && tops[0] == tops[1])
        #expect(svg.contains("different neurons (4)") && svg.contains("one neuron (2)"))
        // The chart says where each group's middle lies.
        #expect(svg.contains("median about 0.500") && svg.contains("median about 1.50"))
    }

    @Test func countsAreOnTheAxisAndValuesAboveZero() throws {
        let svg = LineChart(
            series: [
                .init(name: "one", points: [.init(2, 4), .init(3, 2), .init(6, 1)]),
                .init(name: "other", points: [.init(3, 3)]),
            ], title: "T", axis: "number of seeds"
        ).svg
        let points = try ChartTests.points(svg, series: 0)
        // 3 is a quarter of the way from 2 to 6; half of the height above 0 is lost from 4 to 2 and a quarter to 1.
        #expect(abs((points[2].0 - points[0].0) / (points[1].0 - points[0].0) - 4) < 0.01)
        #expect(abs((points[2].1 - points[0].1) / (points[1].1 - points[0].1) - 1.5) < 0.01)
        // A single point is a dot.
        #expect(svg.contains("stroke-linecap=\"round\" d=\"M\(Format.coordinate(points[1].0)) "))
        for count in 2...6 { #expect(svg.contains("text-anchor=\"middle\">\(count)<")) }
        #expect(svg.contains("<desc>one: 4.00 at 2, 2.00 at 3, 1.00 at 6; other: 3.00 at 3.</desc>"))
        let wide = LineChart(
            series: [.init(name: "a", points: (2...40).map { .init($0, 1) })], title: "T", axis: "x")
        #expect(wide.svg.matches(of: /text-anchor="middle">\d+</).count <= 12)
        #expect(LineChart(series: [.init(name: "a", points: [])], title: "T", axis: "x").svg.isEmpty)
    }

    @Test func similaritiesAreWritten() {
        let svg = SimilarityChart(names: ["a", "b"], values: [[1, 0.831], [.nan]], title: "T").svg
        #expect(svg.contains(">0.83<") && svg.contains("<desc>a and b: 0.83.</desc>"))
        #expect(SimilarityChart(names: [], values: [], title: "T").svg.isEmpty)
        let unlike = SimilarityChart(names: ["a", "b"], values: [[1, -0.25], [-0.25, 1]], title: "T").svg
        #expect(unlike.contains(">−0.25<") && unlike.contains("a and b: −0.25.") && unlike.contains("opacity=\"0\""))
    }
}

// Progress: its numbers, its line, and how often it is shown.

import Testing

@testable import AtlasGen
@testable import Runs
@testable import TestSupport

@Suite struct ProgressTests {
    private let recipes = (0..<10).map { Recipe.example(seed: $0) }

    private let steps: @Sendable (Recipe) -> Double = { Double($0.variant.method.steps) }

    private func headers(_ count: Int) -> [RunHeader] { recipes.prefix(count).map { RunRecord.example($0).header } }

    @Test func stepsAndRunsCount() {
        var progress = BuildProgress(recipes, cost: steps)
        #expect(progress.fraction == 0)
        #expect(progress.summary(after: 3) == "0 of 10 runs")
        progress.note(.step(worker: 0, recipe: recipes[0], runs: 2, step: 32))
        progress.note(.step(worker: 1, recipe: recipes[0], runs: 2, step: 16))
        #expect(progress.fraction == 0.15)
        // The first steps are slower than others, so there is no estimate before the first run.
        #expect(progress.summary(after: 3) == "0 of 10 runs")
        // The bar does not go back between a batch's last step and its place in the store.
        progress.note(.step(worker: 0, recipe: recipes[0], runs: 2, step: 64))
        #expect(progress.fraction == 0.25)
        progress.note(.stored(headers(2), worker: 0))
        #expect(progress.fraction == 0.25)
        #expect(progress.runsDone == 2)
        #expect(progress.summary(after: 3) == "2 of 10 runs, 50 runs/min, 9 s left")
        progress.note(.stored(headers(8), worker: 1))
        #expect(progress.fraction == 1)
        #expect(progress.summary(after: 5) == "10 of 10 runs, 2.0 runs/s")
    }

    @Test func expensiveRunsCountMore() {
        let deep = Recipe.example(seed: 0)
        let shallow = (1...3).map { Recipe.example(seed: $0, address: .block(0, .mlp3)) }
        var progress = BuildProgress([deep] + shallow) { $0 == deep ? 9 : 1 }
        progress.note(.stored([RunRecord.example(deep).header], worker: nil))
        #expect(progress.fraction == 0.75)
        #expect(progress.secondsLeft(after: 30) == 10)
        progress.note(.step(worker: 0, recipe: shallow[0], runs: 2, step: 32))
        #expect(progress.fraction == 10.0 / 12)
    }

    @Test func aPhaseNamesWhatItDoes() {
        var progress = BuildProgress("scores of heads.head", count: 8, of: "runs")
        progress.advance(to: 2)
        #expect(progress.summary(after: 4) == "scores of heads.head: 2 of 8 runs, 30 runs/min, 12 s left")
        #expect(BuildProgress("map of heads.head", count: 0, of: "").summary(after: 4) == "map of heads.head, 4 s")
    }

    @Test func hoursOfWorkAreToldOnce() {
        let time = Guarded(0.0)
        let output = Guarded<[String]>([])
        let reporter = ProgressReporter(
            BuildProgress(recipes, cost: steps), advice: "Do something else.", style: { .plain }, now: { time.value },
            write: { text in output.change { $0.append(text) } })
        for number in 1...3 {
            time.change { $0 += 1000 }
            reporter.note(.stored(headers(1), worker: 0))
            #expect(output.value.count { $0 == "atlasgen: about 2 h 30 min of work. Do something else.\n" } == 1)
            #expect(output.value.count == number + 1)
        }
    }

    @Test func onlyALongPhaseIsShownWithoutATerminal() {
        let time = Guarded(0.0)
        let output = Guarded<[String]>([])
        let reporter = ProgressReporter(
            BuildProgress("map", count: 0, of: ""), isPhase: true, style: { .plain }, now: { time.value },
            write: { text in output.change { $0.append(text) } })
        for _ in 0..<50 {
            reporter.advance(to: 0)
            time.change { $0 += 0.125 }
        }
        reporter.finish()
        #expect(output.value == ["map, 2 s\n"])
    }

    @Test func nothingToDoIsDone() {
        #expect(BuildProgress([], cost: steps).fraction == 1)
        #expect(BuildProgress([], cost: steps).summary(after: 0) == "0 of 0 runs")
    }

    @Test func theLineFitsItsWidth() {
        var progress = BuildProgress(recipes, cost: steps)
        progress.note(.stored(headers(5), worker: nil))
        #expect(
            progress.line(after: 2.5, width: 60) == "[###########------------] 5 of 10 runs, 2.0 runs/s, 3 s left")
        #expect(progress.line(after: 2.5, width: 40) == "5 of 10 runs, 2.0 runs/s, 3 s left")
        #expect(progress.line(after: 2.5, width: 10) == "5 of 10 ru")
        for width in 0..<200 { #expect(progress.line(after: 2.5, width: width).count <= width) }
    }

    @Test(arguments: [
        (0.0, "0 s"), (59.4, "59 s"), (60, "1 min"), (89, "1 min"), (91, "2 min"), (3599, "1 h 00 min"),
        (7500, "2 h 05 min"), (100_000, "1 d 3 h"), (-5, "0 s"), (.infinity, "11574 d 1 h"),
    ])
    func durations(seconds: Double, text: String) {
        #expect(BuildProgress.duration(seconds) == text)
    }

    @Test(arguments: [
        (12.34, "12 runs/s"), (1, "1.0 runs/s"), (0.5, "30 runs/min"), (0.01, "36 runs/h"), (0.001, "3.6 runs/h"),
    ])
    func rates(perSecond: Double, text: String) {
        #expect(BuildProgress.rate(perSecond) == text)
    }

    @Test func aTerminalIsRedrawnTenTimesASecond() {
        let time = Guarded(0.0)
        let output = Guarded<[String]>([])
        let reporter = ProgressReporter(
            BuildProgress(recipes, cost: steps), style: { .terminal(columns: 40) }, now: { time.value },
            write: { text in output.change { $0.append(text) } })
        for step in 0..<1000 {
            // A power of two, so that sums are exact.
            time.change { $0 += 1.0 / 256 }
            reporter.note(.step(worker: 0, recipe: recipes[0], runs: 1, step: step))
        }
        #expect((30...40).contains(output.value.count))
        #expect(output.value.allSatisfy { $0.hasPrefix("\r\u{1B}[K") && $0.count <= 4 + 39 && !$0.contains("\n") })
        let shown = output.value.count
        reporter.say("one is damaged")
        #expect(output.value[shown...] == ["\r\u{1B}[K", "one is damaged\n"])
        reporter.finish()
        #expect(output.value.last == "\n")
    }

    @Test func aPipeGetsALineAtIntervals() {
        let time = Guarded(0.0)
        let output = Guarded<[String]>([])
        let reporter = ProgressReporter(
            BuildProgress(recipes, cost: steps), style: { .plain }, now: { time.value },
            write: { text in output.change { $0.append(text) } })
        for _ in 0..<100 {
            time.change { $0 += 1 }
            reporter.note(.step(worker: 0, recipe: recipes[0], runs: 1, step: 32))
        }
        #expect(output.value.count == 3)
        reporter.note(.stored(headers(10), worker: nil))
        reporter.finish()
        #expect(output.value.last == "10 of 10 runs, 6.0 runs/min\n")
        #expect(output.value.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\u{1B}") })
    }
}

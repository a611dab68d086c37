// Methods as values: presets, overrides by name, and the messages for wrong ones.

import Foundation
import Testing

@testable import ViT

struct MethodTests {
    @Test func presetsAreFoundByName() throws {
        #expect(Method.presets.map(\.name) == ["atlas", "pixel", "fourier", "ghiasi", "maco"])
        for preset in Method.presets { #expect(try Method.named(preset.name) == preset) }
    }

    @Test(arguments: ["furier", ""]) func unknownMethodListsTheMethods(name: String) {
        let error = #expect(throws: ViTError.self) { try Method.named(name) }
        #expect(
            error?.description
                == "There is no method “\(name)”. The methods are “atlas”, “pixel”, “fourier”, “ghiasi”, “maco”.")
    }

    @Test func overridesChangeOneParameter() throws {
        var expected = Method.ghiasi
        expected.totalVariation = 0.001
        expected.steps = 20
        let method = try Method.ghiasi.applying(["totalVariation": "0.001", "steps": "20"])
        #expect(method == expected)
        #expect(method.name == "ghiasi")
    }

    @Test(arguments: Method.presets)
    func itsOwnParametersMakeAMethodAgain(preset: Method) throws {
        let overrides = Dictionary(uniqueKeysWithValues: preset.parameters.map { ($0.name, $0.value.description) })
        #expect(try preset.applying(overrides) == preset)
    }

    @Test func onlyParametersWithAnEffectAreListed() {
        let names = Method.pixel.parameters.map(\.name)
        #expect(names.contains("rotation") && !names.contains("roll") && !names.contains("decayPower"))
        #expect(Method.ghiasi.parameters.map(\.name).contains("roll"))
    }

    @Test(arguments: [
        (
            ["ratte": "1"],
            "The method “atlas” has no parameter “ratte”. Its parameters are “parameterisation”, "
        ),
        (
            ["rate": "fast"],
            "The parameter “rate” of the method “atlas” is “fast”; expected a number from 1e-09 to 1000."
        ),
        (["rate": "nan"], "The parameter “rate” of the method “atlas” is “nan”; expected a number from 1e-09 to 1000."),
        (
            ["steps": "0"],
            "The parameter “steps” of the method “atlas” is “0”; expected a whole number from 1 to 1000000."
        ),
        (
            ["optimiser": "sgd"],
            "The parameter “optimiser” of the method “atlas” is “sgd”; expected one of adam, nadam."
        ),
        (["decorrelated": "1"], "The parameter “decorrelated” of the method “atlas” is “1”; expected true or false."),
        (
            ["roll": "0.1"],
            "The parameter “roll” has no effect on the method “atlas”. The parameters with an effect are “"
        ),
        (["smallestScale": "2"], "The method “atlas” has smallestScale 2.0 above largestScale"),
    ])
    func wrongOverridesSayWhatIsPossible(overrides: [String: String], message: String) {
        let error = #expect(throws: ViTError.self) { try Method.atlas.applying(overrides) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test func aParameterCountsAfterTheOverrideThatMakesItCount() throws {
        #expect(try Method.atlas.applying(["framing": "roll", "roll": "0.1"]).framing == .roll(0.1))
    }

    @Test func aParameterThatBeginsToCountIsThePresets() throws {
        let mirrored = try Method.fourier.applying(["border": "reflect"])
        #expect(!mirrored.parameters.contains { $0.name == "padding" })
        #expect(try mirrored.applying(["border": "constant"]) == .fourier)
        let spectrum = try Method.pixel.applying(["parameterisation": "fourier"])
        #expect(
            spectrum.parameterisation == .fourier(initialDeviation: 0.01, decayPower: 1, decorrelated: false))
    }

    @Test(arguments: Method.presets) func itsCodeMakesAMethodAgain(preset: Method) throws {
        for method in [preset, try preset.applying(["framing": "crop", "lastCropSide": "0.3", "steps": "9"])] {
            #expect(try JSONDecoder().decode(Method.self, from: JSONEncoder().encode(method)) == method)
        }
    }

    @Test func quantisingRoundsAndClamps() {
        let size = PictureSize(height: 1, width: 2)
        let canvas = [Pixel(-0.1, 0.5, 1.2, 0), Pixel(.nan, 0.999, 0.001, 0)]
        var bytes = [UInt8](repeating: 9, count: 6)
        bytes.withUnsafeMutableBufferPointer { quantise(canvas: canvas, factor: 1, size: size, bytes: $0) }
        #expect(bytes == [0, 128, 255, 0, 255, 0])
        let decoded = bytes.withUnsafeBufferPointer { bytes in
            filled(6) { decode(bytes: bytes, size: size, image: $0) }
        }
        #expect(decoded == [0, 0, 128 / 255, 1, 1, 0])
    }

    @Test func quantisingAveragesBlocks() {
        let canvas = (0..<8).map { Pixel(repeating: Float($0) / 10) }
        var bytes = [UInt8](repeating: 0, count: 6)
        bytes.withUnsafeMutableBufferPointer {
            quantise(canvas: canvas, factor: 2, size: PictureSize(height: 1, width: 2), bytes: $0)
        }
        // Rows 0 1 2 3 and 4 5 6 7: means 0.25 and 0.45.
        #expect(bytes == [64, 64, 64, 115, 115, 115])
    }
}

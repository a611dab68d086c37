// The methods of a configuration: presets with their overrides applied, under their names.

import Support
import ViT

extension AtlasConfiguration {
    /// The methods in the order of the file. `steps` replaces a method's number of steps unless its entry sets one.
    ///
    /// - Throws: `AtlasError` of code `data`, with the place, for an unknown method or parameter, an invalid value, or two
    ///   names of one method.
    func resolvedMethods() throws -> [NamedMethod] {
        var resolved: [NamedMethod] = []
        for settings in methods {
            let method = NamedMethod(name: settings.shownName, method: try settings.method(steps: steps))
            if let equal = resolved.first(where: { $0.method == method.method }) {
                throw (settings.givenName ?? settings.name).place.error(
                    "methods: \"\(method.name)\" is the same method as \"\(equal.name)\"; keep one, or change a parameter"
                )
            }
            resolved.append(method)
        }
        return resolved
    }
}

extension AtlasConfiguration.MethodSettings {
    /// The method's name in this project.
    var shownName: String { (givenName ?? name).value + addedName }

    /// The preset of this name with the overrides applied.
    fileprivate func method(steps: Int?) throws -> Method {
        let preset: Method
        do throws(ViTError) {
            preset = try Method.named(name.value)
        } catch {
            throw name.place.error(error.description + Method.question(name.value, []))
        }
        var texts = overrides.mapValues(\.value)
        if let steps, texts["steps"] == nil { texts["steps"] = "\(steps)" }
        do throws(ViTError) {
            return try preset.applying(texts)
        } catch {
            throw place(of: error, in: preset).error(error.description + Method.question(name.value, overrides.keys))
        }
    }

    /// The place of the override that causes the error by itself; the method's name if only a combination does.
    private func place(of error: ViTError, in preset: Method) -> Place {
        for (name, value) in overrides.sorted(by: { $0.key < $1.key }) {
            do throws(ViTError) {
                _ = try preset.applying([name: value.value])
            } catch let alone {
                if alone == error { return value.place }
            }
        }
        return name.place
    }
}

extension Method {
    /// The parameters that differ from the preset's, sorted by name, without the steps.
    package var overrides: [(name: String, value: String)] {
        // If no preset has the method's name, there is nothing to compare with, and every parameter counts.
        let preset = Method.presets.first { $0.name == name }?.texts ?? [:]
        return texts.filter { preset[$0.key] != $0.value }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// ` Did you mean "…"?` for an unknown method or parameter; empty if all exist or no known name is similar.
    ///
    /// - Parameter own: a project's names of methods.
    package static func question(
        _ name: String, _ parameters: some Sequence<String>, among own: [String] = []
    ) -> String {
        var (word, known) = (name, own + presets.map(\.name))
        if let preset = presets.first(where: { $0.name == name }) {
            known = preset.parameters.map(\.name)
            guard let unknown = parameters.sorted().first(where: { !known.contains($0) }) else { return "" }
            word = unknown
        }
        return Suggestion.nearest(to: word, among: known, limit: 1).first.map { " Did you mean \"\($0)\"?" } ?? ""
    }
}

// The names of a project's methods: those of presets, and those that `as` gives.

import ViT

/// A method of a project under the name that pages, figures and the command line use. The name is no part of a recipe.
package struct NamedMethod: Hashable, Sendable {
    /// Distinct within a project.
    package let name: String
    /// The preset with its overrides applied.
    package let method: Method
}

/// A name that `as` gives to a method.
enum MethodName {
    /// What stands in figures' options, in Markdown and on a command line without quotes.
    private static let signs: Set<Character> = ["-", "_", ".", ":", "=", "+"]
    /// What is expected, for messages.
    static let expected = "a name of letters, digits, and the signs - _ . : = +"

    /// Reads a name.
    static func checked(_ text: String) throws(NameError) -> String {
        guard !text.isEmpty, text.allSatisfy({ $0.isLetter || $0.isNumber || signs.contains($0) }) else {
            throw .expected(expected, found: text)
        }
        return text
    }
}

extension Project {
    /// The method of a name: one of the project's, or a preset.
    package func method(named name: String) throws(NameError) -> Method {
        if let known = methods.first(where: { $0.name == name }) { return known.method }
        if let preset = Method.presets.first(where: { $0.name == name }) { return preset }
        let own = methods.map(\.name)
        let all = own + Method.presets.map(\.name).filter { !own.contains($0) }
        let list = all.map { "“\($0)”" }.joined(separator: ", ")
        throw NameError(
            "There is no method “\(name)”. The methods are \(list).\(Method.question(name, [], among: own))")
    }

    /// The name of a method in this project; a method that it does not list has its preset's.
    package func name(of method: Method) -> String { methods.first { $0.method == method }?.name ?? method.name }
}

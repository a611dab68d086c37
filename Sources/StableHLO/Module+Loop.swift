// Loops inside a module.

extension Module {
    /// Repeats `body` while `condition` holds; both are given the values of the round, and `body` returns the next ones.
    /// Values from outside can be used inside. No gradient passes a loop; `gradients` can be called inside.
    public func loop(
        _ initial: [Value], while condition: ([Value]) -> Value, body: ([Value]) -> [Value]
    ) -> [Value] {
        let types = initial.map { "\($0.type)" }.joined(separator: ", ")
        let result = value(initial[0].type)
        let inside = initial.map { value($0.type) }
        let header = zip(inside, initial).map { "\($0.name) = \($1.name)" }.joined(separator: ", ")
        write("\(result.name):\(initial.count) = stablehlo.while(\(header)) : \(types)")
        write("cond {")
        let goesOn = condition(inside)
        write("stablehlo.return \(goesOn.name) : \(goesOn.type)")
        write("} do {")
        let next = body(inside)
        precondition(next.map(\.type) == initial.map(\.type), "a loop of \(types) returns \(next.map(\.type))")
        write("stablehlo.return \(next.map(\.name).joined(separator: ", ")) : \(types)")
        write("}")
        return initial.enumerated().map { value($1.type, name: "\(result.name)#\($0)") }
    }
}

// Which tokens of an image are computed or read.

import StableHLO

/// Tokens of each image.
enum TokenChoice {
    /// All of them.
    case all
    /// The same token of every image.
    case fixed(Int)
    /// A token of each image: (N, T), 1 at the token and 0 elsewhere.
    case each(Value)

    /// The chosen tokens of x: (N, T, C) becomes (N, T or 1, C).
    func select(_ x: Value) -> Value {
        switch self {
        case .all: x
        case .fixed(let token): x.sliced(token..<token + 1, along: 1)
        case .each(let choice):
            choice.dot(x, over: ([1], [1]), batch: ([0], [0])).reshaped([x.shape[0], 1, x.shape[2]])
        }
    }
}

extension Value {
    /// 1 at an index and 0 elsewhere: (N) of `int32` becomes (N, count).
    func oneHot(_ count: Int) -> Value {
        let shape = [self.shape[0], count]
        return module.iota(shape, along: 1).isEqual(to: reshaped([self.shape[0], 1])).converted(to: .float32)
    }
}

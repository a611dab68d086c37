// The CPU's kernels: the arithmetic of the model on memory that the caller owns. Each forward function is followed by
// its backward function. Passes (`ModelPass`, `BlockPass`, `FinalStage`, `TapReader`) combine them, and own the memory.
// Weights are frozen, so only the gradients of inputs exist. Nothing is allocated, and nothing is checked twice.
// Row-major float32 throughout. A row's result depends only on that row, never on its position.
//
// B  images of a batch        T  tokens (T_q: query tokens)    C  channels of the residual stream
// M  channels of the MLP      H  attention heads               D  channels of a head
// R  rows of a matrix: B × tokens, padded where the CPU's kernels need it (see `RowLayout`)
// x, y  input and output      μ, r  mean and 1/√(σ² + ε)       γ, β  LayerNorm's scale and shift
// d…    the gradient of the objective with respect to …

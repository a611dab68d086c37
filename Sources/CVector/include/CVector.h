// The model's arithmetic outside matrix products, in vectors as wide as the CPU has. Sources/ViT/CPU documents them.
// One source is compiled for several instruction sets and chosen at run time. All give the same bytes: sixteen lanes
// and one order of sums everywhere, and a product and a sum are never fused into one rounding.
#pragma once

/// The functions for one instruction set.
typedef struct __attribute__((swift_attr("@Sendable"))) {
    /// The instruction set: `baseline`, `AVX2` or `AVX-512`.
    const char *name;

    /// See `biasGELUForward`.
    void (*biasGELU)(float *x, const float *bias, float *y, long rows, long channels);
    /// See `biasActivationForward`; p = linear·z + cubic·z³.
    void (*biasSigmoidGate)(
        float *x, const float *bias, float *y, long rows, long channels, float linear, float cubic);
    /// See `biasGatedProductForward`.
    void (*biasGatedProduct)(
        float *x, const float *bias, float *y, long rows, long channels, float linear, float cubic);
    /// See `gatedProductBackward`.
    void (*gatedProductBackward)(const float *dy, float *slopes, long rows, long channels);
    /// a ∘= b over `count` values; see `activationBackward`.
    void (*multiply)(float *a, const float *b, long count);
    /// y = x + bias for each row, with row strides; see `biasForward`.
    void (*addBias)(const float *x, long xStride, const float *bias, float *y, long yStride, long rows, long channels);
    /// See `layerNormForward`.
    void (*layerNorm)(
        const float *x, const float *gamma, const float *beta, float epsilon, float *y, float *mean,
        float *inverseDeviation, long rows, long channels);
    /// See `layerNormBackward`.
    void (*layerNormBackward)(
        const float *dy, const float *x, const float *gamma, const float *mean, const float *inverseDeviation,
        float *dx, long rows, long channels);
    /// See `softmaxForward`.
    void (*softmax)(float *x, long rows, long count, long stride);
    /// See `softmaxBackward`.
    void (*softmaxBackward)(float *dy, const float *y, long rows, long count, long stride);
    /// y = eˣ over `count` values, for tests of its error.
    void (*exponential)(const float *x, float *y, long count);
} VectorFunctions;

/// The functions for the set of this index, widest first; NULL after the last. Sets that the CPU lacks are skipped.
const VectorFunctions *vectorFunctions(int index);

// The model's arithmetic outside matrix products, in vectors as wide as the CPU has. Contracts are in ViT/Kernels.
// One source, compiled for several instruction sets and chosen at run time. All give the same bytes: sixteen lanes and
// one order of sums everywhere, and a product and a sum are never contracted to one rounding.
#pragma once

/// The functions of one instruction set.
typedef struct __attribute__((swift_attr("@Sendable"))) {
    /// What they are compiled for: `baseline`, `AVX2` or `AVX-512`.
    const char *name;

    /// See `biasGELUForward`.
    void (*biasGELU)(float *x, const float *bias, float *y, long rows, long channels);
    /// a ∘= b over `count` values; see `geluBackward`.
    void (*multiply)(float *a, const float *b, long count);
    /// y = x + bias a row, with the rows' strides; see `biasForward`.
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

/// The functions of the set of this index, the widest first; NULL beyond the last. Sets that the CPU lacks are left out.
const VectorFunctions *vectorFunctions(int index);

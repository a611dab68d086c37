// The instruction sets, and the selection of those that this CPU has.

#include "CVector.h"

#include <stddef.h>

// The same bytes everywhere: a product and a sum are never fused into one rounding, on any architecture.
#pragma STDC FP_CONTRACT OFF

enum { LANES = 16 };

typedef float Lanes __attribute__((vector_size(64)));
typedef float Lanes8 __attribute__((vector_size(32)));
typedef float Lanes4 __attribute__((vector_size(16)));
typedef int Mask __attribute__((vector_size(64)));

// Vectors wider than the baseline's registers are passed only to inlined functions.
#pragma clang diagnostic ignored "-Wpsabi"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"))), apply_to = function)
#define SET Wide
#define LABEL "AVX-512"
#include "functions.inc"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define SET Middle
#define LABEL "AVX2"
#include "functions.inc"
#pragma clang attribute pop
#endif

#define SET Baseline
#define LABEL "baseline"
#include "functions.inc"

const VectorFunctions *vectorFunctions(int index) {
    const VectorFunctions *sets[3];
    int count = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw")) {
        sets[count++] = &functionsWide;
    }
    if (__builtin_cpu_supports("avx2")) sets[count++] = &functionsMiddle;
#endif
    sets[count++] = &functionsBaseline;
    return index >= 0 && index < count ? sets[index] : NULL;
}

// Stands between the program and OpenBLAS: counts, times and repeats the calling thread's matrix products.
// The executable's own cblas_sgemm replaces the shared library's, so the measured code is unchanged.
#pragma once

#include <stdint.h>

/// The totals of the calling thread's products.
typedef struct {
    /// The thread's processor time inside them, in seconds.
    double seconds;
    /// Multiplications and additions in them.
    double operations;
    /// Their number.
    int64_t calls;
} ProductTotals;

/// The calling thread's processor time in seconds.
double threadSeconds(void);

/// Starts counting and timing this thread's products from 0.
void productMeterStart(void);

/// Stops, and returns the totals.
ProductTotals productMeterStop(void);

/// Starts keeping this thread's products, with their arguments, in place of those kept before.
void productMeterKeep(void);

/// Stops keeping, and returns how many products were kept: at most 100,000.
int64_t productMeterKept(void);

/// Repeats the kept products, one after the other, on the same memory, which must still be allocated.
void productMeterRepeat(void);

/// Repeats the kept product of this index.
void productMeterRepeatOne(int64_t index);

/// A kept product's rows, columns and inner size, and whether A and B are transposed, as text.
void productMeterDescribe(int64_t index, char text[64]);

/// Multiplications and additions of the kept product of this index.
double productMeterOperations(int64_t index);

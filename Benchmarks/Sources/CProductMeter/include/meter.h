// Stands between the program and OpenBLAS: counts, times and repeats the calling thread's matrix products.
// The executable's own cblas_sgemm takes the shared library's place, so that the measured code knows nothing of it.
#pragma once

#include <stdint.h>

/// What the calling thread's products came to.
typedef struct {
    /// The thread's processor time inside them, in seconds.
    double seconds;
    /// Multiplications and additions that they made.
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

/// Starts keeping this thread's products, with their arguments, in place of the last that were kept.
void productMeterKeep(void);

/// Stops keeping, and returns how many products were kept (further ones than 100,000 are not).
int64_t productMeterKept(void);

/// Makes the kept products again, one after the other, on the same memory, which must still be there.
void productMeterRepeat(void);

/// Makes the kept product of this index again.
void productMeterRepeatOne(int64_t index);

/// A kept product's rows, columns and inner size, and whether A and B are transposed, as one text to compare.
void productMeterDescribe(int64_t index, char text[64]);

/// Multiplications and additions of the kept product of this index.
double productMeterOperations(int64_t index);

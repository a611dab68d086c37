#include <cblas.h>

// Two LAPACK routines that OpenBLAS contains; its packages do not all bring LAPACK's header. Matrices are column-major.
// A = Q·R: R and Householder reflectors overwrite A; scales: min(rows, columns).
void sgeqrf_(const blasint *rows, const blasint *columns, float *matrix, const blasint *stride, float *scales,
             float *work, const blasint *workCount, blasint *status);
// Q from sgeqrf's reflectors, which it overwrites.
void sorgqr_(const blasint *rows, const blasint *columns, const blasint *reflectors, float *matrix,
             const blasint *stride, const float *scales, float *work, const blasint *workCount, blasint *status);

// A cblas_sgemm that counts and times each call to the library's.

#define _GNU_SOURCE
#include "meter.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
    int order, transA, transB, m, n, k;
    float alpha;
    const float *a;
    int lda;
    const float *b;
    int ldb;
    float beta;
    float *c;
    int ldc;
} Product;

typedef void Multiply(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);

enum { CAPACITY = 100000 };

static _Thread_local int isTiming, isKeeping;
static _Thread_local ProductTotals totals;
static _Thread_local Product *kept;
static _Thread_local int64_t keptCount;

double threadSeconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static Multiply *library(void) {
    static Multiply *found;
    if (!found) found = (Multiply *)dlsym(RTLD_NEXT, "cblas_sgemm");
    if (!found) abort();
    return found;
}

void cblas_sgemm(
    int order, int transA, int transB, int m, int n, int k, float alpha, const float *a, int lda, const float *b,
    int ldb, float beta, float *c, int ldc) {
    if (isKeeping && keptCount < CAPACITY) {
        kept[keptCount++] = (Product){order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc};
    }
    if (!isTiming) {
        library()(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        return;
    }
    double start = threadSeconds();
    library()(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    totals.seconds += threadSeconds() - start;
    totals.operations += 2.0 * m * n * k;
    totals.calls += 1;
}

void productMeterStart(void) {
    totals = (ProductTotals){0};
    isTiming = 1;
}

ProductTotals productMeterStop(void) {
    isTiming = 0;
    return totals;
}

void productMeterKeep(void) {
    if (!kept) kept = malloc(CAPACITY * sizeof *kept);
    if (!kept) abort();
    keptCount = 0;
    isKeeping = 1;
}

int64_t productMeterKept(void) {
    isKeeping = 0;
    return keptCount;
}

void productMeterRepeatOne(int64_t index) {
    const Product *p = kept + index;
    library()(
        p->order, p->transA, p->transB, p->m, p->n, p->k, p->alpha, p->a, p->lda, p->b, p->ldb, p->beta, p->c, p->ldc);
}

void productMeterRepeat(void) {
    for (int64_t i = 0; i < keptCount; i++) productMeterRepeatOne(i);
}

void productMeterDescribe(int64_t index, char text[64]) {
    const Product *p = kept + index;
    const int transposed = 112;
    snprintf(
        text, 64, "%d x %d x %d%s%s", p->m, p->n, p->k, p->transA == transposed ? ", A transposed" : "",
        p->transB == transposed ? ", B transposed" : "");
}

double productMeterOperations(int64_t index) { return 2.0 * kept[index].m * kept[index].n * kept[index].k; }

// A PJRT plugin for tests, which fails on demand. Tests load it as any plugin, and find these functions by name.

#ifndef CFAULTYPLUGIN_H
#define CFAULTYPLUGIN_H

#include "CPJRT.h"

/// The plugin's table; NULL if `faulty_present` asked for none.
const PJRT_Api *GetPjrtApi(void);

/// Makes the table that of another version, or of another size; a size of 0 is no table.
void faulty_present(int major, int minor, size_t size);

/// Leaves a function out of the table.
void faulty_omit(const char *call);

/// Lets the calls number `first` to `last` of a function from now on fail, counted from 1. `call` is the function's name, or
/// `*` for every call that does not free something. The code is absl's.
void faulty_fail(const char *call, int first, int last, int code, const char *message);

/// How often the function of `faulty_fail` was called since.
int faulty_calls(void);

/// How many objects the caller has not freed: clients, buffers, executables, events, errors.
int faulty_live(void);

/// Lets another plugin, which is initialised, answer the calls that do not fail.
void faulty_forward(const PJRT_Api *plugin);

#endif

#include <duktape.h>

// Duktape's interface is macros, which Swift does not see.

// A new engine; NULL if there is no memory.
static inline duk_context *cduktape_create(void) {
    return duk_create_heap_default();
}

// Runs a script and leaves its value or its error on the stack; 0 for a value.
static inline int cduktape_evaluate(duk_context *context, const char *text, size_t count) {
    return duk_peval_lstring(context, text, count);
}

// Calls a global function with one text and leaves its value or its error on the stack; 0 for a value.
static inline int cduktape_call(duk_context *context, const char *name, const char *text, size_t count) {
    duk_get_global_string(context, name);
    duk_push_lstring(context, text, count);
    return duk_pcall(context, 1);
}

// The text of the value on top of the stack.
static inline const char *cduktape_text(duk_context *context, size_t *count) {
    duk_size_t length = 0;
    const char *text = duk_safe_to_lstring(context, -1, &length);
    *count = length;
    return text;
}

// Prism 1.29.0 as bytes of the program, with the script that asks it for the parts of code.

#ifndef CPRISM_H
#define CPRISM_H

#include <stddef.h>

// The text of a script, in UTF-8 without a zero at its end.
struct cprism_script {
    const char *text;
    size_t count;
};

// `prism.js`, which `scripts/make-prism` writes from Debian's node-prismjs, and `colours.js`, which uses it.
struct cprism_script cprism_library(void);
struct cprism_script cprism_colours(void);

#endif

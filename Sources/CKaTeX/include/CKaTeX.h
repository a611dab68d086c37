// KaTeX 0.16.4 as bytes of the program, with the script that asks it for MathML.

#ifndef CKATEX_H
#define CKATEX_H

#include <stddef.h>

// The text of a script, in UTF-8 without a zero at its end.
struct ckatex_script {
    const char *text;
    size_t count;
};

// `katex.js`, as Debian's libjs-katex builds it for ECMAScript 5, and `mathml.js`, which uses it.
struct ckatex_script ckatex_library(void);
struct ckatex_script ckatex_mathml(void);

#endif

// The scripts' bytes.

#include "CKaTeX.h"

// Clang has had #embed since version 19 in every language mode; the warning only says that C23 made it standard.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char library[] = {
#embed "katex.js"
};

static const char mathml[] = {
#embed "mathml.js"
};

struct ckatex_script ckatex_library(void) {
    return (struct ckatex_script){library, sizeof library};
}

struct ckatex_script ckatex_mathml(void) {
    return (struct ckatex_script){mathml, sizeof mathml};
}

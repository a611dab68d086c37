// The scripts' bytes.

#include "CPrism.h"

// Clang has had #embed since version 19 in every language mode; the warning only says that C23 made it standard.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char library[] = {
#embed "prism.js"
};

static const char colours[] = {
#embed "colours.js"
};

struct cprism_script cprism_library(void) {
    return (struct cprism_script){library, sizeof library};
}

struct cprism_script cprism_colours(void) {
    return (struct cprism_script){colours, sizeof colours};
}

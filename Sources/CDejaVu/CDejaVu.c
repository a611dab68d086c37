// The fonts' bytes.

#include "CDejaVu.h"

// Clang has had #embed since version 19 in every language mode; the warning only says that C23 made it standard.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char book[] = {
#embed "DejaVuSans.ttf"
};

static const unsigned char bold[] = {
#embed "DejaVuSans-Bold.ttf"
};

struct cdejavu_font cdejavu_book(void) {
    return (struct cdejavu_font){book, sizeof book};
}

struct cdejavu_font cdejavu_bold(void) {
    return (struct cdejavu_font){bold, sizeof bold};
}

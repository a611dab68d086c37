// DejaVu Sans 2.37 as bytes of the program, so that text in pictures is the same on every machine.
//
// The files have the characters of characters.txt, the kerning, and neither hints nor layout tables. fonttools 4.68.0
// makes them from Debian's fonts-dejavu-core 2.37-6, for NAME in DejaVuSans and DejaVuSans-Bold:
//
//     pyftsubset /usr/share/fonts/truetype/dejavu/NAME.ttf --unicodes-file=characters.txt --no-hinting --legacy-kern \
//         --layout-features= --drop-tables+=MATH,FFTM --output-file=NAME.ttf

#ifndef CDEJAVU_H
#define CDEJAVU_H

#include <stddef.h>

// A TrueType font.
struct cdejavu_font {
    const unsigned char *bytes;
    size_t count;
};

struct cdejavu_font cdejavu_book(void);
struct cdejavu_font cdejavu_bold(void);

#endif

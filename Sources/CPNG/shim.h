// Decoding with libpng. The library reports errors by longjmp, which must not pass through Swift: each function here
// catches it and returns. (Its simplified API does so itself, but version 1.6.39 merges the passes of interlaced files of
// 16 bits wrongly: https://github.com/pnggroup/libpng/issues/853.)

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

// A file that is being decoded.
typedef struct {
    png_structp png;
    png_infop info;
    const uint8_t *next;
    size_t left;
    // The picture's size.
    uint32_t width, height;
    // Why it cannot be decoded; empty if it can.
    char message[128];
} atlas_png;

static inline void atlas_png_fail(png_structp png, png_const_charp message) {
    atlas_png *file = (atlas_png *)png_get_error_ptr(png);
    snprintf(file->message, sizeof file->message, "%s", message);
    png_longjmp(png, 1);
}

static inline void atlas_png_warn(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static inline void atlas_png_take(png_structp png, png_bytep bytes, size_t count) {
    atlas_png *file = (atlas_png *)png_get_io_ptr(png);
    if (count > file->left) png_error(png, "the file ends too early");
    memcpy(bytes, file->next, count);
    file->next += count;
    file->left -= count;
}

// Opens a file in memory, which must outlive the result, and reads what stands before the pixels; NULL without memory.
static inline atlas_png *atlas_png_open(const uint8_t *bytes, size_t count) {
    atlas_png *file = (atlas_png *)calloc(1, sizeof(atlas_png));
    if (file == NULL) return NULL;
    file->next = bytes;
    file->left = count;
    file->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, file, atlas_png_fail, atlas_png_warn);
    file->info = file->png == NULL ? NULL : png_create_info_struct(file->png);
    if (file->info == NULL) {
        snprintf(file->message, sizeof file->message, "libpng cannot begin");
        return file;
    }
    if (setjmp(png_jmpbuf(file->png))) return file;
    png_set_read_fn(file->png, file, atlas_png_take);
    png_read_info(file->png, file->info);
    file->width = png_get_image_width(file->png, file->info);
    file->height = png_get_image_height(file->png, file->info);
    return file;
}

// Decodes the picture into `pixels`, width · height · 3 bytes of sRGB without alpha. Returns 0 on failure.
static inline int atlas_png_read(atlas_png *file, uint8_t *pixels) {
    png_structp png = file->png;
    size_t stride = (size_t)file->width * 3;
    double gamma = 0;
    if (setjmp(png_jmpbuf(png))) return 0;
    png_set_palette_to_rgb(png);
    png_set_expand_gray_1_2_4_to_8(png);
    png_set_gray_to_rgb(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    // Samples are sRGB, unless the file says otherwise.
    if (!png_get_valid(png, file->info, PNG_INFO_sRGB) && png_get_gAMA(png, file->info, &gamma))
        png_set_gamma(png, PNG_DEFAULT_sRGB, gamma);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, file->info);
    if (png_get_rowbytes(png, file->info) != stride) png_error(png, "its pixels do not become RGB");
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t row = 0; row < file->height; row++) png_read_row(png, pixels + stride * row, NULL);
    png_read_end(png, NULL);
    return 1;
}

static inline void atlas_png_close(atlas_png *file) {
    png_destroy_read_struct(&file->png, &file->info, NULL);
    free(file);
}

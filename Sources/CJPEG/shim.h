// Decoding and encoding with libjpeg-turbo. The library reports errors by longjmp, which must not pass through Swift: each function
// here catches it and returns.

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// A file that is being decoded.
typedef struct {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf caller;
    // Why it cannot be decoded.
    char message[JMSG_LENGTH_MAX];
} atlas_jpeg;

static inline void atlas_jpeg_fail(j_common_ptr info) {
    atlas_jpeg *file = (atlas_jpeg *)info->client_data;
    info->err->format_message(info, file->message);
    longjmp(file->caller, 1);
}

// libjpeg fills damaged places with grey and only warns. These warnings mean wrong pixels, and are errors here; others,
// as of stray bytes between markers, are about harmless deviations that photographs in use have.
static inline void atlas_jpeg_warn(j_common_ptr info, int level) {
    if (level >= 0) return;
    switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC: atlas_jpeg_fail(info);
    }
}

// A progressive file may repeat its scans, each of which costs as much as a picture; encoders write about ten.
static inline void atlas_jpeg_limit_scans(j_common_ptr info) {
    if (((j_decompress_ptr)info)->input_scan_number <= 500) return;
    atlas_jpeg *file = (atlas_jpeg *)info->client_data;
    strcpy(file->message, "it has more than 500 scans");
    longjmp(file->caller, 1);
}

// Opens a file in memory, which must outlive the result, and reads its header; NULL without memory. If that fails,
// `message` says why.
static inline atlas_jpeg *atlas_jpeg_open(const uint8_t *bytes, size_t count) {
    atlas_jpeg *file = (atlas_jpeg *)calloc(1, sizeof(atlas_jpeg));
    if (file == NULL) return NULL;
    file->info.err = jpeg_std_error(&file->errors);
    file->info.client_data = file;
    file->errors.error_exit = atlas_jpeg_fail;
    file->errors.emit_message = atlas_jpeg_warn;
    file->progress.progress_monitor = atlas_jpeg_limit_scans;
    if (setjmp(file->caller)) return file;
    jpeg_create_decompress(&file->info);
    // Creation clears all fields but the error manager and the client's data.
    file->info.progress = &file->progress;
    jpeg_mem_src(&file->info, bytes, (unsigned long)count);
    jpeg_read_header(&file->info, TRUE);
    return file;
}

// Whether the file keeps its whole picture in memory while it is decoded, as progressive ones do.
static inline int atlas_jpeg_is_progressive(atlas_jpeg *file) {
    return jpeg_has_multiple_scans(&file->info);
}

// Chooses the size at which the picture is decoded: 1/denominator of its own, rounded up; 1, 2, 4 or 8.
static inline void atlas_jpeg_reduce(atlas_jpeg *file, unsigned int denominator) {
    file->info.scale_num = 1;
    file->info.scale_denom = denominator;
}

// Decodes the picture into `samples`: width · height · components bytes of the chosen size, row by row; RGB for three
// components. Returns 0 on failure, and `message` says why.
static inline int atlas_jpeg_read(atlas_jpeg *file, uint8_t *samples) {
    struct jpeg_decompress_struct *info = &file->info;
    if (setjmp(file->caller)) return 0;
    info->out_color_space =
        info->num_components == 1 ? JCS_GRAYSCALE : info->num_components == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_start_decompress(info);
    size_t stride = (size_t)info->output_width * (size_t)info->output_components;
    while (info->output_scanline < info->output_height) {
        JSAMPROW row = samples + stride * info->output_scanline;
        jpeg_read_scanlines(info, &row, 1);
    }
    jpeg_finish_decompress(info);
    return 1;
}

static inline void atlas_jpeg_close(atlas_jpeg *file) {
    jpeg_destroy_decompress(&file->info);
    free(file);
}

// A file that is being written.
typedef struct {
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    jmp_buf caller;
    char message[JMSG_LENGTH_MAX];
    // The file, which free() releases.
    unsigned char *bytes;
    unsigned long count;
} atlas_jpeg_file;

static inline void atlas_jpeg_write_fail(j_common_ptr info) {
    atlas_jpeg_file *file = (atlas_jpeg_file *)info->client_data;
    info->err->format_message(info, file->message);
    longjmp(file->caller, 1);
}

// Encodes RGB samples, width · height · 3 bytes, as a baseline file with optimised Huffman tables; quality is 1 to 100.
// `full_colour` keeps the colours of every pixel; otherwise four pixels share theirs. Returns 0 on failure, and `message` says why. The caller releases the file with atlas_jpeg_release in either case.
static inline int atlas_jpeg_write(
    atlas_jpeg_file *file, const uint8_t *samples, unsigned int width, unsigned int height, int quality,
    int full_colour) {
    memset(file, 0, sizeof *file);
    file->info.err = jpeg_std_error(&file->errors);
    file->info.client_data = file;
    file->errors.error_exit = atlas_jpeg_write_fail;
    if (setjmp(file->caller)) return 0;
    jpeg_create_compress(&file->info);
    jpeg_mem_dest(&file->info, &file->bytes, &file->count);
    file->info.image_width = width;
    file->info.image_height = height;
    file->info.input_components = 3;
    file->info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&file->info);
    jpeg_set_quality(&file->info, quality, TRUE);
    if (full_colour) file->info.comp_info[0].h_samp_factor = file->info.comp_info[0].v_samp_factor = 1;
    file->info.optimize_coding = TRUE;
    jpeg_start_compress(&file->info, TRUE);
    while (file->info.next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(samples + (size_t)file->info.next_scanline * width * 3);
        jpeg_write_scanlines(&file->info, &row, 1);
    }
    jpeg_finish_compress(&file->info);
    return 1;
}

static inline void atlas_jpeg_release(atlas_jpeg_file *file) {
    jpeg_destroy_compress(&file->info);
    free(file->bytes);
}

// What Swift's modules of the C libraries do not export.
#ifndef ATLASGEN_FILESYSTEM_H
#define ATLASGEN_FILESYSTEM_H

/// Exchanges the names of two files or folders of one file system. 0, or -1 with errno where that is not possible.
int atlasgen_exchange(const char *first, const char *second);

/// Brings everything written to the file system of an open file to the disk. 0, or -1 with errno.
int atlasgen_synchronize(int descriptor);

#endif

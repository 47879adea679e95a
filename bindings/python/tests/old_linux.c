/* mremap as Linux before 6.17 has it: a range of several mappings is EFAULT, and by then
   MREMAP_FIXED has unmapped the new place. For test_memory.py, by LD_PRELOAD. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *mremap(void *old, size_t old_size, size_t new_size, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    void *to = va_arg(rest, void *);
    va_end(rest);
    unsigned long first, end, start = (unsigned long)old;
    int whole = 0;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps))
        if (sscanf(line, "%lx-%lx", &first, &end) == 2 && first <= start && start + old_size <= end)
            whole = 1;
    if (maps)
        fclose(maps);
    if (!whole) {
        if (flags & MREMAP_FIXED)
            munmap(to, new_size);
        errno = EFAULT;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mremap, old, old_size, new_size, flags, to);
}

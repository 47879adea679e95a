/* An allocator that refuses. Linked with the static library alone, whose allocations this program
 * can step in front of: the linker's --wrap does that.
 *
 * The bug class: a refusal half way that leaves a version changed, or ends the process.
 */

#include <errno.h>
#include <stddef.h>

#include "expect.h"

/* Blocks of this size and above are refused, while it is not 0. */
static size_t refused_from;
static int refusals;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);

static int is_refused(size_t size)
{
    if (refused_from == 0 || size < refused_from) {
        return 0;
    }
    refusals++;
    errno = ENOMEM;
    return 1;
}

void *__wrap_malloc(size_t size)
{
    return is_refused(size) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused(count * size) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
    return is_refused(size) ? NULL : __real_realloc(block, size);
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    return is_refused(size) ? ENOMEM : __real_posix_memalign(block, alignment, size);
}

int main(void)
{
    hedgerow_store *store = new_store();
    uint64_t version = empty_of(store), edit = 0, made = 0;
    EXPECT(HEDGEROW_OK, hedgerow_edit_open(store, version, &edit));
    refused_from = 1 << 16;
    uint64_t i = 0;
    int32_t status = HEDGEROW_OK;
    while (status == HEDGEROW_OK && i < 1000000) {
        status = hedgerow_key_insert(store, edit, spread(i), i, i, &made);
        i += status == HEDGEROW_OK;
    }
    CHECK(status == HEDGEROW_MEMORY && refusals > 0 && i > 100);
    CHECK(len_of(store, edit) == i);
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    /* Free memory elsewhere, as the message says, and it goes on. */
    refused_from = 0;
    EXPECT(HEDGEROW_OK, hedgerow_key_insert(store, edit, spread(i), i, i, &made));
    EXPECT(HEDGEROW_OK, hedgerow_edit_commit(store, edit, &version));
    CHECK(len_of(store, version) == i + 1);
    EXPECT(HEDGEROW_OK, hedgerow_store_check(store));
    EXPECT(HEDGEROW_OK, hedgerow_store_free(store));
    puts("memory: all well");
    return 0;
}

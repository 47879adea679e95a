// The header in C++: a store in a unique_ptr, and a map that is filled and read.

#include <cstdint>
#include <cstdio>
#include <memory>

#include "hedgerow.h"

namespace {

struct Free {
    void operator()(hedgerow_store *store) const { hedgerow_store_free(store); }
};

}  // namespace

int main()
{
    hedgerow_store *raw = nullptr;
    if (hedgerow_store_new(nullptr, 0, &raw) != HEDGEROW_OK) {
        return 1;
    }
    std::unique_ptr<hedgerow_store, Free> store(raw);
    std::uint64_t version = 0, value = 0;
    hedgerow_status status = hedgerow_version_empty(raw, &version);
    for (std::uint64_t key = 0; key < 100 && status == HEDGEROW_OK; key++) {
        std::uint64_t made = 0;
        status = hedgerow_key_insert(raw, version, key, key, key * key, &made);
        hedgerow_version_release(raw, version);
        version = made;
    }
    if (status != HEDGEROW_OK) {
        std::fprintf(stderr, "%s\n", hedgerow_strerror(status));
        return 1;
    }
    if (hedgerow_key_get(raw, version, 12, 12, &value) != HEDGEROW_OK || value != 144) {
        return 1;
    }
    std::puts("header: all well");
    return 0;
}

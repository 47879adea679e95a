#include "bridge.h"
#include "_cgo_export.h"

/* Go has no const: these functions have the types that the library asks for. */

static int32_t hash_function(uint64_t word, const hedgerow_value *me, int64_t *hash)
{
    (void)me;
    return hedgerowGoHash(word, hash);
}

static int32_t eq_function(uint64_t word, const hedgerow_value *me, const hedgerow_value *other)
{
    (void)me;
    return hedgerowGoEqual(word, (hedgerow_value *)other);
}

static int32_t repr_function(uint64_t word, const hedgerow_value *me, hedgerow_value **text)
{
    (void)me;
    return hedgerowGoRepr(word, text);
}

void hedgerow_go_functions(hedgerow_type_options *options, int hash, int eq, int repr)
{
    options->hash = hash ? hash_function : NULL;
    options->eq = eq ? eq_function : NULL;
    options->repr = repr ? repr_function : NULL;
    options->drop = hedgerowGoDrop;
}

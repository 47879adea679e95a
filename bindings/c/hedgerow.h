/* hedgerow.h: many immutable versions of a map from words to words, in one arena; maps as bytes in
 * files and shared memory; and Python's values and dict.
 *
 * Generated from the library's sources: do not edit. Begin with README.md beside the sources, which
 * explains one program step by step.
 *
 * A store holds versions. A version is a uint64_t, and so is an open edit, a version that is still
 * being written. Keys and values are uint64_t whose meaning is yours: numbers, indices, pointers,
 * handles. You hash the keys; the store folds hashes to 32 bits, and iterates in the order of
 * CPython's HAMT.
 *
 * A call returns a status. From 0 up it says how the call turned out; below 0 it says why the call
 * was refused, and then no version has changed. Results are written through pointers. A refused
 * call writes none, and no pointer may be null, unless the function's comment says so.
 *
 * THE CONTRACT. The library cannot check these rules:
 *   C1  A hedgerow_store * is null, or came from hedgerow_store_new and was not freed. The same
 *       holds for hedgerow_value *, hedgerow_dict *, hedgerow_type *, and the types whose names
 *       begin with hedgerow_context, hedgerow_image and hedgerow_delta, and the calls that make
 *       them. What is lent to a callback is good until that callback returns.
 *   C2  One thread at a time uses a store, for reading too, or a hedgerow_image_writer. It may move
 *       from thread to thread. Different stores are independent. Numbers, probes and iterators are
 *       plain values. Images, deltas, and Python's values, dicts and contexts may be used by any
 *       thread, several at once.
 *   C3  A pointer to one value is null, or good for that value while the call runs.
 *   C4  A pointer to an array is null, or good for as many values as the count beside it says.
 *       An array of no values may be null.
 *   C5  A function pointer is null, or points at a function of its type, which returns: no longjmp,
 *       no exception through it.
 *   C6  What an image is read from, memory of yours or a mapped file, stays as it is until the
 *       image is freed, and all that hedgerow_image_apply has made of it.
 * Everything else is checked: stale versions, versions of other stores, null and misaligned
 * pointers, short buffers, structures of another size, overwritten probes, calls at the wrong
 * moment.
 *
 * CALLBACKS may call any function, also on the same store. Three things are refused there with
 * HEDGEROW_BUSY: writing during a visit, writing while the store is freed, and freeing it.
 *
 * What a running call keeps for itself does not show in a callback: statistics and visits report
 * your versions only. A version that a callback releases is gone for you at once; its entries die
 * when the call that still reads them ends.
 *
 * MEMORY. If the allocator refuses memory, a call on a store returns HEDGEROW_MEMORY: for what the
 * store keeps, and for what the call copies. If a limit of the store is reached, it returns
 * HEDGEROW_FULL. Before that, the store has compacted if that could make room. No version, edit,
 * probe or iterator has changed, and the call can be repeated after versions were released, or
 * memory was freed elsewhere. A dict whose table cannot grow returns HEDGEROW_MEMORY, too, and so
 * does any call that cannot have the memory for the handle it hands out.
 *   Some calls need no memory, and never return MEMORY: releasing, forgetting and freeing; lookups
 * of keys in versions, the length of a version, starting, reading and advancing probes and
 * iterators, committing and abandoning an open edit, draining, statistics, limits.
 *   A few calls end the process with a message (abort) if memory is refused, as Rust's collections
 * do: hedgerow_store_check; applying a delta, and making, copying and opening an image but from
 * bytes, for the few words that count who shares its bytes (what grows with it is MEMORY); making a
 * context or a context variable, and setting one; making a str, bytes, tuple, frozenset, object,
 * type, dict or int beyond 64 bits; copying a dict, and a repr; methods of str and codecs;
 * operations of views; the conversions of text; and the message of one of Python's exceptions.
 *
 * PYTHON'S VALUES AND DICT are hedgerow_value * and hedgerow_dict *, and independent of stores; its
 * context variables are hedgerow_context_var * and hedgerow_context *.
 * What a call hands out is yours to free; what a call is given stays yours. A callback may free
 * what the running call was given. hedgerow_error_message has Python's message for a refusal.
 *
 * IMAGES are hedgerow_image *: a version, or keys and values that are bytes, as bytes that any
 * process reads in place, in C, Rust or Python. A hedgerow_delta * is what changed from one to
 * another. hedgerow_error_message says what is wrong with an image or a file.
 *
 * Each function's comment lists the statuses it returns, without HEDGEROW_ and without STORE and
 * PANIC, which any call on a store may return. For calls on values, dicts, types, images and
 * deltas, the two are HANDLE and PANIC. ERRORS stands for the failures of hash, equality and repr:
 * TYPE_ERROR, RECURSION_ERROR, UNICODE_ENCODE_ERROR (a repr with lone surrogates), CALLER, and
 * anything else that a function of an object failed with.
 */

#ifndef HEDGEROW_H
#define HEDGEROW_H

#include <stddef.h>
#include <stdint.h>
/* What hedgerow_abi_version() returns in the library that this header belongs to. */
#define HEDGEROW_ABI_VERSION 0

/* Python's None for the bounds of a str method. */
#define HEDGEROW_OMITTED INT64_MIN

// Keys or values are words: 8 bytes, little-endian. Rust's `u64`.
#define HEDGEROW_IMAGE_WORDS 4

// Keys or values are text in UTF-8. Rust's `str`.
#define HEDGEROW_IMAGE_TEXT 14

// Keys or values are any bytes. Rust's `[u8]`.
#define HEDGEROW_IMAGE_BYTES 15

// Keys or values are Python's objects, as its package writes them.
#define HEDGEROW_IMAGE_PYTHON 256

// The file is mapped: opening costs the same at any size, and processes share one copy.
#define HEDGEROW_IMAGE_MAP 0

// The file is read into memory.
#define HEDGEROW_IMAGE_READ 1

// Hashes have 64 bits; the store folds them to 32 as CPython's HAMT does.
#define HEDGEROW_HASH_64 0

// Hashes have 32 bits, and are used as they are. The upper half has to be 0.
#define HEDGEROW_HASH_32 32

// Dead keys and values are forgotten: for plain numbers.
#define HEDGEROW_DEAD_DISCARD 0

// Dead keys and values wait for `hedgerow_store_drain`.
#define HEDGEROW_DEAD_KEEP 1

// Only the second version has the key.
#define HEDGEROW_CHANGE_ADDED 1

// Only the first version has the key.
#define HEDGEROW_CHANGE_REMOVED 2

// Both have the key, with values that are not equal.
#define HEDGEROW_CHANGE_REPLACED 3

// Set in `hedgerow_conflict.present` if the base has the key.
#define HEDGEROW_IN_BASE 1

// Set if ours has the key.
#define HEDGEROW_IN_OURS 2

// Set if theirs has the key.
#define HEDGEROW_IN_THEIRS 4

// `None`.
#define HEDGEROW_KIND_NONE 0

// `...`
#define HEDGEROW_KIND_ELLIPSIS 1

// `bool`.
#define HEDGEROW_KIND_BOOL 2

// `int`, of any size.
#define HEDGEROW_KIND_INT 3

// `float`.
#define HEDGEROW_KIND_FLOAT 4

// `complex`.
#define HEDGEROW_KIND_COMPLEX 5

// `str`.
#define HEDGEROW_KIND_STR 6

// `bytes`.
#define HEDGEROW_KIND_BYTES 7

// `tuple`.
#define HEDGEROW_KIND_TUPLE 8

// `frozenset`.
#define HEDGEROW_KIND_FROZENSET 9

// A dict, as a value.
#define HEDGEROW_KIND_DICT 10

// An object of the caller.
#define HEDGEROW_KIND_OBJECT 11

// SipHash-1-3: CPython 3.11 and later.
#define HEDGEROW_TEXT_SIPHASH13 1

// SipHash-2-4: CPython 3.4 to 3.10.
#define HEDGEROW_TEXT_SIPHASH24 2

// Java's `String.hashCode`. The key has to be 0.
#define HEDGEROW_TEXT_JAVA31 3

// Python's "strict": what cannot be converted is refused.
#define HEDGEROW_ERRORS_STRICT 0

// Python's "surrogatepass": lone surrogates are converted as if they were characters.
#define HEDGEROW_ERRORS_SURROGATEPASS 1

// Python's "replace": it becomes a question mark, or U+FFFD when decoding.
#define HEDGEROW_ERRORS_REPLACE 2

// Stored keys get the new values: `dict.update`.
#define HEDGEROW_MERGE_REPLACE 0

// Stored keys keep their values.
#define HEDGEROW_MERGE_IF_ABSENT 1

// A stored key is `HEDGEROW_KEY_ERROR`, as in a call with two `**`.
#define HEDGEROW_MERGE_UNIQUE 2

// `str.lower`.
#define HEDGEROW_CASE_LOWER 0

// `str.upper`.
#define HEDGEROW_CASE_UPPER 1

// `str.casefold`.
#define HEDGEROW_CASE_CASEFOLD 2

// `str.capitalize`.
#define HEDGEROW_CASE_CAPITALIZE 3

// `str.title`.
#define HEDGEROW_CASE_TITLE 4

// `str.swapcase`.
#define HEDGEROW_CASE_SWAPCASE 5

// `str.isalnum`.
#define HEDGEROW_IS_ALNUM 0

// `str.isalpha`.
#define HEDGEROW_IS_ALPHA 1

// `str.isascii`.
#define HEDGEROW_IS_ASCII 2

// `str.isdecimal`.
#define HEDGEROW_IS_DECIMAL 3

// `str.isdigit`.
#define HEDGEROW_IS_DIGIT 4

// `str.isidentifier`.
#define HEDGEROW_IS_IDENTIFIER 5

// `str.islower`.
#define HEDGEROW_IS_LOWER 6

// `str.isnumeric`.
#define HEDGEROW_IS_NUMERIC 7

// `str.isprintable`.
#define HEDGEROW_IS_PRINTABLE 8

// `str.isspace`.
#define HEDGEROW_IS_SPACE 9

// `str.istitle`.
#define HEDGEROW_IS_TITLE 10

// `str.isupper`.
#define HEDGEROW_IS_UPPER 11

// `dict.keys()`.
#define HEDGEROW_VIEW_KEYS 0

// `dict.values()`.
#define HEDGEROW_VIEW_VALUES 1

// `dict.items()`.
#define HEDGEROW_VIEW_ITEMS 2

// `&`.
#define HEDGEROW_SET_AND 0

// `|`.
#define HEDGEROW_SET_OR 1

// `-`.
#define HEDGEROW_SET_SUB 2

// `^`.
#define HEDGEROW_SET_XOR 3

// `==`.
#define HEDGEROW_COMPARE_EQUAL 0

// `<`: a proper subset.
#define HEDGEROW_COMPARE_LESS 1

// `<=`.
#define HEDGEROW_COMPARE_LESS_EQUAL 2

// `>`.
#define HEDGEROW_COMPARE_GREATER 3

// `>=`.
#define HEDGEROW_COMPARE_GREATER_EQUAL 4

// `isdisjoint`.
#define HEDGEROW_COMPARE_DISJOINT 5

// What an equality function returns for Python's `NotImplemented`: ask the other side.
#define HEDGEROW_NOT_IMPLEMENTED 2

// What a call returns. From zero up: the call was done, and this is how it turned out. Below zero:
// it was refused. Then no version has changed, and nothing was written through a pointer unless
// the call says so.
enum hedgerow_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // Done.
    HEDGEROW_OK = 0,
    // There is no such key, or no further candidate.
    HEDGEROW_ABSENT = 1,
    // The iteration is over.
    HEDGEROW_END = 2,
    // The same value is already there: nothing was stored, and the version is the one given.
    HEDGEROW_SAME = 3,
    // A pointer is null, or not aligned for what it should point at.
    HEDGEROW_POINTER = -1,
    // A number is out of range: a 32-bit hash with a non-zero upper half, a count that exceeds the
    // address space, an option that does not exist.
    HEDGEROW_ARGUMENT = -2,
    // The structure has another size in this library: header and library do not match.
    HEDGEROW_SIZE = -3,
    // The buffer is too short. The count says how long it has to be.
    HEDGEROW_SHORT = -4,
    // The pointer does not point at a store, or points at one that was freed.
    HEDGEROW_STORE = -5,
    // The version was released or forgotten, its edit has ended, or it never existed.
    HEDGEROW_STALE = -6,
    // The version belongs to another store, or the iterator to another handle of a dict.
    HEDGEROW_FOREIGN = -7,
    // The version is an open edit, and has to be committed first.
    HEDGEROW_OPEN = -8,
    // The version is committed, hence immutable: open an edit on it.
    HEDGEROW_COMMITTED = -9,
    // The edit was written after the probe or iterator was made: start it again.
    HEDGEROW_CHANGED = -10,
    // The probe or iterator does not hold what the library wrote there: start it again.
    HEDGEROW_SCRIBBLED = -11,
    // A limit is reached. Release versions, compact, or raise the limit.
    HEDGEROW_FULL = -12,
    // The allocator refused memory. Release versions, or free memory elsewhere.
    HEDGEROW_MEMORY = -13,
    // A callback returned an error.
    HEDGEROW_CALLER = -14,
    // Both sides of a merge changed a key in different ways, and there is no function to decide.
    HEDGEROW_CONFLICT = -15,
    // The store is being visited or freed, and cannot be written (or freed) meanwhile; or the
    // value is lent to the function that frees it.
    HEDGEROW_BUSY = -16,
    // An invariant of the store is broken: a bug of the library. Free the store.
    HEDGEROW_CORRUPT = -17,
    // The library panicked: a bug of the library. The store refuses everything but being freed.
    HEDGEROW_PANIC = -18,
    // The pointer does not point at a value, dict, type, image or delta, or points at one that was
    // freed.
    HEDGEROW_HANDLE = -19,
    // Python's TypeError: an operand of the wrong type, such as an unhashable key.
    HEDGEROW_TYPE_ERROR = -20,
    // Python's ValueError: the right type, but an invalid value.
    HEDGEROW_VALUE_ERROR = -21,
    // Python's KeyError. Looking up a key that is absent is `HEDGEROW_ABSENT` instead.
    HEDGEROW_KEY_ERROR = -22,
    // Python's IndexError: an index out of range.
    HEDGEROW_INDEX_ERROR = -23,
    // Python's AttributeError: only from callbacks.
    HEDGEROW_ATTRIBUTE_ERROR = -24,
    // Python's RuntimeError: "dictionary changed size during iteration".
    HEDGEROW_RUNTIME_ERROR = -25,
    // Python's RecursionError: values nest, or functions call back, too deep.
    HEDGEROW_RECURSION_ERROR = -26,
    // Python's OverflowError: a number too large for its target.
    HEDGEROW_OVERFLOW_ERROR = -27,
    // Python's UnicodeEncodeError: a str that the encoding cannot represent.
    HEDGEROW_UNICODE_ENCODE_ERROR = -28,
    // Python's UnicodeDecodeError: bytes that are not valid text.
    HEDGEROW_UNICODE_DECODE_ERROR = -29,
    // Python's LookupError: from callbacks, for unknown names of codecs and error handlers, and
    // where a context variable that has no value is reset. Reading one is `HEDGEROW_ABSENT`.
    HEDGEROW_LOOKUP_ERROR = -30,
    // The system refused to read or write a file; the message of the thread says why.
    HEDGEROW_IO = -31,
    // The bytes are no image or delta, of another format, cut off, or damaged.
    HEDGEROW_DAMAGED = -32,
    // The image has keys or values of other kinds than the call is for.
    HEDGEROW_OTHER_KIND = -33,
    // The delta starts from other contents than the image has.
    HEDGEROW_OTHER_BASE = -34,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum hedgerow_status hedgerow_status;
#else
typedef int32_t hedgerow_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Python's `Context`: a map from context variables to values.
//
// Made by `hedgerow_context_new` and others, freed by `hedgerow_context_free`. Several handles may
// refer to one context. A context that contains itself, also through objects, is never freed:
// reset the variable.
//
// Threads: any, several at once; but one at a time may enter it. A handle is freed when no other
// thread uses it.
typedef struct hedgerow_context hedgerow_context;

// The contexts that a coroutine has entered, while it does not run.
//
// Made by `hedgerow_context_stack_new`, freed by `hedgerow_context_stack_free`, which leaves its
// contexts.
//
// Threads: any, one after the other.
typedef struct hedgerow_context_stack hedgerow_context_stack;

// Python's `ContextVar`: a variable that each context has its own value of.
//
// Made by `hedgerow_context_var_new` and others, freed by `hedgerow_context_var_free`. Several
// handles may refer to one variable.
//
// Threads: any, several at once. It is freed when no other thread uses it.
typedef struct hedgerow_context_var hedgerow_context_var;

// What changed from one map to another, as bytes.
//
// Made by `hedgerow_version_delta` and `hedgerow_delta_open`, freed by `hedgerow_delta_free`. It
// never changes, and needs neither the image nor the store that it was made from.
//
// Threads: any, several at once. It is freed when no other thread uses it.
typedef struct hedgerow_delta hedgerow_delta;

// Python's dict: keys are values, in insertion order.
//
// Made by `hedgerow_dict_new` and others, freed by `hedgerow_dict_free`. Several handles may refer
// to one dict. A dict that contains itself, also through objects, is never freed: clear it.
//
// Threads: any, several at once; the dict is locked for single steps. A handle is freed when no
// other thread uses it.
typedef struct hedgerow_dict hedgerow_dict;

// A map as bytes that are read in place: in memory of the caller's, a file, or memory of its own.
//
// Made by `hedgerow_image_open_bytes` and others, freed by `hedgerow_image_free`. It never
// changes.
//
// Threads: any, several at once. It is freed when no other thread uses it.
typedef struct hedgerow_image hedgerow_image;

// Makes an image of keys and values that are bytes.
//
// Made by `hedgerow_image_writer_new`, freed by `hedgerow_image_writer_free`.
//
// Threads: one at a time, as a store.
typedef struct hedgerow_image_writer hedgerow_image_writer;

// Many immutable versions of a map from words to words, in one arena.
//
// Made by `hedgerow_store_new`, freed by `hedgerow_store_free`. Versions, probes and iterators are
// numbers and memory of the caller.
//
// Threads: a store may move from thread to thread. One thread at a time uses it, for reading too.
// Put a lock around it, or give each thread a store. Callbacks run on the calling thread.
typedef struct hedgerow_store hedgerow_store;

// Python's `Token`: what resets a context variable.
//
// Made by `hedgerow_context_var_set`, freed by `hedgerow_context_token_free`.
//
// Threads: any, several at once. It is freed when no other thread uses it.
typedef struct hedgerow_context_token hedgerow_context_token;

// A type of the caller's objects: its functions, and its name in messages.
//
// Made by `hedgerow_type_new`, freed by `hedgerow_type_free`. The functions are used as long as
// there are objects of the type.
//
// Threads: any, several at once. It is freed when no other thread uses it.
typedef struct hedgerow_type hedgerow_type;

// A Python value: None, bool, int, float, complex, str, bytes, tuple, frozenset, Ellipsis, a dict,
// or an object of the caller.
//
// Made by the `hedgerow_value_` calls, and by all others that hand one out. Each is freed once, by
// `hedgerow_value_free`. Several handles may refer to one object.
//
// Threads: any, several at once. It is freed when no other thread uses it.
typedef struct hedgerow_value hedgerow_value;

// A function that is told of switches.
//
// Made by `hedgerow_context_watch`, freed by `hedgerow_context_unwatch`, which ends the watching.
//
// Threads: any.
typedef struct hedgerow_context_watcher hedgerow_context_watcher;

// Bytes in a row. Null for none is allowed.
typedef struct {
    // The first.
    const uint8_t *start;
    // How many.
    size_t length;
} hedgerow_bytes;

// An iterator over an image. It is the caller's memory, on the stack for example. It owns nothing,
// may be copied to remember a position, and is never freed.
//
// The words are the library's. One that was overwritten is `HEDGEROW_SCRIBBLED`.
//
// Threads: a plain value.
typedef struct {
    // For the library.
    uint64_t opaque[16];
} hedgerow_image_iter;

// An entry of an image. The bytes are the image's, and good until it is freed.
typedef struct {
    // The key.
    hedgerow_bytes key;
    // The value.
    hedgerow_bytes value;
} hedgerow_image_entry;

// Returns whether two words are equal: above 0 for yes, 0 for no, below 0 for an error, which ends
// the call with `HEDGEROW_CALLER`.
//
// It may call any function on any store, including this one. It must return: no `longjmp`, no
// exception. If it releases the version that is being read, `a` and `b` may die before it returns.
typedef int32_t (*hedgerow_eq_function)(void *context, uint64_t a, uint64_t b);

// Called with the key and value of one entry. It may call any function on any store, and must
// return.
typedef void (*hedgerow_pair_function)(void *context, uint64_t key, uint64_t value);

// How a store works. All zero is a good choice: keys and values are plain numbers.
//
// Every entry holds one key and one value. If words stand for counted references, take one in each
// call of `retain`, and give one back in each call of `drop`.
typedef struct {
    // Passed to every function below.
    void *context;
    // Whether two keys of one hash are equal; asked only if their words differ. When looking up or
    // storing, `a` is the given key and `b` the stored one; when removing it is the other way
    // round, as in CPython. Null: keys are equal if and only if their words are.
    hedgerow_eq_function key_eq;
    // The same for values; only comparisons and merges ask.
    hedgerow_eq_function value_eq;
    // Called for every entry that was made, before the call that made it returns. May be null.
    hedgerow_pair_function retain;
    // Called for every entry that died, before the call that ended it returns. May be null.
    hedgerow_pair_function drop;
    // `HEDGEROW_HASH_64` or `HEDGEROW_HASH_32`.
    uint32_t hash_bits;
    // `HEDGEROW_DEAD_DISCARD` or `HEDGEROW_DEAD_KEEP`. Ignored if there is a `drop`.
    uint32_t dead;
} hedgerow_options;

// A key, its hash and its value: for building a version.
typedef struct {
    // The key's hash.
    uint64_t hash;
    // The key.
    uint64_t key;
    // The value.
    uint64_t value;
} hedgerow_item;

// A position in a version, found by a hash. It is the caller's memory, on the stack for example.
// It owns nothing, keeps no version alive, may be copied, and is never freed.
//
// The words are the library's. One that was overwritten is `HEDGEROW_SCRIBBLED`.
//
// Threads: a plain value. Using it is using its store.
typedef struct {
    // For the library.
    uint64_t opaque[6];
} hedgerow_probe;

// One difference between two versions. The fields of a side without the key are 0.
typedef struct {
    // The key as the first version has it.
    uint64_t old_key;
    // Its value there.
    uint64_t old_value;
    // The key as the second version has it.
    uint64_t new_key;
    // Its value there.
    uint64_t new_value;
    // The key's folded hash.
    uint32_t hash;
    // `HEDGEROW_CHANGE_ADDED`, `_REMOVED` or `_REPLACED`.
    uint32_t kind;
} hedgerow_change;

// An entry that only one of two versions holds.
typedef struct {
    // The key.
    uint64_t key;
    // The value.
    uint64_t value;
    // The key's folded hash. Entries of one hash follow each other, the first version's first.
    uint32_t hash;
    // 0: the first version holds it. 1: the second.
    uint32_t side;
} hedgerow_unshared;

// How much two versions share.
typedef struct {
    // Nodes in both.
    uint64_t nodes_shared;
    // Nodes only in the first version.
    uint64_t nodes_only_a;
    // Nodes only in the second version.
    uint64_t nodes_only_b;
    // Entries in both.
    uint64_t entries_shared;
    // Entries only in the first version.
    uint64_t entries_only_a;
    // Entries only in the second version.
    uint64_t entries_only_b;
} hedgerow_sharing;

// An iterator over a version or open edit. It is the caller's memory, on the stack for example. It
// owns nothing, keeps no version alive, may be copied to remember a position, and is never freed.
//
// The words are the library's. One that was overwritten is `HEDGEROW_SCRIBBLED`.
//
// Threads: a plain value. Using it is using its store.
typedef struct {
    // For the library.
    uint64_t opaque[6];
} hedgerow_iter;

// A key and its value.
typedef struct {
    // The key.
    uint64_t key;
    // The value.
    uint64_t value;
} hedgerow_pair;

// A key that two versions changed in different ways. The value of a side without the key is 0.
typedef struct {
    // The key.
    uint64_t key;
    // Its value in the base.
    uint64_t base;
    // Its value in ours.
    uint64_t ours;
    // Its value in theirs.
    uint64_t theirs;
    // Which sides have the key: `HEDGEROW_IN_BASE`, `_OURS` and `_THEIRS`, added up.
    uint32_t present;
    // The key's folded hash.
    uint32_t hash;
} hedgerow_conflict;

// Decides a conflict of a merge. Above 0: the key gets what was written to `value`. 0: the key is
// removed. Below 0: an error. It may call any function.
typedef int32_t (*hedgerow_resolve_function)(void *context,
                                             const hedgerow_conflict *conflict,
                                             uint64_t *value);

// What a store holds. Words are 4 bytes.
typedef struct {
    // Committed versions and open edits, without the permanent empty one.
    uint64_t live_versions;
    // Released versions whose place in the family tree still connects live ones.
    uint64_t dead_versions;
    // Versions forgotten since the last compaction.
    uint64_t forgotten_versions;
    // Words of blocks in use.
    uint64_t live_words;
    // Words of free blocks.
    uint64_t free_words;
    // Entries in use.
    uint64_t live_entries;
    // Vacant rows of the entry arena.
    uint64_t free_entries;
    // Bytes that the store has allocated.
    uint64_t heap_bytes;
    // Compactions so far.
    uint64_t compactions;
} hedgerow_stats;

// What a store may grow to. Reaching a limit is `HEDGEROW_FULL`.
typedef struct {
    // Words of nodes, 4 bytes each.
    uint64_t words;
    // Entries.
    uint64_t entries;
    // Versions and open edits, released versions that are pinned or connect live ones, and the
    // permanent empty one.
    uint64_t versions;
    // Stamps, which number versions as they are made. Reaching this compacts, which renumbers
    // them.
    uint64_t stamps;
} hedgerow_limits;

// What a compaction did.
typedef struct {
    // Bytes of the store before.
    uint64_t bytes_before;
    // Bytes of the store after.
    uint64_t bytes_after;
    // Entries freed, which only forgotten versions held.
    uint64_t entries_freed;
} hedgerow_compaction;

// Called with an entry, and the number of versions and open edits that hold it. Returns 0 to go
// on; anything else stops the visit, below 0 as an error. It may read the store; writes are
// `HEDGEROW_BUSY`.
typedef int32_t (*hedgerow_visit_function)(void *context,
                                           uint64_t key,
                                           uint64_t value,
                                           uint32_t holders);

// Says which bytes a word stands for, by writing them to `bytes`. They have to stay as they are
// until the function is called again, or the call that runs it returns. Returns 0, or below 0 for
// an error, which ends the call with `HEDGEROW_CALLER`. It may call any function.
//
// Words of equal keys have to stand for equal bytes.
typedef int32_t (*hedgerow_bytes_function)(void *context, uint64_t word, hedgerow_bytes *bytes);

// What the words of a store stand for in an image.
typedef struct {
    // Passed to both functions.
    void *context;
    // The bytes of a key. Null if they are the word itself.
    hedgerow_bytes_function key_bytes;
    // The bytes of a value. Null if they are the word itself.
    hedgerow_bytes_function value_bytes;
    // `HEDGEROW_IMAGE_WORDS` without a function, `_TEXT` or `_BYTES` with one.
    uint32_t key_kind;
    // The same of values.
    uint32_t value_kind;
} hedgerow_image_options;

// How values are hashed: everything in which processes and versions of Python differ. Begin with
// one of the `hedgerow_policy_` calls; all zero is not a policy.
//
// Threads: a plain value.
typedef struct {
    // For str and bytes: `HEDGEROW_TEXT_SIPHASH13`, `_SIPHASH24` or `_JAVA31`.
    uint32_t text;
    // Whose error messages and Unicode version: 11 for CPython 3.11, up to 15; 0 for the newest.
    uint32_t python;
    // The key of SipHash.
    uint64_t key[2];
    // `hash(None)`: an address before CPython 3.12.
    int64_t none;
    // `hash(...)`: an address.
    int64_t ellipsis;
    // The hash of every NaN: 0 up to CPython 3.9, an address since.
    int64_t nan;
} hedgerow_policy;

// `hash(me)`: writes the hash and returns 0, or fails with a number below 0 (see
// `hedgerow_error_raise`). A hash of -1 counts as -2, as in Python.
typedef int32_t (*hedgerow_object_hash_function)(uint64_t word,
                                                 const hedgerow_value *me,
                                                 int64_t *hash);

// `me == other`, asked only if they are not one object: 1 for yes, 0 for no,
// `HEDGEROW_NOT_IMPLEMENTED`, or below 0 for a failure (see `hedgerow_error_raise`).
typedef int32_t (*hedgerow_object_eq_function)(uint64_t word,
                                               const hedgerow_value *me,
                                               const hedgerow_value *other);

// `repr(me)`: writes a new str, which the library then owns, and returns 0; or fails with a number
// below 0 (see `hedgerow_error_raise`).
typedef int32_t (*hedgerow_object_repr_function)(uint64_t word,
                                                 const hedgerow_value *me,
                                                 hedgerow_value **text);

// Called when an object is gone: nothing in the library refers to the word any more.
typedef void (*hedgerow_object_drop_function)(uint64_t word);

// What objects of a type do. All zero is a good choice: they are hashed and compared by identity.
//
// The functions run on whichever thread uses the object, several at once if several do. `me` and
// `other` are lent until the function returns: to keep one, clone it. The functions may call any
// function, also on the dict in which the object is a key, and free any handle but those two.
typedef struct {
    // The name of the type in messages, in UTF-8; it is copied.
    const char *name;
    // Its length in bytes.
    size_t name_length;
    // Null: by identity, or unhashable if there is an `eq`, as in Python.
    hedgerow_object_hash_function hash;
    // Null: by identity.
    hedgerow_object_eq_function eq;
    // Null: the name and an address, as in Python.
    hedgerow_object_repr_function repr;
    // May be null.
    hedgerow_object_drop_function drop;
} hedgerow_type_options;

// An iterator over a dict. It is the caller's memory, on the stack for example. It owns nothing,
// does not keep the dict alive, may be copied to remember a position, and is never freed.
//
// The words are the library's. One that was overwritten is `HEDGEROW_SCRIBBLED`.
//
// Threads: a plain value.
typedef struct {
    // For the library.
    uint64_t opaque[8];
} hedgerow_dict_iter;

// What `hedgerow_context_run` runs. Returns 0 or more, or below 0 for a failure (see
// `hedgerow_error_raise`).
typedef int32_t (*hedgerow_context_function)(uint64_t word);

// Called after each switch of the current context of a thread, there. `current` is null if there
// is none now; it is good until the function returns, which does not free it.
typedef void (*hedgerow_context_watch_function)(uint64_t word, const hedgerow_context *current);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The number of the library's binary interface: `HEDGEROW_ABI_VERSION` of the header it belongs
// to. A program that links the shared library can compare the two at its start.
//
// Threads: any.
uint32_t hedgerow_abi_version(void);

// One line of English for a status: cause and remedy. Never null, valid for ever, and the same for
// every number that is no status.
//
// Threads: any.
const char *hedgerow_strerror(int32_t status);

// Opens an image in memory of the caller's: its own, shared memory, or a file it has mapped. The
// header is read, and nothing else. The bytes have to stay as they are until the image is freed,
// and all that `hedgerow_image_apply` has made of it.
//
// Returns OK; DAMAGED (no image, of another format, or cut off); POINTER, ARGUMENT, MEMORY.
//
// Contract: C3, C6.
hedgerow_status hedgerow_image_open_bytes(const uint8_t *bytes,
                                          size_t length,
                                          hedgerow_image **image);

// Opens an image in a file. `path` is `length` bytes; where names of files are not bytes, it is
// UTF-8. `how` is `HEDGEROW_IMAGE_MAP` or `HEDGEROW_IMAGE_READ`.
//
// A mapped file must not be written or cut while the image is open, which could end the process: a
// new image is written beside it and renamed, as `hedgerow_image_write` does.
//
// Returns OK; IO, DAMAGED (no image, of another format, or cut off); POINTER, ARGUMENT, MEMORY.
//
// Contract: C3, C4, C6.
hedgerow_status hedgerow_image_open_file(const char *path,
                                         size_t length,
                                         uint32_t how,
                                         hedgerow_image **image);

// Frees an image. Null is allowed, and nothing is done. Images that deltas have made of it stay.
//
// Returns OK; POINTER.
//
// Contract: C1, and the handle is not used afterwards.
hedgerow_status hedgerow_image_free(hedgerow_image *image);

// Writes an image into a file, so that a crash at any moment leaves the old file or the new one,
// whole: beside it, with a sync, and then renamed. Who has the old one mapped goes on with that.
// `path` as for `hedgerow_image_open_file`.
//
// Returns OK; IO (the old file is as it was), DAMAGED, POINTER, ARGUMENT, MEMORY.
//
// Contract: C1, C4.
hedgerow_status hedgerow_image_write(const hedgerow_image *image,
                                     const char *path,
                                     size_t length);

// An image of the same contents in memory of its own. What no entry needs any more after deltas is
// left out.
//
// Returns OK; DAMAGED; POINTER, MEMORY.
//
// Contract: C1, C3.
hedgerow_status hedgerow_image_copy(const hedgerow_image *image,
                                    hedgerow_image **copy);

// The number of entries of an image.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_image_len(const hedgerow_image *image, uint64_t *len);

// What the keys and values of an image are: `HEDGEROW_IMAGE_WORDS`, `_TEXT`, `_BYTES`, `_PYTHON`,
// or another number that Rust's types have.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_image_kinds(const hedgerow_image *image,
                                     uint32_t *key_kind,
                                     uint32_t *value_kind);

// A hash of the contents in two words: the same for the same entries, whatever their order. It
// tells contents apart that differ by accident.
//
// Returns OK; POINTER.
//
// Contract: C1, C4: two words.
hedgerow_status hedgerow_image_fingerprint(const hedgerow_image *image, uint64_t *words);

// The bytes of an image, to write or to send. They are good until the image is freed.
//
// Returns OK; POINTER, ARGUMENT (a delta was applied: its bytes are not in one piece before
// `hedgerow_image_copy`).
//
// Contract: C1, C3.
hedgerow_status hedgerow_image_bytes(const hedgerow_image *image, hedgerow_bytes *bytes);

// The value of a key that is bytes, without a copy: they are good until the image is freed. Of
// Python's objects the key is that object's bytes: for a str of ASCII a byte 5, and the text.
//
// Returns OK; ABSENT (nothing is written); OTHER_KIND (a hash of another program, or of a Python
// object but None, bool, int of 8 bytes, str and bytes), DAMAGED; POINTER, ARGUMENT, MEMORY (of
// long keys).
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_image_get(const hedgerow_image *image,
                                   const uint8_t *key,
                                   size_t length,
                                   hedgerow_bytes *value);

// The value of a key in an image of words.
//
// Returns OK; ABSENT (nothing is written); OTHER_KIND (keys or values are no words), DAMAGED;
// POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_image_get_word(const hedgerow_image *image,
                                        uint64_t key,
                                        uint64_t *value);

// Checks every byte of an image: checksums, order, references, counts.
//
// Returns OK; DAMAGED; POINTER.
//
// Contract: C1.
hedgerow_status hedgerow_image_verify(const hedgerow_image *image);

// Starts an iterator over an image, in the order of its hashes.
//
// Returns OK; DAMAGED; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_image_iter_start(const hedgerow_image *image,
                                          hedgerow_image_iter *iter);

// The next entry. Its bytes are good until the image is freed.
//
// Returns OK; END (nothing is written; also after DAMAGED); DAMAGED; POINTER, SCRIBBLED, FOREIGN
// (the iterator was started on another image).
//
// Contract: C1, C3.
hedgerow_status hedgerow_image_iter_next(const hedgerow_image *image,
                                         hedgerow_image_iter *iter,
                                         hedgerow_image_entry *entry);

// Opens a delta that was received. The bytes are copied, and their checksums are checked.
//
// Returns OK; DAMAGED; POINTER, ARGUMENT, MEMORY.
//
// Contract: C3, C4.
hedgerow_status hedgerow_delta_open(const uint8_t *bytes,
                                    size_t length,
                                    hedgerow_delta **delta);

// The number of changes of a delta.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_delta_len(const hedgerow_delta *delta, uint64_t *len);

// The bytes of a delta, to send. They are good until the delta is freed.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_delta_bytes(const hedgerow_delta *delta, hedgerow_bytes *bytes);

// Frees a delta. Null is allowed, and nothing is done.
//
// Returns OK; POINTER.
//
// Contract: C1, and the handle is not used afterwards.
hedgerow_status hedgerow_delta_free(hedgerow_delta *delta);

// The image of what a delta makes of the contents of another, whose bytes it shares. Costs what
// the changes cost. Both stay as they are, and are freed each.
//
// Returns OK; OTHER_BASE (the delta was made from other contents), OTHER_KIND, DAMAGED; POINTER,
// FULL, MEMORY.
//
// Contract: C1, C3.
hedgerow_status hedgerow_image_apply(const hedgerow_image *image,
                                     const hedgerow_delta *delta,
                                     hedgerow_image **newer);

// Begins an image. The kinds are `HEDGEROW_IMAGE_WORDS`, `_TEXT` or `_BYTES`.
//
// Returns OK; POINTER, ARGUMENT (another kind), MEMORY.
//
// Contract: C3.
hedgerow_status hedgerow_image_writer_new(uint32_t key_kind,
                                          uint32_t value_kind,
                                          hedgerow_image_writer **writer);

// Adds an entry, whose bytes are copied. Entries may come in any order. Each key comes once: that
// is checked at the end.
//
// Returns OK; FULL; POINTER, ARGUMENT (words that are not 8 bytes, text that is not UTF-8),
// MEMORY.
//
// Contract: C1, C2, C4.
hedgerow_status hedgerow_image_writer_put(hedgerow_image_writer *writer,
                                          const uint8_t *key,
                                          size_t key_length,
                                          const uint8_t *value,
                                          size_t value_length);

// The image of all entries so far, in memory of its own. The writer begins anew.
//
// Returns OK; ARGUMENT (a key came twice); POINTER, FULL, MEMORY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_image_writer_finish(hedgerow_image_writer *writer,
                                             hedgerow_image **image);

// Frees a writer. Null is allowed, and nothing is done.
//
// Returns OK; POINTER.
//
// Contract: C1, C2, and the writer is not used afterwards.
hedgerow_status hedgerow_image_writer_free(hedgerow_image_writer *writer);

// Makes a store. `options` may be null, with a size of 0: keys and values are then plain numbers.
// Otherwise `size` is `sizeof(hedgerow_options)`.
//
// Returns OK; POINTER, SIZE, ARGUMENT (an option that does not exist), MEMORY.
//
// Contract: C3, C5.
hedgerow_status hedgerow_store_new(const hedgerow_options *options,
                                   size_t size,
                                   hedgerow_store **store);

// Frees a store and all its versions. If there is a `drop`, it is called for every entry, and may
// read what is left. Null is allowed, and nothing is done.
//
// Without a `drop`, entries that hold references have to be visited first, or their versions
// released and drained.
//
// Returns OK; STORE, BUSY (called from one of the store's own callbacks).
//
// Contract: C1, C2, and the store is not used afterwards.
hedgerow_status hedgerow_store_free(hedgerow_store *store);

// The empty version: always the same, and permanent. Releasing it does nothing.
//
// Returns OK; POINTER.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_empty(const hedgerow_store *store, uint64_t *empty);

// The number of entries of a version or open edit.
//
// Returns OK; POINTER, STALE, FOREIGN.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_len(const hedgerow_store *store,
                                     uint64_t version,
                                     uint64_t *len);

// Makes a version of many pairs at once. This is faster than inserting them, and stores the
// entries in iteration order. Of equal keys the last stays, in the place of the first; the others
// are never stored.
//
// The items are copied first.
//
// Returns OK; POINTER, ARGUMENT, FULL, MEMORY, CALLER, BUSY.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_version_build(hedgerow_store *store,
                                       const hedgerow_item *items,
                                       size_t count,
                                       uint64_t *made);

// Ends a version. What only this version held is freed before the call returns. Each version that
// a call made is to be released once; its number stays invalid for ever.
//
// Never refused for lack of memory: it is slower without memory for the lists of what is freed.
//
// Returns OK; POINTER, STALE, FOREIGN, OPEN, BUSY.
//
// Contract: C1, C2.
hedgerow_status hedgerow_version_release(hedgerow_store *store,
                                         uint64_t version);

// Ends a version in O(1). What only this version held is freed by the next compaction. Takes no
// memory.
//
// Returns OK; POINTER, STALE, FOREIGN, OPEN, BUSY.
//
// Contract: C1, C2.
hedgerow_status hedgerow_version_forget(hedgerow_store *store, uint64_t version);

// Writes the tree of a version or open edit as text, in the format of immutables'
// `Map.__dump__()`, with a 0 at its end. `length` becomes the length of the text, without the 0,
// also if the buffer is too short (and nothing else is written).
//
// Returns OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN, MEMORY.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_version_dump(const hedgerow_store *store,
                                      uint64_t version,
                                      char *text,
                                      size_t capacity,
                                      size_t *length);

// Opens an edit on a version, in O(1). Its number is used like that of a version for reading and
// writing keys; a write changes the edit in place. The base stays as it is, and may be released.
//
// Returns OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_edit_open(hedgerow_store *store,
                                   uint64_t base,
                                   uint64_t *edit);

// Commits an edit: what it holds is now a version. `made` becomes its number, which is that of the
// edit, or that of the empty version.
//
// Returns OK; POINTER, STALE, FOREIGN, COMMITTED, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_edit_commit(hedgerow_store *store,
                                     uint64_t edit,
                                     uint64_t *made);

// Ends an edit, and frees what it made.
//
// Returns OK; POINTER, STALE, FOREIGN, COMMITTED, BUSY.
//
// Contract: C1, C2.
hedgerow_status hedgerow_edit_abandon(hedgerow_store *store, uint64_t edit);

// A 64-bit hash folded to 32 bits as CPython's HAMT does it: the exclusive or of the halves, with
// -1 made -2. Stores of `HEDGEROW_HASH_64` fold hashes themselves.
//
// Threads: any.
uint32_t hedgerow_hash_fold(uint64_t hash);

// Looks up a key in a version or open edit.
//
// Returns OK, ABSENT (`value` is not written); POINTER, ARGUMENT, STALE, FOREIGN, CALLER, CHANGED.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_key_get(const hedgerow_store *store,
                                 uint64_t version,
                                 uint64_t hash,
                                 uint64_t key,
                                 uint64_t *value);

// Looks up many keys: those at `keys`, with the hashes at `hashes`. In large versions the walks
// are interleaved, which is several times faster than one call after the other.
//
// `found[i]` becomes 1 if there is such a key, and `values[i]` its value; otherwise both become 0.
// If the call is refused half way, what was written stays.
//
// Returns OK; POINTER, ARGUMENT, STALE, FOREIGN, CALLER, CHANGED.
//
// Contract: C1, C2, C4.
hedgerow_status hedgerow_key_get_many(const hedgerow_store *store,
                                      uint64_t version,
                                      const uint64_t *hashes,
                                      const uint64_t *keys,
                                      size_t count,
                                      uint64_t *values,
                                      uint8_t *found);

// Puts a value under a key. On a version this makes a new version; an edit is written in place,
// and `made` becomes its own number. If an equal key is stored, that key stays, as in Python, and
// the given one is not stored: `retain` gets the stored key.
//
// Returns OK; SAME (the same value word is there: `made` is the version given, and nothing was
// stored); POINTER, ARGUMENT, STALE, FOREIGN, FULL, MEMORY, CALLER, CHANGED, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_key_insert(hedgerow_store *store,
                                    uint64_t version,
                                    uint64_t hash,
                                    uint64_t key,
                                    uint64_t value,
                                    uint64_t *made);

// Removes a key. `made` as for `hedgerow_key_insert`.
//
// Returns OK; ABSENT (`made` is the version given); POINTER, ARGUMENT, STALE, FOREIGN, FULL,
// MEMORY, CALLER, CHANGED, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_key_remove(hedgerow_store *store,
                                    uint64_t version,
                                    uint64_t hash,
                                    uint64_t key,
                                    uint64_t *made);

// Starts a probe at the first key of a hash in a version or open edit, whether there is one or
// not.
//
// Returns OK; POINTER, ARGUMENT, STALE, FOREIGN.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_probe_start(const hedgerow_store *store,
                                     uint64_t version,
                                     uint64_t hash,
                                     hedgerow_probe *probe);

// The key and value at a probe.
//
// Returns OK; ABSENT (there is no further candidate, and nothing is written); POINTER, SCRIBBLED,
// STALE, FOREIGN, CHANGED.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_probe_candidate(const hedgerow_store *store,
                                         const hedgerow_probe *probe,
                                         uint64_t *key,
                                         uint64_t *found);

// Moves a probe to the next candidate, whether there is one or not.
//
// Returns OK; POINTER, SCRIBBLED.
//
// Contract: C3.
hedgerow_status hedgerow_probe_advance(hedgerow_probe *probe);

// Writes at a probe: over the candidate, or a new key if there is none. The key is stored as it is
// given; to keep the stored key, as Python does, give the candidate's. `made` as for
// `hedgerow_key_insert`.
//
// The library does not compare: a key that is put past an equal one is stored twice.
//
// Returns OK; POINTER, SCRIBBLED, STALE, FOREIGN, CHANGED, FULL, MEMORY, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_probe_put(hedgerow_store *store,
                                   const hedgerow_probe *probe,
                                   uint64_t key,
                                   uint64_t put,
                                   uint64_t *made);

// Removes the candidate at a probe. `made` as for `hedgerow_key_insert`.
//
// Returns OK; ABSENT (there is no candidate, and nothing is written); POINTER, SCRIBBLED, STALE,
// FOREIGN, CHANGED, FULL, MEMORY, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_probe_cut(hedgerow_store *store,
                                   const hedgerow_probe *probe,
                                   uint64_t *made);

// Whether two versions have equal keys with equal values: `equal` becomes 1 or 0. Of relatives it
// compares only what differs.
//
// Returns OK; POINTER, STALE, FOREIGN, OPEN, MEMORY, CALLER.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_equal(const hedgerow_store *store,
                                       uint64_t a,
                                       uint64_t b,
                                       int32_t *equal);

// What changed from `a` to `b`, in iteration order of the hashes. `count` becomes the number of
// changes, also if the buffer is too short (and nothing else is written).
//
// Returns OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN, OPEN, MEMORY, CALLER.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_version_diff(const hedgerow_store *store,
                                      uint64_t a,
                                      uint64_t b,
                                      hedgerow_change *changes,
                                      size_t capacity,
                                      size_t *count);

// The entries that only one of two versions or open edits holds, hash by hash. Only hashes are
// compared: with these entries a caller without callbacks can compare, diff or merge versions by
// an equality of its own. `count` as for `hedgerow_version_diff`.
//
// Returns OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN, MEMORY.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_version_unshared(const hedgerow_store *store,
                                          uint64_t a,
                                          uint64_t b,
                                          hedgerow_unshared *entries,
                                          size_t capacity,
                                          size_t *count);

// How many nodes and entries two versions share. `size` is `sizeof(hedgerow_sharing)`.
//
// Returns OK; POINTER, SIZE, STALE, FOREIGN, OPEN.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_shared(const hedgerow_store *store,
                                        uint64_t a,
                                        uint64_t b,
                                        hedgerow_sharing *sharing,
                                        size_t size);

// Starts an iterator over a version or open edit, in CPython's order: by the folded hash, five
// bits at a time, low bits first; among equal hashes by insertion.
//
// Returns OK; POINTER, STALE, FOREIGN.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_iter_start(const hedgerow_store *store,
                                    uint64_t version,
                                    hedgerow_iter *iter);

// The next entry. A step walks down the tree.
//
// Returns OK; END (nothing is written); POINTER, SCRIBBLED, STALE, FOREIGN, CHANGED (the edit was
// written after the iterator was started).
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_iter_next(const hedgerow_store *store,
                                   hedgerow_iter *iter,
                                   uint64_t *key,
                                   uint64_t *value);

// The next entries, up to `capacity`; `count` becomes their number. One walk down the tree serves
// them all, so this is the fast way to read many entries.
//
// Returns OK; END (`count` is 0); POINTER, ARGUMENT (`capacity` is 0), SCRIBBLED, STALE, FOREIGN,
// CHANGED.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_iter_next_many(const hedgerow_store *store,
                                        hedgerow_iter *iter,
                                        hedgerow_pair *pairs,
                                        size_t capacity,
                                        size_t *count);

// Three-way merge: a version of `ours` with what `theirs` changed since `base`. If both changed a
// key in different ways, `resolve` decides. Everything is written after its last call; then
// `retain` is called for what was stored.
//
// Returns OK; POINTER, STALE (also if a callback has released `ours`), FOREIGN, OPEN, FULL,
// MEMORY, CALLER, CONFLICT (there is one, and `resolve` is null), BUSY.
//
// Contract: C1, C2, C3, C5.
hedgerow_status hedgerow_version_merge(hedgerow_store *store,
                                       uint64_t base,
                                       uint64_t ours,
                                       uint64_t theirs,
                                       hedgerow_resolve_function resolve,
                                       void *context,
                                       uint64_t *made);

// A version of `a` with the keys of `b` that `a` does not have. It is written after all keys are
// compared; then `retain` is called for what was stored.
//
// Returns OK; POINTER, STALE (also if a callback has released `a`), FOREIGN, OPEN, FULL, MEMORY,
// CALLER, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_union(hedgerow_store *store,
                                       uint64_t a,
                                       uint64_t b,
                                       uint64_t *made);

// A version of the entries of `a` whose keys `b` has, with the values of `a`.
//
// Returns OK; POINTER, STALE (also if a callback has released `a`), FOREIGN, OPEN, FULL, MEMORY,
// CALLER, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_intersect(hedgerow_store *store,
                                           uint64_t a,
                                           uint64_t b,
                                           uint64_t *made);

// A version of the entries of `a` whose keys `b` does not have.
//
// Returns OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, CALLER, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_subtract(hedgerow_store *store,
                                          uint64_t a,
                                          uint64_t b,
                                          uint64_t *made);

// What a store holds. `size` is `sizeof(hedgerow_stats)`. O(1).
//
// Returns OK; POINTER, SIZE.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_store_stats(const hedgerow_store *store,
                                     hedgerow_stats *stats,
                                     size_t size);

// The limits of a store. `size` is `sizeof(hedgerow_limits)`.
//
// Returns OK; POINTER, SIZE.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_store_limits(const hedgerow_store *store,
                                      hedgerow_limits *limits,
                                      size_t size);

// Sets the limits of a store. What it already holds beyond a new limit stays. Begin with what
// `hedgerow_store_limits` gave. `size` is `sizeof(hedgerow_limits)`.
//
// Returns OK; POINTER, SIZE, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_store_set_limits(hedgerow_store *store,
                                          const hedgerow_limits *limits,
                                          size_t size);

// Moves everything live together, in iteration order of the newest version, and returns the rest,
// with the unused end of the version table, to whom it is from. All versions, edits, probes and
// iterators stay valid. `done` may be null. `size` is `sizeof(hedgerow_compaction)`, or 0 with
// null.
//
// Returns OK; POINTER, SIZE, MEMORY (nothing was done: there is no room for a second copy of what
// is live), BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_store_compact(hedgerow_store *store,
                                       hedgerow_compaction *done,
                                       size_t size);

// Checks every invariant of the store. O(everything): for tests, and for suspicions.
//
// Returns OK; POINTER, CORRUPT.
//
// Contract: C1, C2.
hedgerow_status hedgerow_store_check(const hedgerow_store *store);

// Hands out keys and values of entries that died, from a store that keeps them
// (`HEDGEROW_DEAD_KEEP`): up to `capacity`, in no order. `count` becomes their number. Call it
// until that is 0. With a `drop` it always is.
//
// Returns OK; POINTER, ARGUMENT, BUSY.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_store_drain(hedgerow_store *store,
                                     hedgerow_pair *dead,
                                     size_t capacity,
                                     size_t *count);

// Calls `visit` once for every entry that the given versions and open edits hold, with the number
// of those that hold it: for the caller's garbage collector. Null versions, with a count of
// 0: all that are live. Dead entries that were not drained yet are not visited, nor what only
// forgotten versions hold.
//
// Returns OK, also if `visit` stopped it; POINTER, ARGUMENT, STALE, FOREIGN, MEMORY (before the
// first call of `visit`), CALLER.
//
// Contract: C1, C2, C4, C5.
hedgerow_status hedgerow_store_visit(const hedgerow_store *store,
                                     const uint64_t *versions,
                                     size_t count,
                                     hedgerow_visit_function visit,
                                     void *context);

// Makes an image of a version. `options` may be null, with a size of 0: keys and values are then
// the words themselves. Otherwise `size` is `sizeof(hedgerow_image_options)`.
//
// The image has a random key of the hash: two of one version differ in their bytes, and have one
// fingerprint.
//
// Returns OK; POINTER, SIZE, ARGUMENT (kinds that do not go with the functions, words whose bytes
// are not of their kind, two keys of the same bytes), STALE, FOREIGN, OPEN, FULL, MEMORY, CALLER.
//
// Contract: C1, C2, C3, C5.
hedgerow_status hedgerow_version_image(const hedgerow_store *store,
                                       uint64_t version,
                                       const hedgerow_image_options *options,
                                       size_t size,
                                       hedgerow_image **image);

// Makes a delta of what changed from version `a` to `b`: `hedgerow_image_apply` makes of an image
// of `a` one of `b`. `options` and `size` as for `hedgerow_version_image`, and as there.
//
// `base` may be null. If it is an image of `a`, no other contents take the delta; without it,
// contents that differ only in what did not change do.
//
// Returns OK; as `hedgerow_version_image`, and HANDLE.
//
// Contract: C1, C2, C3, C5.
hedgerow_status hedgerow_version_delta(const hedgerow_store *store,
                                       uint64_t a,
                                       uint64_t b,
                                       const hedgerow_image_options *options,
                                       size_t size,
                                       const hedgerow_image *base,
                                       hedgerow_delta **delta);

// Hashes as CPython 3.12 and later with `PYTHONHASHSEED=seed`. For 3.11 set `none` to `hash(None)`
// of the process to be matched.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_policy_cpython(uint32_t seed,
                                        hedgerow_policy *policy);

// Hashes as CPython 3.8 to 3.10 with `PYTHONHASHSEED=seed`, except for `none`, `ellipsis` and
// `nan`, which are addresses there.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_policy_cpython_before_311(uint32_t seed, hedgerow_policy *policy);

// Hashes text as Java does, and the rest as CPython. No defence against chosen keys.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_policy_java(hedgerow_policy *policy);

// Hashes text under a random key, a new one at each call, as CPython without `PYTHONHASHSEED`. For
// keys from people you do not trust.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_policy_random(hedgerow_policy *policy);

// Makes `None`.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_value_none(hedgerow_value **value);

// Makes `Ellipsis`.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_value_ellipsis(hedgerow_value **value);

// Makes `True` (not 0) or `False`.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_value_bool(int32_t truth, hedgerow_value **value);

// Makes an int.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_value_int(int64_t number, hedgerow_value **value);

// Makes an int of any size from decimal digits in ASCII, as Python's `int(text)` reads them: space
// around, a sign, and single underscores between digits are allowed. O(n * n) for n digits,
// without a limit.
//
// Returns OK; POINTER, ARGUMENT, VALUE_ERROR.
//
// Contract: C3, C4.
hedgerow_status hedgerow_value_int_from_text(const char *text,
                                             size_t length,
                                             hedgerow_value **value);

// Makes a float.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_value_float(double number, hedgerow_value **value);

// Makes a complex number.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_value_complex(double real, double imag, hedgerow_value **value);

// Makes a str from UTF-8: Python's `bytes.decode("utf-8", errors)`. `errors` is
// `HEDGEROW_ERRORS_STRICT`, `_SURROGATEPASS` or `_REPLACE`.
//
// Returns OK; POINTER, ARGUMENT, UNICODE_DECODE_ERROR.
//
// Contract: C3, C4.
hedgerow_status hedgerow_value_str_from_utf8(const char *text,
                                             size_t length,
                                             uint32_t errors,
                                             hedgerow_value **value);

// Makes a str from UTF-16 in native byte order. A pair of surrogates becomes one character; a lone
// surrogate stays.
//
// Returns OK; POINTER, ARGUMENT.
//
// Contract: C3, C4.
hedgerow_status hedgerow_value_str_from_utf16(const uint16_t *units,
                                              size_t length,
                                              hedgerow_value **value);

// Makes bytes.
//
// Returns OK; POINTER, ARGUMENT.
//
// Contract: C3, C4.
hedgerow_status hedgerow_value_bytes(const uint8_t *bytes,
                                     size_t length,
                                     hedgerow_value **value);

// Makes a tuple of values, which stay the caller's.
//
// Returns OK; POINTER, ARGUMENT.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_value_tuple(const hedgerow_value *const *items,
                                     size_t count,
                                     hedgerow_value **value);

// Makes a frozenset of values, which stay the caller's. It has the order that CPython gives it
// under this policy. Of equal items the first stays.
//
// Returns OK; POINTER, ARGUMENT, ERRORS.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_value_frozenset(const hedgerow_value *const *items,
                                         size_t count,
                                         const hedgerow_policy *policy,
                                         hedgerow_value **value);

// Makes another handle of the same object. O(1).
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_clone(const hedgerow_value *value, hedgerow_value **clone);

// Frees a handle; the object is dropped with its last reference. Null is allowed, and nothing is
// done.
//
// Returns OK; POINTER, BUSY (the value is lent to the function that calls this).
//
// Contract: C1, and the handle is not used afterwards.
hedgerow_status hedgerow_value_free(hedgerow_value *value);

// `bool(value)`: 1 or 0. The caller's objects are true.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_to_bool(const hedgerow_value *value, int32_t *truth);

// The value of an int or bool.
//
// Returns OK; POINTER, TYPE_ERROR, OVERFLOW_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_to_int64(const hedgerow_value *value, int64_t *number);

// The value of a float, or the float nearest to an int or bool.
//
// Returns OK; POINTER, TYPE_ERROR, OVERFLOW_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_to_double(const hedgerow_value *value, double *number);

// The parts of a complex number; for any other number its float and 0.
//
// Returns OK; POINTER, TYPE_ERROR, OVERFLOW_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_to_complex(const hedgerow_value *value,
                                          double *real,
                                          double *imag);

// Writes a str as UTF-8 with a 0 at its end: Python's `str.encode("utf-8", errors)`. `length`
// becomes the number of bytes without the 0, also if the buffer is too short (and nothing else is
// written). `errors` as for `hedgerow_value_str_from_utf8`.
//
// Returns OK; POINTER, ARGUMENT, SHORT, TYPE_ERROR, UNICODE_ENCODE_ERROR.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_value_to_utf8(const hedgerow_value *value,
                                       uint32_t errors,
                                       char *text,
                                       size_t capacity,
                                       size_t *length);

// Writes a str as UTF-16 in native byte order, without a 0 at its end. `length` becomes the number
// of units, also if the buffer is too short (and nothing else is written). `errors` as for
// `hedgerow_value_str_from_utf8`; what `hedgerow_value_str_from_utf16` made comes back with
// `HEDGEROW_ERRORS_SURROGATEPASS`.
//
// Returns OK; POINTER, ARGUMENT, SHORT, TYPE_ERROR, UNICODE_ENCODE_ERROR.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_value_to_utf16(const hedgerow_value *value,
                                        uint32_t errors,
                                        uint16_t *units,
                                        size_t capacity,
                                        size_t *length);

// Writes the content of bytes. `length` becomes their number, also if the buffer is too short (and
// nothing else is written).
//
// Returns OK; POINTER, ARGUMENT, SHORT, TYPE_ERROR.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_value_to_bytes(const hedgerow_value *value,
                                        uint8_t *bytes,
                                        size_t capacity,
                                        size_t *length);

// The kind of a value: `HEDGEROW_KIND_NONE` and so on.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_kind(const hedgerow_value *value, uint32_t *kind);

// `len(value)`: code points of a str, bytes, items of a tuple or frozenset, entries of a dict.
//
// Returns OK; POINTER, TYPE_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_length(const hedgerow_value *value, size_t *length);

// The item at an index, from 0: of a tuple its item, of a str a str, of bytes an int, of a
// frozenset the item at this position of its order, found in O(n).
//
// Returns OK; POINTER, TYPE_ERROR, INDEX_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_item(const hedgerow_value *value,
                                    size_t index,
                                    hedgerow_value **item);

// Writes the items of a tuple or frozenset, of a str its code points as strs, of bytes its
// numbers: values that the caller frees. `length` becomes their number, also if the array is too
// short (and nothing else is written). O(n).
//
// Returns OK; POINTER, ARGUMENT, SHORT, MEMORY, TYPE_ERROR.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_value_items(const hedgerow_value *value,
                                     hedgerow_value **items,
                                     size_t capacity,
                                     size_t *length);

// `hash(value)` under a policy: CPython's, to the bit.
//
// Returns OK; POINTER, ARGUMENT (no policy), ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_hash(const hedgerow_value *value,
                                    const hedgerow_policy *policy,
                                    int64_t *hash);

// Whether `a is b or a == b`, as keys of a dict are compared: 1 or 0.
//
// Returns OK; POINTER, ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_equal(const hedgerow_value *a,
                                     const hedgerow_value *b,
                                     int32_t *equal);

// Whether `a is b`: 1 or 0. Values without an identity (None, Ellipsis, bool, int, float) are one
// object if they are of one kind and have the same bits.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_is(const hedgerow_value *a,
                                  const hedgerow_value *b,
                                  int32_t *same);

// Writes `repr(value)` as UTF-8 with a 0 at its end. `length` becomes its length without the 0,
// also if the buffer is too short (and nothing else is written).
//
// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_value_repr(const hedgerow_value *value,
                                    char *text,
                                    size_t capacity,
                                    size_t *length);

// `hedgerow_value_repr` as a CPython prints: `python` is 11 for CPython 3.11, up to 15, or 0 for
// the newest. They know other characters as printable.
//
// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_value_repr_for(const hedgerow_value *value,
                                        uint32_t python,
                                        char *text,
                                        size_t capacity,
                                        size_t *length);

// Makes a type of objects. `size` is `sizeof(hedgerow_type_options)`.
//
// Returns OK; POINTER, ARGUMENT, SIZE, UNICODE_DECODE_ERROR (the name is not UTF-8).
//
// Contract: C3, C4, C5.
hedgerow_status hedgerow_type_new(const hedgerow_type_options *options,
                                  size_t size,
                                  hedgerow_type **handle);

// Frees the handle of a type. Its objects stay. Null is allowed, and nothing is done.
//
// Returns OK; POINTER.
//
// Contract: C1, and the handle is not used afterwards.
hedgerow_status hedgerow_type_free(hedgerow_type *of);

// Makes an object of a word. Each call makes a new object, even for the same word; for another
// handle of the same object, clone the value. The library owns the word until it passes it to the
// type's `drop`; a call that is refused does not take it.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_object(const hedgerow_type *of,
                                      uint64_t word,
                                      hedgerow_value **object);

// The word of an object, if it is of this type.
//
// Returns OK; POINTER, TYPE_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_to_object(const hedgerow_value *object,
                                         const hedgerow_type *of,
                                         uint64_t *word);

// Makes an empty dict, whose keys are hashed under this policy.
//
// Returns OK; POINTER, ARGUMENT (no policy).
//
// Contract: C3.
hedgerow_status hedgerow_dict_new(const hedgerow_policy *policy, hedgerow_dict **dict);

// Frees a handle; the dict is dropped with its last reference. Null is allowed, and nothing is
// done.
//
// Returns OK; POINTER.
//
// Contract: C1, and the handle is not used afterwards.
hedgerow_status hedgerow_dict_free(hedgerow_dict *dict);

// The number of entries of a dict.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_len(const hedgerow_dict *dict, uint64_t *len);

// `dict[key] = value`. Key and value stay the caller's. If an equal key is stored, that key stays.
//
// Returns OK; POINTER, FULL, MEMORY, ERRORS.
//
// Contract: C1.
hedgerow_status hedgerow_dict_set(const hedgerow_dict *dict,
                                  const hedgerow_value *key,
                                  const hedgerow_value *value);

// `dict[key]`.
//
// Returns OK; ABSENT (Python's KeyError; nothing is written); POINTER, ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_get(const hedgerow_dict *dict,
                                  const hedgerow_value *key,
                                  hedgerow_value **value);

// `key in dict`.
//
// Returns OK (it is); ABSENT; POINTER, ERRORS.
//
// Contract: C1.
hedgerow_status hedgerow_dict_contains(const hedgerow_dict *dict, const hedgerow_value *key);

// `del dict[key]`.
//
// Returns OK; ABSENT (Python's KeyError); POINTER, ERRORS.
//
// Contract: C1.
hedgerow_status hedgerow_dict_delete(const hedgerow_dict *dict, const hedgerow_value *key);

// `dict.pop(key)`.
//
// Returns OK; ABSENT (Python's KeyError; nothing is written); POINTER, ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_pop(const hedgerow_dict *dict,
                                  const hedgerow_value *key,
                                  hedgerow_value **value);

// `dict.setdefault(key, value)`: the value that is stored, or else this one, which is then stored.
//
// Returns OK; POINTER, FULL, MEMORY, ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_setdefault(const hedgerow_dict *dict,
                                         const hedgerow_value *key,
                                         const hedgerow_value *value,
                                         hedgerow_value **stored);

// `dict.popitem()`: removes the entry that was inserted last, and hands it out.
//
// Returns OK; ABSENT (the dict is empty, Python's KeyError; nothing is written); POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_popitem(const hedgerow_dict *dict,
                                      hedgerow_value **key,
                                      hedgerow_value **value);

// `dict.clear()`.
//
// Returns OK; POINTER.
//
// Contract: C1.
hedgerow_status hedgerow_dict_clear(const hedgerow_dict *dict);

// `dict.copy()`: another dict with the same keys and values, under the same policy.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_copy(const hedgerow_dict *dict, hedgerow_dict **copy);

// Whether `a == b`: the same keys with equal values, in any order. 1 or 0.
//
// Returns OK; POINTER, ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_equal(const hedgerow_dict *a,
                                    const hedgerow_dict *b,
                                    int32_t *equal);

// Writes `repr(dict)` as UTF-8 with a 0 at its end. `length` becomes its length without the 0,
// also if the buffer is too short (and nothing else is written).
//
// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_dict_repr(const hedgerow_dict *dict,
                                   char *text,
                                   size_t capacity,
                                   size_t *length);

// `dict.update(other)`: stored keys get the new values. What was stored before a refusal stays, as
// in Python.
//
// Returns OK; POINTER, FULL, MEMORY, RUNTIME_ERROR (a callback changed `other`), ERRORS.
//
// Contract: C1.
hedgerow_status hedgerow_dict_update(const hedgerow_dict *dict,
                                     const hedgerow_dict *other);

// `hedgerow_dict_update` with a rule for stored keys: `merge` is `HEDGEROW_MERGE_REPLACE`,
// `_IF_ABSENT` or `_UNIQUE`.
//
// Returns OK; POINTER, ARGUMENT, KEY_ERROR (a key is stored, under `_UNIQUE`), FULL, MEMORY,
// RUNTIME_ERROR, ERRORS.
//
// Contract: C1.
hedgerow_status hedgerow_dict_merge(const hedgerow_dict *dict,
                                    const hedgerow_dict *other,
                                    uint32_t merge);

// The dict as a value: the same dict, which may be put into tuples and dicts, including itself.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_dict(const hedgerow_dict *dict, hedgerow_value **value);

// A new handle of the dict that a value is.
//
// Returns OK; POINTER, TYPE_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_to_dict(const hedgerow_value *value, hedgerow_dict **dict);

// Starts an iterator over a dict, in insertion order.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_iter_start(const hedgerow_dict *dict, hedgerow_dict_iter *iter);

// Starts an iterator from the last entry to the first: `reversed(dict)`.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_iter_start_reversed(const hedgerow_dict *dict,
                                                  hedgerow_dict_iter *iter);

// How many entries an iterator has left, as `operator.length_hint` says: 0 once the size of the
// dict has changed.
//
// Returns OK; POINTER, SCRIBBLED, FOREIGN (the iterator was started with another handle).
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_iter_left(const hedgerow_dict *dict,
                                        const hedgerow_dict_iter *iter,
                                        uint64_t *left);

// The next entry. `key` or `value` may be null if it is not wanted. The values of stored keys may
// be replaced during an iteration. After any other change of the dict this call is refused, and
// so are all later ones: the iterator remembers it.
//
// Returns OK; END (nothing is handed out); RUNTIME_ERROR ("dictionary changed size during
// iteration", or "dictionary keys changed during iteration"); POINTER, SCRIBBLED, FOREIGN (the
// iterator was started with another handle).
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_iter_next(const hedgerow_dict *dict,
                                        hedgerow_dict_iter *iter,
                                        hedgerow_value **key,
                                        hedgerow_value **value);

// The value of the key that is this str, given in UTF-8. Up to 256 bytes nothing is allocated.
//
// Returns OK; ABSENT (nothing is written); POINTER, ARGUMENT, UNICODE_DECODE_ERROR, ERRORS.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_dict_get_utf8(const hedgerow_dict *dict,
                                       const char *text,
                                       size_t length,
                                       hedgerow_value **value);

// The value of the key that is this str, given in UTF-16 in native byte order. Up to 128 units
// nothing is allocated.
//
// Returns OK; ABSENT (nothing is written); POINTER, ARGUMENT, ERRORS.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_dict_get_utf16(const hedgerow_dict *dict,
                                        const uint16_t *units,
                                        size_t length,
                                        hedgerow_value **value);

// The value of the key that is equal to this int; the key may be a float or bool.
//
// Returns OK; ABSENT (nothing is written); POINTER, ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_get_int64(const hedgerow_dict *dict,
                                        int64_t number,
                                        hedgerow_value **value);

// The value of the key that is equal to this float, or is this NaN.
//
// Returns OK; ABSENT (nothing is written); POINTER, ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_get_double(const hedgerow_dict *dict,
                                         double number,
                                         hedgerow_value **value);

// `value in view`, where `view` is `HEDGEROW_VIEW_KEYS`, `_VALUES` or `_ITEMS` of the dict. An
// item is a tuple of two.
//
// Returns OK (it is); ABSENT; POINTER, ARGUMENT (no such view), ERRORS.
//
// Contract: C1.
hedgerow_status hedgerow_dict_view_contains(const hedgerow_dict *dict,
                                            uint32_t view,
                                            const hedgerow_value *value);

// Writes `repr(view)` as UTF-8 with a 0 at its end, as `hedgerow_dict_repr` does.
//
// Returns OK; POINTER, ARGUMENT (no such view, or no such buffer), SHORT, ERRORS.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_dict_view_repr(const hedgerow_dict *dict,
                                        uint32_t view,
                                        char *text,
                                        size_t capacity,
                                        size_t *length);

// `view & other`, `|`, `-` or `^`: `operation` is `HEDGEROW_SET_AND`, `_OR`, `_SUB` or `_XOR`,
// `view` is `HEDGEROW_VIEW_KEYS` or `_ITEMS`. `is_reflected` is 1 for `other & view`. Python makes
// a set; here it is a frozenset of its items, in the order of `frozenset(set)`.
//
// Returns OK; POINTER, ARGUMENT (no such view or operation), TYPE_ERROR (not iterable),
// RUNTIME_ERROR (a callback changed the dict), ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_view_combine(const hedgerow_dict *dict,
                                           uint32_t view,
                                           uint32_t operation,
                                           const hedgerow_value *other,
                                           int32_t is_reflected,
                                           hedgerow_value **set);

// `hedgerow_dict_view_combine` with a view of another dict, or of the same.
//
// Returns OK; POINTER, ARGUMENT (no such view or operation), RUNTIME_ERROR (a callback changed a
// dict), ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_view_combine_views(const hedgerow_dict *dict,
                                                 uint32_t view,
                                                 uint32_t operation,
                                                 const hedgerow_dict *other,
                                                 uint32_t other_view,
                                                 hedgerow_value **set);

// A comparison of a view with a value as sets: `comparison` is `HEDGEROW_COMPARE_EQUAL`, `_LESS`
// (a proper subset), `_LESS_EQUAL`, `_GREATER`, `_GREATER_EQUAL`, or `_DISJOINT`, the method
// `isdisjoint`. 1 or 0.
//
// Returns OK; POINTER, ARGUMENT (no such view or comparison), TYPE_ERROR (no order), ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_view_compare(const hedgerow_dict *dict,
                                           uint32_t view,
                                           uint32_t comparison,
                                           const hedgerow_value *other,
                                           int32_t *truth);

// `hedgerow_dict_view_compare` with a view of another dict, or of the same.
//
// Returns OK; POINTER, ARGUMENT (no such view or comparison), ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_view_compare_views(const hedgerow_dict *dict,
                                                 uint32_t view,
                                                 uint32_t comparison,
                                                 const hedgerow_dict *other,
                                                 uint32_t other_view,
                                                 int32_t *truth);

// `dict.fromkeys(keys, value)`, whose keys are hashed under this policy: `keys` is a tuple,
// frozenset, str, bytes or dict.
//
// Returns OK; POINTER, ARGUMENT (no policy), MEMORY, TYPE_ERROR (not iterable), ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_fromkeys(const hedgerow_value *keys,
                                       const hedgerow_value *value,
                                       const hedgerow_policy *policy,
                                       hedgerow_dict **dict);

// `dict | other`: another dict, where `other` is a dict as a value. For `other | dict` make a
// handle of the other one by `hedgerow_value_to_dict`.
//
// Returns OK; POINTER, MEMORY, TYPE_ERROR (no dict), RUNTIME_ERROR (a callback changed `other`),
// ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_dict_union(const hedgerow_dict *dict,
                                    const hedgerow_value *other,
                                    hedgerow_dict **made);

// `dict |= other`, which is `dict.update(other)` of any value: a dict, or a tuple, frozenset, str
// or bytes of pairs. What was stored before a refusal stays, as in Python.
//
// Returns OK; POINTER, FULL, MEMORY, TYPE_ERROR and VALUE_ERROR (no pairs), RUNTIME_ERROR (a
// callback changed `other`), ERRORS.
//
// Contract: C1.
hedgerow_status hedgerow_dict_update_from(const hedgerow_dict *dict,
                                          const hedgerow_value *other);

// `text + other`.
//
// Returns OK; POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_concat(const hedgerow_value *text,
                                    const hedgerow_value *other,
                                    hedgerow_value **result);

// `text * count`.
//
// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_repeat(const hedgerow_value *text,
                                    int64_t count,
                                    hedgerow_value **result);

// `text[start:stop:step]`. `start` or `stop` may be `HEDGEROW_OMITTED`.
//
// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (a step of 0).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_slice(const hedgerow_value *text,
                                   int64_t start,
                                   int64_t stop,
                                   int64_t step,
                                   hedgerow_value **result);

// `text.strip(chars)`: without these characters at both ends; null for white space.
//
// Returns OK; POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_strip(const hedgerow_value *text,
                                   const hedgerow_value *chars,
                                   hedgerow_value **result);

// `text.lstrip(chars)`: without these characters at the start; null for white space.
//
// Returns OK; POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_lstrip(const hedgerow_value *text,
                                    const hedgerow_value *chars,
                                    hedgerow_value **result);

// `text.rstrip(chars)`: without these characters at the end; null for white space.
//
// Returns OK; POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_rstrip(const hedgerow_value *text,
                                    const hedgerow_value *chars,
                                    hedgerow_value **result);

// `text.removeprefix(prefix)`.
//
// Returns OK; POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_removeprefix(const hedgerow_value *text,
                                          const hedgerow_value *prefix,
                                          hedgerow_value **result);

// `text.removesuffix(suffix)`.
//
// Returns OK; POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_removesuffix(const hedgerow_value *text,
                                          const hedgerow_value *suffix,
                                          hedgerow_value **result);

// `text.replace(old, new, most)`: below 0, `most` is no limit.
//
// Returns OK; POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_replace(const hedgerow_value *text,
                                     const hedgerow_value *old,
                                     const hedgerow_value *new_,
                                     int64_t most,
                                     hedgerow_value **result);

// `text.center(width, fill)`: the text in the middle; null for a fill of spaces.
//
// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_center(const hedgerow_value *text,
                                    int64_t width,
                                    const hedgerow_value *fill,
                                    hedgerow_value **result);

// `text.ljust(width, fill)`: the text at the start; null for a fill of spaces.
//
// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_ljust(const hedgerow_value *text,
                                   int64_t width,
                                   const hedgerow_value *fill,
                                   hedgerow_value **result);

// `text.rjust(width, fill)`: the text at the end; null for a fill of spaces.
//
// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_rjust(const hedgerow_value *text,
                                   int64_t width,
                                   const hedgerow_value *fill,
                                   hedgerow_value **result);

// `text.zfill(width)`.
//
// Returns OK; POINTER, TYPE_ERROR (no str), MEMORY.
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_zfill(const hedgerow_value *text,
                                   int64_t width,
                                   hedgerow_value **result);

// `text.expandtabs(size)`.
//
// Returns OK; POINTER, TYPE_ERROR (no str), OVERFLOW_ERROR, MEMORY.
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_expandtabs(const hedgerow_value *text,
                                        int32_t size,
                                        hedgerow_value **result);

// `text.translate(table)`: the table has None, an int or a str for the number of a code
// point.
//
// Returns OK; POINTER, TYPE_ERROR, VALUE_ERROR, ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_translate(const hedgerow_value *text,
                                       const hedgerow_dict *table,
                                       hedgerow_value **result);

// One of the methods that change the case of letters, as this CPython: `which` is
// `HEDGEROW_CASE_LOWER`, `_UPPER`, `_CASEFOLD`, `_CAPITALIZE`, `_TITLE` or `_SWAPCASE`; `python`
// is 11 for CPython 3.11, up to 15, or 0 for the newest.
//
// Returns OK; POINTER, ARGUMENT (no such method or version), TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_case(const hedgerow_value *text,
                                  uint32_t which,
                                  uint32_t python,
                                  hedgerow_value **result);

// One of the methods that ask what a str consists of, as this CPython: `which` is
// `HEDGEROW_IS_ALNUM` and so on; `python` as for `hedgerow_str_case`. 1 or 0.
//
// Returns OK; POINTER, ARGUMENT (no such method or version), TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_is(const hedgerow_value *text,
                                uint32_t which,
                                uint32_t python,
                                int32_t *truth);

// `text.encode(encoding, errors)`: bytes. The names are Python's, in UTF-8: utf-8, latin-1, ascii,
// utf-16, utf-32 and their forms with `-le` and `-be`; and of the error handlers `strict`,
// `ignore`, `replace`, `backslashreplace`, `xmlcharrefreplace`, `namereplace`, `surrogateescape`
// and `surrogatepass`. No bytes of a name stand for `utf-8` and `strict`. `python` as for
// `hedgerow_str_case`.
//
// Returns OK; POINTER, ARGUMENT (no such version), TYPE_ERROR (no str), LOOKUP_ERROR (no such
// codec, or no such handler where it is asked), UNICODE_ENCODE_ERROR, UNICODE_DECODE_ERROR (a name
// that is not UTF-8).
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_str_encode(const hedgerow_value *text,
                                    const char *encoding,
                                    size_t encoding_length,
                                    const char *errors,
                                    size_t errors_length,
                                    uint32_t python,
                                    hedgerow_value **bytes);

// `bytes.decode(encoding, errors)`: a str. As `hedgerow_str_encode`.
//
// Returns OK; POINTER, ARGUMENT (no such version), TYPE_ERROR (no bytes, or a handler that only
// encodes), LOOKUP_ERROR (no such name), UNICODE_DECODE_ERROR.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_str_decode(const hedgerow_value *bytes,
                                    const char *encoding,
                                    size_t encoding_length,
                                    const char *errors,
                                    size_t errors_length,
                                    uint32_t python,
                                    hedgerow_value **text);

// `text.find(part, start, end)`: the index of the first occurrence. `start` or `end` may be
// `HEDGEROW_OMITTED`; both count from the end if they are negative.
//
// Returns OK; ABSENT (Python's -1; nothing is written); POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_find(const hedgerow_value *text,
                                  const hedgerow_value *part,
                                  int64_t start,
                                  int64_t end,
                                  size_t *index);

// `text.rfind(part, start, end)`: the index of the last occurrence. As `hedgerow_str_find`.
//
// Returns OK; ABSENT (Python's -1; nothing is written); POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_rfind(const hedgerow_value *text,
                                   const hedgerow_value *part,
                                   int64_t start,
                                   int64_t end,
                                   size_t *index);

// `text.count(part, start, end)`: how often it occurs without overlap. As `hedgerow_str_find`.
//
// Returns OK; POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_count(const hedgerow_value *text,
                                   const hedgerow_value *part,
                                   int64_t start,
                                   int64_t end,
                                   size_t *count);

// `text.startswith(prefix, start, end)`, where `prefix` is a str or a tuple of strs: 1 or 0. As
// `hedgerow_str_find`.
//
// Returns OK; POINTER, TYPE_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_startswith(const hedgerow_value *text,
                                        const hedgerow_value *prefix,
                                        int64_t start,
                                        int64_t end,
                                        int32_t *truth);

// `text.endswith(suffix, start, end)`, where `suffix` is a str or a tuple of strs: 1 or 0. As
// `hedgerow_str_find`.
//
// Returns OK; POINTER, TYPE_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_endswith(const hedgerow_value *text,
                                      const hedgerow_value *suffix,
                                      int64_t start,
                                      int64_t end,
                                      int32_t *truth);

// `text.split(separator, most)` as a tuple. Null for a separator of white space; below 0, `most`
// is no limit.
//
// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (an empty separator).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_split(const hedgerow_value *text,
                                   const hedgerow_value *separator,
                                   int64_t most,
                                   hedgerow_value **parts);

// `text.rsplit(separator, most)` as a tuple: splits at the last separators. As
// `hedgerow_str_split`.
//
// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (an empty separator).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_rsplit(const hedgerow_value *text,
                                    const hedgerow_value *separator,
                                    int64_t most,
                                    hedgerow_value **parts);

// `text.splitlines(keep_ends)` as a tuple. `keep_ends` is 0 for no.
//
// Returns OK; POINTER, TYPE_ERROR (no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_splitlines(const hedgerow_value *text,
                                        int32_t keep_ends,
                                        hedgerow_value **lines);

// `text.partition(separator)`: a tuple of three, divided at the first separator.
//
// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (an empty separator).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_partition(const hedgerow_value *text,
                                       const hedgerow_value *separator,
                                       hedgerow_value **parts);

// `text.rpartition(separator)`: a tuple of three, divided at the last separator.
//
// Returns OK; POINTER, TYPE_ERROR (no str), VALUE_ERROR (an empty separator).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_rpartition(const hedgerow_value *text,
                                        const hedgerow_value *separator,
                                        hedgerow_value **parts);

// `text.join(parts)`: the items of a tuple, frozenset, str or dict with the text between them.
//
// Returns OK; POINTER, MEMORY, TYPE_ERROR (no str, or an item that is none).
//
// Contract: C1, C3.
hedgerow_status hedgerow_str_join(const hedgerow_value *text,
                                  const hedgerow_value *parts,
                                  hedgerow_value **joined);

// Makes an empty context: Python's `Context()`.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_context_new(hedgerow_context **context);

// Frees a handle; the context is dropped with its last reference. Null is allowed, and nothing is
// done.
//
// Returns OK; POINTER.
//
// Contract: C1, and the handle is not used afterwards.
hedgerow_status hedgerow_context_free(hedgerow_context *context);

// `context.copy()`: another context with the same variables and values. O(1).
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_copy(const hedgerow_context *context, hedgerow_context **copy);

// `copy_context()`: a copy of the current context of this thread. O(1).
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_context_copy_current(hedgerow_context **copy);

// `len(context)`: the number of variables that have a value in it.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_len(const hedgerow_context *context, size_t *len);

// `context[var]`: the value of a variable in a context, without its default. `value` may be null,
// to ask whether there is one.
//
// Returns OK; ABSENT (Python's KeyError; nothing is written); POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_get(const hedgerow_context *context,
                                     const hedgerow_context_var *var,
                                     hedgerow_value **value);

// All variables and their values, in CPython's order. `vars` and `values` have room for `capacity`
// handles each, which you free; either may be null if it is not wanted. `count` becomes the number
// of variables, also if there is no room (and nothing else is written).
//
// Returns OK; POINTER, ARGUMENT, SHORT, MEMORY (what was handed out before stays yours: `count`
// says how many of each).
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_context_items(const hedgerow_context *context,
                                       hedgerow_context_var **vars,
                                       hedgerow_value **values,
                                       size_t capacity,
                                       size_t *count);

// Whether `a == b`: the same variables with equal values. 1 or 0. Of two copies of one context
// only what differs is looked at.
//
// Returns OK; POINTER, ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_equal(const hedgerow_context *a,
                                       const hedgerow_context *b,
                                       int32_t *equal);

// Writes `repr(context)` with a 0 at its end. `length` becomes its length without the 0, also if
// the buffer is too short (and nothing else is written).
//
// Returns OK; POINTER, ARGUMENT, SHORT.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_context_repr(const hedgerow_context *context,
                                      char *text,
                                      size_t capacity,
                                      size_t *length);

// The context as a value. As long as there is such a value, it is the same object each time.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_context(const hedgerow_context *context, hedgerow_value **value);

// A new handle of the context that a value is.
//
// Returns OK; POINTER, TYPE_ERROR.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_to_context(const hedgerow_value *value,
                                          hedgerow_context **context);

// Makes this the current context of this thread, until `hedgerow_context_exit`: CPython's
// `PyContext_Enter`.
//
// Returns OK; POINTER, RUNTIME_ERROR (it is entered already, here or in another thread), MEMORY.
//
// Contract: C1.
hedgerow_status hedgerow_context_enter(const hedgerow_context *context);

// Makes that context current again that was before `hedgerow_context_enter`: CPython's
// `PyContext_Exit`.
//
// Returns OK; POINTER, RUNTIME_ERROR (it is not entered, or not the current one).
//
// Contract: C1.
hedgerow_status hedgerow_context_exit(const hedgerow_context *context);

// Python's `context.run`: enters the context, runs the function, and leaves it, also if the
// function failed. `result`, which may not be null, gets what it returned.
//
// Returns OK; POINTER, RUNTIME_ERROR (the context is entered already, and the function did not
// run; or it left other contexts entered), MEMORY, ERRORS (what the function failed with).
//
// Contract: C1, C3, C5.
hedgerow_status hedgerow_context_run(const hedgerow_context *context,
                                     hedgerow_context_function function,
                                     uint64_t word,
                                     int32_t *result);

// Whether a thread or a stack has entered the context: 1 or 0.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_is_entered(const hedgerow_context *context,
                                            int32_t *is_entered);

// A handle of the current context of this thread.
//
// Returns OK; ABSENT (nothing was entered or set in this thread; nothing is written); POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_context_current(hedgerow_context **context);

// Makes a stack in which nothing was entered, for a coroutine with a call stack of its own.
//
// Returns OK; POINTER.
//
// Contract: C3.
hedgerow_status hedgerow_context_stack_new(hedgerow_context_stack **stack);

// Frees a stack, and leaves its contexts. Null is allowed, and nothing is done.
//
// Returns OK; POINTER.
//
// Contract: C1, and the stack is not used afterwards.
hedgerow_status hedgerow_context_stack_free(hedgerow_context_stack *stack);

// Exchanges a stack with that of this thread: what a switch of coroutines does, before the new one
// runs and again after it.
//
// Returns OK; POINTER, BUSY (the stack is being swapped: a watcher or another thread asks).
//
// Contract: C1.
hedgerow_status hedgerow_context_stack_swap(const hedgerow_context_stack *stack);

// Calls a function with a word of yours after each switch of the current context, in any thread of
// the process: CPython's `PyContext_AddWatcher`. The function may call anything.
//
// Returns OK; POINTER.
//
// Contract: C3, C5.
hedgerow_status hedgerow_context_watch(hedgerow_context_watch_function function,
                                       uint64_t word,
                                       hedgerow_context_watcher **watcher);

// Ends a watching, and frees its handle. The function may still be running in other threads. Null
// is allowed, and nothing is done.
//
// Returns OK; POINTER.
//
// Contract: C1, and the watcher is not used afterwards.
hedgerow_status hedgerow_context_unwatch(hedgerow_context_watcher *watcher);

// Makes a context variable: Python's `ContextVar(name, default=default_value)`. `default_value`
// may be null, for none. Its hash, which decides the order of contexts, is made of that of its
// name under the policy and of a number that counts up.
//
// Returns OK; POINTER, ARGUMENT (no policy), TYPE_ERROR (the name is no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_var_new(const hedgerow_value *name,
                                         const hedgerow_value *default_value,
                                         const hedgerow_policy *policy,
                                         hedgerow_context_var **var);

// `hedgerow_context_var_new` with the hash that you give it, for contexts in the order of a
// CPython whose `hash(var)` is known.
//
// Returns OK; POINTER, ARGUMENT (no policy), TYPE_ERROR (the name is no str).
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_var_new_hashed(const hedgerow_value *name,
                                                const hedgerow_value *default_value,
                                                int64_t hash,
                                                const hedgerow_policy *policy,
                                                hedgerow_context_var **var);

// Frees a handle; the variable is dropped with its last reference. Null is allowed, and nothing is
// done.
//
// Returns OK; POINTER.
//
// Contract: C1, and the handle is not used afterwards.
hedgerow_status hedgerow_context_var_free(hedgerow_context_var *var);

// `var.name`.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_var_name(const hedgerow_context_var *var,
                                          hedgerow_value **name);

// `hash(var)`.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_var_hash(const hedgerow_context_var *var, int64_t *hash);

// Writes `repr(var)` as UTF-8 with a 0 at its end. `length` becomes its length without the 0, also
// if the buffer is too short (and nothing else is written).
//
// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_context_var_repr(const hedgerow_context_var *var,
                                          char *text,
                                          size_t capacity,
                                          size_t *length);

// The value of a variable in the current context of this thread, or else its default: Python's
// `var.get()`, and CPython's `PyContextVar_Get`.
//
// Returns OK; ABSENT (there is neither, Python's LookupError; nothing is written); POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_var_get(const hedgerow_context_var *var,
                                         hedgerow_value **value);

// `hedgerow_context_var_get` of a variable whose values are objects of yours: writes the word of
// the object, and makes no handle. The fast way. The context keeps the object alive until the
// variable is set, or another context becomes the current one.
//
// Returns OK; ABSENT (there is no value; nothing is written); POINTER, TYPE_ERROR (the value is no
// object of a `hedgerow_type`).
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_var_get_word(const hedgerow_context_var *var,
                                              uint64_t *word);

// Gives a variable a value in the current context of this thread: Python's `var.set(value)`. The
// value stays the caller's. `token` may be null if it is not wanted. A thread without a context
// gets one.
//
// Returns OK; POINTER, MEMORY (for the token; nothing was set), RUNTIME_ERROR (at the very end of
// a thread).
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_var_set(const hedgerow_context_var *var,
                                         const hedgerow_value *value,
                                         hedgerow_context_token **token);

// Gives the variable the value that it had before the `set` that made the token, or none: Python's
// `var.reset(token)`.
//
// Returns OK; POINTER, RUNTIME_ERROR (the token was used), VALUE_ERROR (it is of another variable,
// or of another context), LOOKUP_ERROR (the variable has no value, and had none), ERRORS (of the
// repr in the message).
//
// Contract: C1.
hedgerow_status hedgerow_context_var_reset(const hedgerow_context_var *var,
                                           const hedgerow_context_token *token);

// The variable as a value. As long as there is such a value, it is the same object each time.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_context_var(const hedgerow_context_var *var,
                                           hedgerow_value **value);

// A new handle of the variable that a value is.
//
// Returns OK; POINTER, TYPE_ERROR ("a ContextVar key was expected, got ..."), ERRORS.
//
// Contract: C1, C3.
hedgerow_status hedgerow_value_to_context_var(const hedgerow_value *value,
                                              hedgerow_context_var **var);

// Frees a token. Null is allowed, and nothing is done.
//
// Returns OK; POINTER.
//
// Contract: C1, and the token is not used afterwards.
hedgerow_status hedgerow_context_token_free(hedgerow_context_token *token);

// `token.var`.
//
// Returns OK; POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_token_var(const hedgerow_context_token *token,
                                           hedgerow_context_var **var);

// `token.old_value`.
//
// Returns OK; ABSENT (`Token.MISSING`; nothing is written); POINTER.
//
// Contract: C1, C3.
hedgerow_status hedgerow_context_token_old_value(const hedgerow_context_token *token,
                                                 hedgerow_value **value);

// Writes `repr(token)` as UTF-8 with a 0 at its end. `length` becomes its length without the 0,
// also if the buffer is too short (and nothing else is written).
//
// Returns OK; POINTER, ARGUMENT, SHORT, ERRORS.
//
// Contract: C1, C3, C4.
hedgerow_status hedgerow_context_token_repr(const hedgerow_context_token *token,
                                            char *text,
                                            size_t capacity,
                                            size_t *length);

// Writes the message of the last refused call on values, dicts and images of this thread: in
// Python's words if the status is one of its exceptions, what is wrong with an image or a file,
// and otherwise as `hedgerow_strerror`. UTF-8, with a 0 at its end. `length` becomes its length
// without the 0, also if the buffer is too short (and nothing else is written).
//
// Ask before the next call: one that calls back discards the message.
//
// Returns OK; ABSENT (no call was refused, or the message is gone); POINTER, ARGUMENT, SHORT,
// MEMORY (the message stays).
//
// Threads: any; each has its own message.
//
// Contract: C3, C4.
hedgerow_status hedgerow_error_message(char *text, size_t capacity, size_t *length);

// For functions of objects: says what failed, right before the function returns the same status.
// The call that runs it is then refused with this status and message.
//
// `status` is `HEDGEROW_CALLER`, one of Python's exceptions, FULL or MEMORY. To pass on the
// refusal of a call that the function made, return its status; its message stays. A function that
// returns any other number below 0 has failed with CALLER. Without a message, a TYPE_ERROR of a
// hash says "unhashable type", and any other status what `hedgerow_strerror` says.
//
// Returns the status given; POINTER, ARGUMENT (not one of these), UNICODE_DECODE_ERROR (the text
// is not UTF-8).
//
// Threads: any.
//
// Contract: C4.
hedgerow_status hedgerow_error_raise(int32_t status,
                                     const char *text,
                                     size_t length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HEDGEROW_H */

/* hedgerow.h: many immutable versions of a map from words to words, in one arena.
 *
 * Made from the library's sources: do not edit. Begin with README.md beside the sources, which
 * builds up one program.
 *
 * A store holds versions. A version is a uint64_t; so is an open edit, which is a version in the
 * making. Keys and values are uint64_t whose meaning is yours: numbers, indices, pointers, handles.
 * You hash, the store folds the hash to 32 bits, and iteration has the order of CPython's HAMT.
 *
 * Calls return a status: 0 and above say how it turned out, below 0 that it was refused, and that
 * no version was changed. Results are written through pointers, which is done only if the status is
 * not below 0. Every pointer has to be given unless its function says otherwise.
 *
 * THE CONTRACT. What cannot be told is yours to keep:
 *   C1  A hedgerow_store * is null, or came from hedgerow_store_new and was not freed.
 *   C2  One thread at a time uses a store, reading included. It may move from thread to thread.
 *       Different stores are independent. Numbers, probes and iterators are plain values.
 *   C3  A pointer to one value is null, or good for that value for as long as the call runs.
 *   C4  A pointer to an array is null, or good for as many values as the count beside it says.
 *       An array of no values may be null.
 *   C5  A function pointer is null or that of a function of its type, which returns: no longjmp, no
 *       exception through it.
 * Everything else is told: stale and foreign versions, null and misaligned pointers, short buffers,
 * structures of another size, probes that were overwritten, calls in the wrong moment.
 *
 * CALLBACKS may call any function, on the same store, too. Three things are refused there with
 * HEDGEROW_BUSY: to write in a visit, to write while the store is freed, and to free it.
 *
 * Each function's comment lists what it answers, without HEDGEROW_ and without STORE and PANIC,
 * which any call on a store may answer.
 */

#ifndef HEDGEROW_H
#define HEDGEROW_H

#include <stddef.h>
#include <stdint.h>
/* What hedgerow_abi_version() returns in the library that this header belongs to. */
#define HEDGEROW_ABI_VERSION 0

// Hashes have 64 bits, and are folded to 32 as CPython's HAMT folds them.
#define HEDGEROW_HASH_64 0

// Hashes have 32 bits, and are taken as they are. The upper half has to be 0.
#define HEDGEROW_HASH_32 32

// Dead keys and values are forgotten: right for plain numbers.
#define HEDGEROW_DEAD_DISCARD 0

// Dead keys and values wait for `hedgerow_store_drain`.
#define HEDGEROW_DEAD_KEEP 1

// Only the second version has the key.
#define HEDGEROW_CHANGE_ADDED 1

// Only the first version has the key.
#define HEDGEROW_CHANGE_REMOVED 2

// Both have the key, with values that are not equal.
#define HEDGEROW_CHANGE_REPLACED 3

// Set in `hedgerow_conflict.present` where the base has the key.
#define HEDGEROW_IN_BASE 1

// Set where ours has the key.
#define HEDGEROW_IN_OURS 2

// Set where theirs has the key.
#define HEDGEROW_IN_THEIRS 4

// What a call answers. Zero and above: it was done, and how it turned out. Below zero: it was
// refused, no version was changed, and nothing was written through a pointer unless the call says
// so.
enum hedgerow_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // It was done.
    HEDGEROW_OK = 0,
    // There is no such key, or no further candidate.
    HEDGEROW_ABSENT = 1,
    // The iteration is over.
    HEDGEROW_END = 2,
    // The same value is there already: nothing was stored, and the version is the one given.
    HEDGEROW_SAME = 3,
    // A pointer is null, or not aligned for what it should point at.
    HEDGEROW_POINTER = -1,
    // A number is out of its range: a 32-bit hash with an upper half, a count beyond memory, an
    // option that does not exist.
    HEDGEROW_ARGUMENT = -2,
    // The structure has another size in this library: header and library do not fit.
    HEDGEROW_SIZE = -3,
    // The buffer is too short. The count says how long it has to be.
    HEDGEROW_SHORT = -4,
    // What the pointer points at is no store, or one that was freed.
    HEDGEROW_STORE = -5,
    // The version was released or forgotten, its edit ended, or there never was such a version.
    HEDGEROW_STALE = -6,
    // The version belongs to another store.
    HEDGEROW_FOREIGN = -7,
    // The version is an open edit, and has to be committed first.
    HEDGEROW_OPEN = -8,
    // The version is committed, hence immutable: open an edit on it.
    HEDGEROW_COMMITTED = -9,
    // The edit was written since the probe or iterator was made: start it again.
    HEDGEROW_CHANGED = -10,
    // The probe or iterator does not hold what the library wrote there: start it again.
    HEDGEROW_SCRIBBLED = -11,
    // A limit is reached. Release versions, compact, or raise the limit.
    HEDGEROW_FULL = -12,
    // The allocator refused memory. Release versions, or free memory elsewhere.
    HEDGEROW_MEMORY = -13,
    // A function of the caller's said that it failed.
    HEDGEROW_CALLER = -14,
    // Both sides of a merge changed a key in different ways, and nobody was named to decide.
    HEDGEROW_CONFLICT = -15,
    // The store is being visited or freed, and cannot be written (or freed) meanwhile.
    HEDGEROW_BUSY = -16,
    // The store's invariants are broken: a bug of the library. Free the store.
    HEDGEROW_CORRUPT = -17,
    // The library panicked: a bug of it. The store refuses everything but being freed.
    HEDGEROW_PANIC = -18,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum hedgerow_status hedgerow_status;
#else
typedef int32_t hedgerow_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Many immutable versions of a map from words to words, in one arena.
//
// Made by `hedgerow_store_new`, ended by `hedgerow_store_free`. Everything else of the library is
// numbers and memory of the caller's.
//
// Threads: a store may move from thread to thread, and is for one at a time, reading included.
// Put a lock around it, or give each thread a store. The callbacks run on the thread that calls.
typedef struct hedgerow_store hedgerow_store;

// A walk over a version or open edit: memory of the caller's, on the stack if it likes. It owns
// nothing, keeps no version alive, may be copied to remember a place, and needs no end.
//
// The words are the library's. One that was written over is `HEDGEROW_SCRIBBLED`.
//
// Threads: a plain value. Using it is using its store.
typedef struct {
    // The library's.
    uint64_t opaque[6];
} hedgerow_iter;

// A key and its value.
typedef struct {
    // The key.
    uint64_t key;
    // The value.
    uint64_t value;
} hedgerow_pair;

// A place in a version, found by a hash: memory of the caller's, on the stack if it likes. It owns
// nothing, keeps no version alive, may be copied, and needs no end.
//
// The words are the library's. One that was written over is `HEDGEROW_SCRIBBLED`.
//
// Threads: a plain value. Using it is using its store.
typedef struct {
    // The library's.
    uint64_t opaque[6];
} hedgerow_probe;

// One difference between two versions. What a side has not is 0.
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
    // The key's folded hash. Entries of one hash stand together, those of the first version first.
    uint32_t hash;
    // 0: the first version holds it. 1: the second.
    uint32_t side;
} hedgerow_unshared;

// How much two versions share.
typedef struct {
    // Nodes of both.
    uint64_t nodes_shared;
    // Nodes of the first version only.
    uint64_t nodes_only_a;
    // Nodes of the second version only.
    uint64_t nodes_only_b;
    // Entries of both.
    uint64_t entries_shared;
    // Entries of the first version only.
    uint64_t entries_only_a;
    // Entries of the second version only.
    uint64_t entries_only_b;
} hedgerow_sharing;

// A key that two versions changed in different ways. What a side has not is 0.
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

// Decides a conflict of a merge: above 0 puts what it wrote to `value`, 0 removes the key, below 0
// is an error. It may call any function.
typedef int32_t (*hedgerow_resolve_function)(void *context,
                                             const hedgerow_conflict *conflict,
                                             uint64_t *value);

// Says whether two words are equal: above 0 for yes, 0 for no, below 0 for an error, which ends
// the call with `HEDGEROW_CALLER`.
//
// It may call any function on any store, this one included. It must return: no `longjmp`, no
// exception. A version that it releases may be the one its words stand in; then they are its own
// business.
typedef int32_t (*hedgerow_eq_function)(void *context, uint64_t a, uint64_t b);

// Is told of the key and value of one entry. The store is consistent and not in use: it may be
// called. It must return.
typedef void (*hedgerow_pair_function)(void *context, uint64_t key, uint64_t value);

// How a store works. All zero is a good choice: keys and values are plain numbers.
//
// Every entry holds one key and one value. For words that stand for something counted: take a
// reference for each call of `retain`, give one back for each call of `drop`.
typedef struct {
    // Handed to every function below.
    void *context;
    // Whether two keys of one hash are equal, where their words differ. Called with the given key
    // and the stored one when looking up or storing, the other way round when removing, as CPython
    // does. Null: keys are equal if and only if their words are.
    hedgerow_eq_function key_eq;
    // The same for values, asked by comparisons and merges alone.
    hedgerow_eq_function value_eq;
    // Told of every entry that was made, before the call that made it returns. May be null.
    hedgerow_pair_function retain;
    // Told of every entry that died, before the call that ended it returns. May be null.
    hedgerow_pair_function drop;
    // `HEDGEROW_HASH_64` or `HEDGEROW_HASH_32`.
    uint32_t hash_bits;
    // `HEDGEROW_DEAD_DISCARD` or `HEDGEROW_DEAD_KEEP`. Without meaning where `drop` is given.
    uint32_t dead;
} hedgerow_options;

// What a store holds. Words are 4 bytes.
typedef struct {
    // Committed versions and open edits, without the permanent empty one.
    uint64_t live_versions;
    // Released versions that still join live ones.
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
    // Bytes the store has from the allocator.
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
    // Versions and open edits, dead versions that join live ones, and the permanent empty one.
    uint64_t versions;
    // Numbers given to versions as they are made. Reaching this compacts, which renumbers them.
    uint64_t stamps;
} hedgerow_limits;

// What a compaction did.
typedef struct {
    // Bytes of the store before.
    uint64_t bytes_before;
    // Bytes of the store after.
    uint64_t bytes_after;
    // Entries that only forgotten versions held.
    uint64_t entries_freed;
} hedgerow_compaction;

// Is handed an entry, and how many versions and open edits hold it. 0 goes on; anything else stops
// the visit, below 0 as an error. It may read the store; writes are `HEDGEROW_BUSY`.
typedef int32_t (*hedgerow_visit_function)(void *context,
                                           uint64_t key,
                                           uint64_t value,
                                           uint32_t holders);

// A key, its hash and its value: what a version is built from.
typedef struct {
    // The key's hash.
    uint64_t hash;
    // The key.
    uint64_t key;
    // The value.
    uint64_t value;
} hedgerow_item;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Opens an edit on a version, in O(1). Its number goes wherever that of a version goes for reading
// and writing keys, and writing changes it in place. The base stays as it is, and may be released.
//
// Answers OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_edit_open(hedgerow_store *store,
                                   uint64_t base,
                                   uint64_t *edit);

// Ends an edit: what it holds is a version from now on. `made` is its number, which is the edit's
// own, or that of the empty version.
//
// Answers OK; POINTER, STALE, FOREIGN, COMMITTED, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_edit_commit(hedgerow_store *store,
                                     uint64_t edit,
                                     uint64_t *made);

// Ends an edit, and frees what it made.
//
// Answers OK; POINTER, STALE, FOREIGN, COMMITTED, BUSY.
//
// Contract: C1, C2.
hedgerow_status hedgerow_edit_abandon(hedgerow_store *store, uint64_t edit);

// Starts a walk over a version or open edit, in CPython's order: by the folded hash, five bits at
// a time, low bits first; then by insertion among equal hashes.
//
// Answers OK; POINTER, STALE, FOREIGN.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_iter_start(const hedgerow_store *store,
                                    uint64_t version,
                                    hedgerow_iter *iter);

// The next entry. A step costs the depth of the tree.
//
// Answers OK; END (nothing is written); POINTER, SCRIBBLED, STALE, FOREIGN, CHANGED (the edit was
// written since the walk began).
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_iter_next(const hedgerow_store *store,
                                   hedgerow_iter *iter,
                                   uint64_t *key,
                                   uint64_t *value);

// The next entries, up to `capacity` of them; `count` says how many. The depth of the tree is
// walked once, so this is the fast way to walk much.
//
// Answers OK; END (`count` is 0); POINTER, ARGUMENT (no room for even one), SCRIBBLED, STALE,
// FOREIGN, CHANGED.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_iter_next_many(const hedgerow_store *store,
                                        hedgerow_iter *iter,
                                        hedgerow_pair *pairs,
                                        size_t capacity,
                                        size_t *count);

// Looks a key up in a version or open edit.
//
// Answers OK, ABSENT (`value` is not written); POINTER, ARGUMENT, STALE, FOREIGN, CALLER, CHANGED.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_key_get(const hedgerow_store *store,
                                 uint64_t version,
                                 uint64_t hash,
                                 uint64_t key,
                                 uint64_t *value);

// Looks many keys up: those at `keys`, with the hashes at `hashes`. On large versions the walks
// are interleaved, which is several times faster than one call after the other.
//
// `found[i]` is 1 where there is such a key, and its value in `values[i]`; else both are 0. Where
// the call is refused half way, what was written stays.
//
// Answers OK; POINTER, ARGUMENT, STALE, FOREIGN, CALLER, CHANGED.
//
// Contract: C1, C2, C4.
hedgerow_status hedgerow_key_get_many(const hedgerow_store *store,
                                      uint64_t version,
                                      const uint64_t *hashes,
                                      const uint64_t *keys,
                                      size_t count,
                                      uint64_t *values,
                                      uint8_t *found);

// Puts a value under a key. Of a version this makes a new one; an edit is written in place, and
// `made` is its own number. Where an equal key is stored, that one stays, as in Python, and the
// given key is not stored; `retain` is told which it was.
//
// Answers OK; SAME (the same value word is there: `made` is the version given, nothing was
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
// Answers OK; ABSENT (`made` is the version given); POINTER, ARGUMENT, STALE, FOREIGN, FULL,
// MEMORY, CALLER, CHANGED, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_key_remove(hedgerow_store *store,
                                    uint64_t version,
                                    uint64_t hash,
                                    uint64_t key,
                                    uint64_t *made);

// Stands a probe at the first key of a hash in a version or open edit, if there is one or not.
//
// Answers OK; POINTER, ARGUMENT, STALE, FOREIGN.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_probe_start(const hedgerow_store *store,
                                     uint64_t version,
                                     uint64_t hash,
                                     hedgerow_probe *probe);

// The key and value that a probe stands at.
//
// Answers OK; ABSENT (there is no further candidate, and nothing is written); POINTER, SCRIBBLED,
// STALE, FOREIGN, CHANGED.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_probe_candidate(const hedgerow_store *store,
                                         const hedgerow_probe *probe,
                                         uint64_t *key,
                                         uint64_t *found);

// Moves a probe to the next candidate, whether there is one or not.
//
// Answers OK; POINTER, SCRIBBLED.
//
// Contract: C3.
hedgerow_status hedgerow_probe_advance(hedgerow_probe *probe);

// Writes where a probe stands: over the candidate, or as a new key where there is none. The key is
// stored as it is given; to keep the old key, as Python does, give the candidate's. `made` as for
// `hedgerow_key_insert`.
//
// That no candidate is equal is the caller's word: a key put past an equal one stands there twice.
//
// Answers OK; POINTER, SCRIBBLED, STALE, FOREIGN, CHANGED, FULL, MEMORY, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_probe_put(hedgerow_store *store,
                                   const hedgerow_probe *probe,
                                   uint64_t key,
                                   uint64_t put,
                                   uint64_t *made);

// Removes the candidate that a probe stands at. `made` as for `hedgerow_key_insert`.
//
// Answers OK; ABSENT (there is no candidate, and nothing is written); POINTER, SCRIBBLED, STALE,
// FOREIGN, CHANGED, FULL, MEMORY, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_probe_cut(hedgerow_store *store,
                                   const hedgerow_probe *probe,
                                   uint64_t *made);

// Whether two versions have equal keys with equal values: `equal` becomes 1 or 0. Costs what
// differs between relatives.
//
// Answers OK; POINTER, STALE, FOREIGN, OPEN, CALLER, FULL, MEMORY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_equal(const hedgerow_store *store,
                                       uint64_t a,
                                       uint64_t b,
                                       int32_t *equal);

// What changed from `a` to `b`, in iteration order of the hashes. `count` says how many changes
// there are, also where the buffer is too short (and nothing else was written).
//
// Answers OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN, OPEN, CALLER, FULL, MEMORY.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_version_diff(const hedgerow_store *store,
                                      uint64_t a,
                                      uint64_t b,
                                      hedgerow_change *changes,
                                      size_t capacity,
                                      size_t *count);

// The entries that only one of two versions, or open edits, holds, hash by hash. Nothing is
// compared but hashes: of these a caller without callbacks makes equality, a diff or a merge with
// an equality of its own. `count` as for `hedgerow_version_diff`.
//
// Answers OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN.
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
// Answers OK; POINTER, SIZE, STALE, FOREIGN, OPEN.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_shared(const hedgerow_store *store,
                                        uint64_t a,
                                        uint64_t b,
                                        hedgerow_sharing *sharing,
                                        size_t size);

// Three-way merge: a version of `ours` with what `theirs` changed since `base`. Where both changed
// a key in different ways, `resolve` decides.
//
// Answers OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, CALLER, CONFLICT (one arose, and
// `resolve` is null), BUSY.
//
// Contract: C1, C2, C3, C5.
hedgerow_status hedgerow_version_merge(hedgerow_store *store,
                                       uint64_t base,
                                       uint64_t ours,
                                       uint64_t theirs,
                                       hedgerow_resolve_function resolve,
                                       void *context,
                                       uint64_t *made);

// A version of `a` with the keys of `b` that it has not.
//
// Answers OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, CALLER, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_union(hedgerow_store *store,
                                       uint64_t a,
                                       uint64_t b,
                                       uint64_t *made);

// A version of the entries of `a` whose keys `b` has, too, with the values of `a`.
//
// Answers OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, CALLER, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_intersect(hedgerow_store *store,
                                           uint64_t a,
                                           uint64_t b,
                                           uint64_t *made);

// A version of the entries of `a` whose keys `b` has not.
//
// Answers OK; POINTER, STALE, FOREIGN, OPEN, FULL, MEMORY, CALLER, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_subtract(hedgerow_store *store,
                                          uint64_t a,
                                          uint64_t b,
                                          uint64_t *made);

// The number of the library's binary interface: `HEDGEROW_ABI_VERSION` of the header it belongs
// to. A program that links the shared library may compare the two at its start.
//
// Threads: any.
uint32_t hedgerow_abi_version(void);

// One line of English for a status: cause and remedy. Never null, permanent, and the same for
// every number that is no status.
//
// Threads: any.
const char *hedgerow_strerror(int32_t status);

// A 64-bit hash folded to 32 bits as CPython's HAMT does it: the halves combined by exclusive or,
// and -1 made -2. Stores of `HEDGEROW_HASH_64` fold by themselves.
//
// Threads: any.
uint32_t hedgerow_hash_fold(uint64_t hash);

// Makes a store. `options` may be null, with a size of 0: keys and values are plain numbers then.
// `size` is `sizeof(hedgerow_options)`.
//
// Answers OK; POINTER, SIZE, ARGUMENT (an option that does not exist).
//
// Contract: C3, C5.
hedgerow_status hedgerow_store_new(const hedgerow_options *options,
                                   size_t size,
                                   hedgerow_store **store);

// Ends a store and all its versions. Where there is a `drop`, it is called for every entry, and
// may read what is left. Null is allowed, and nothing is done.
//
// Without a `drop`, entries that hold references are to be visited, or their versions released and
// drained, before.
//
// Answers OK; STORE, BUSY (called from one of the store's own callbacks).
//
// Contract: C1, C2, and the store is not used afterwards.
hedgerow_status hedgerow_store_free(hedgerow_store *store);

// Tells what a store holds. `size` is `sizeof(hedgerow_stats)`. O(1).
//
// Answers OK; POINTER, SIZE.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_store_stats(const hedgerow_store *store,
                                     hedgerow_stats *stats,
                                     size_t size);

// Tells what a store may grow to. `size` is `sizeof(hedgerow_limits)`.
//
// Answers OK; POINTER, SIZE.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_store_limits(const hedgerow_store *store,
                                      hedgerow_limits *limits,
                                      size_t size);

// Sets what a store may grow to. What it holds beyond a new limit stays. Begin with what
// `hedgerow_store_limits` gave.
//
// Answers OK; POINTER, SIZE, BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_store_set_limits(hedgerow_store *store,
                                          const hedgerow_limits *limits,
                                          size_t size);

// Whether the store compacts of its own accord, at the end of a release that leaves far more free
// memory than live. On (not 0) to begin with.
//
// Answers OK; POINTER, BUSY.
//
// Contract: C1, C2.
hedgerow_status hedgerow_store_set_auto_compact(hedgerow_store *store,
                                                int32_t on);

// Moves everything live together, in iteration order of the newest version, and gives the rest
// back to the allocator. All versions, edits, probes and iterators stay good. `done` may be null.
// `size` is `sizeof(hedgerow_compaction)`, or 0 with null.
//
// Answers OK; POINTER, SIZE, MEMORY (nothing was done), BUSY.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_store_compact(hedgerow_store *store,
                                       hedgerow_compaction *done,
                                       size_t size);

// Tests every invariant of the store. O(everything); for tests, and for doubts.
//
// Answers OK; POINTER, CORRUPT.
//
// Contract: C1, C2.
hedgerow_status hedgerow_store_check(const hedgerow_store *store);

// Hands out keys and values of entries that died, of a store that keeps its dead
// (`HEDGEROW_DEAD_KEEP`): up to `capacity` of them, in no order. `count` says how many there were.
// Call it until that is 0, which it always is where there is a `drop`.
//
// Answers OK; POINTER, ARGUMENT, BUSY.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_store_drain(hedgerow_store *store,
                                     hedgerow_pair *dead,
                                     size_t capacity,
                                     size_t *count);

// Calls `visit` for every entry that the given versions and open edits hold, once each, with the
// number of those that do: for a collector of the caller's own. Null versions: all that are live.
// What died and was not drained yet is not visited, nor what only forgotten versions hold.
//
// Answers OK, also where `visit` stopped it; POINTER, ARGUMENT, STALE, FOREIGN, CALLER.
//
// Contract: C1, C2, C4, C5.
hedgerow_status hedgerow_store_visit(const hedgerow_store *store,
                                     const uint64_t *versions,
                                     size_t count,
                                     hedgerow_visit_function visit,
                                     void *context);

// The empty version: always the same, and permanent. Releasing it does nothing.
//
// Answers OK; POINTER.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_empty(const hedgerow_store *store, uint64_t *empty);

// How many entries a version or open edit has.
//
// Answers OK; POINTER, STALE, FOREIGN.
//
// Contract: C1, C2, C3.
hedgerow_status hedgerow_version_len(const hedgerow_store *store,
                                     uint64_t version,
                                     uint64_t *len);

// Makes a version of many pairs at once: faster than inserting them, and with the entries in
// iteration order. Of equal keys the last stays, in the place of the first; what it replaced never
// was in the store.
//
// Answers OK; POINTER, ARGUMENT, FULL, MEMORY, CALLER, BUSY.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_version_build(hedgerow_store *store,
                                       const hedgerow_item *items,
                                       size_t count,
                                       uint64_t *made);

// Ends a version: what only it held is freed before this returns. Each version that a call made is
// to be released once; its number stays invalid for ever.
//
// Answers OK; POINTER, STALE, FOREIGN, OPEN, BUSY.
//
// Contract: C1, C2.
hedgerow_status hedgerow_version_release(hedgerow_store *store,
                                         uint64_t version);

// Ends a version in O(1), and leaves what only it held to the next compaction.
//
// Answers OK; POINTER, STALE, FOREIGN, OPEN, BUSY.
//
// Contract: C1, C2.
hedgerow_status hedgerow_version_forget(hedgerow_store *store, uint64_t version);

// Writes the tree of a version or open edit as text, in the words of immutables'
// `Map.__dump__()`, with a 0 at its end. `length` says how long the text is, without the 0, also
// where the buffer is too short (and nothing else was written).
//
// Answers OK; POINTER, ARGUMENT, SHORT, STALE, FOREIGN.
//
// Contract: C1, C2, C3, C4.
hedgerow_status hedgerow_version_dump(const hedgerow_store *store,
                                      uint64_t version,
                                      char *text,
                                      size_t capacity,
                                      size_t *length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HEDGEROW_H */

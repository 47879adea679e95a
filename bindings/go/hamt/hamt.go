// Package hamt is the persistent map behind Python's contextvars, for a port of CPython's runtime
// to Go: New, Assoc, Without, Find, Len, Eq, iterators, hash and repr over the runtime's objects.
//
// Maps are immutable. An update makes a new map that shares everything with the old one but the
// path that changed, and iteration has the order of CPython's hamt.c.
//
// The map is Hedgerow's C library. Objects stay in Go, and the library knows them by numbers. Keys
// are compared in Go, with probes. So C never calls back, an equality that fails is an ordinary Go
// error, and no lock is held while it runs.
package hamt

/*
#cgo pkg-config: hedgerow
#include <stdlib.h>
#include <hedgerow.h>
*/
import "C"

import (
	"errors"
	"runtime"
	"sync"
	"unsafe"
)

// Object is an object of the runtime. Both methods may fail, and may use any map. Implementations
// are pointers, so that == compares identities.
type Object interface {
	Hash() (int64, error)
	Equal(other Object) (bool, error)
}

// Hamt is one immutable map, for any number of goroutines. Its count also makes it large enough for
// a finalizer: Go may not run those of tiny objects.
type Hamt struct{ version, count C.uint64_t }

// One thread at a time uses the library: mutex is held during each call, and never while a method
// of an object runs.
var (
	mutex   sync.Mutex
	store   *C.hedgerow_store
	empty   *Hamt
	objects = map[C.uint64_t]*counted{}
	numbers = map[Object]C.uint64_t{}
	last    C.uint64_t
	unused  []C.uint64_t // versions whose maps were collected
)

// counted is an object in the table, and the number of references from entries of the store.
type counted struct {
	object  Object
	entries int
}

func init() {
	options := (*C.hedgerow_options)(C.calloc(1, C.sizeof_hedgerow_options))
	defer C.free(unsafe.Pointer(options))
	options.dead = C.HEDGEROW_DEAD_KEEP
	must(C.hedgerow_store_new(options, C.sizeof_hedgerow_options, &store))
	empty = &Hamt{}
	must(C.hedgerow_version_empty(store, &empty.version))
}

// statusError is a refusal of the library.
func statusError(status C.int32_t) error {
	return errors.New("hedgerow: " + C.GoString(C.hedgerow_strerror(status)))
}

func must(status C.int32_t) {
	if status < 0 {
		panic(statusError(status))
	}
}

// reference gives the number of an object, and counts one more reference from an entry.
func reference(object Object) C.uint64_t {
	known, ok := numbers[object]
	if !ok {
		last++
		known = last
		numbers[object], objects[known] = known, &counted{object: object}
	}
	objects[known].entries++
	return known
}

// unreference takes back one reference.
func unreference(number C.uint64_t) {
	at := objects[number]
	if at.entries--; at.entries == 0 {
		delete(objects, number)
		delete(numbers, at.object)
	}
}

// mapOf is the map of a version that a call has just made.
func mapOf(version C.uint64_t) *Hamt {
	cleanUp()
	if version == empty.version {
		return empty
	}
	h := &Hamt{version: version}
	must(C.hedgerow_version_len(store, version, &h.count))
	runtime.SetFinalizer(h, func(h *Hamt) {
		mutex.Lock()
		defer mutex.Unlock()
		unused = append(unused, h.version)
	})
	return h
}

// cleanUp releases the versions of collected maps, and the references of entries that died.
func cleanUp() {
	for _, version := range unused {
		must(C.hedgerow_version_release(store, version))
	}
	unused = unused[:0]
	var dead [64]C.hedgerow_pair
	for {
		var count C.size_t
		must(C.hedgerow_store_drain(store, &dead[0], C.size_t(len(dead)), &count))
		if count == 0 {
			return
		}
		for _, pair := range dead[:count] {
			unreference(pair.key)
			unreference(pair.value)
		}
	}
}

// locked makes a call of the library, holding mutex.
func locked(call func() C.int32_t) (C.int32_t, error) {
	mutex.Lock()
	defer mutex.Unlock()
	status := call()
	if status < 0 {
		return status, statusError(status)
	}
	return status, nil
}

// location is where a key is in a map, or would be.
type location struct {
	probe      C.hedgerow_probe
	key, value C.uint64_t
	stored     Object
	found      Object // the value; nil if there is no such key
}

// find looks up a key. Equal has its operands in the order of hamt.c: the given key first, except
// when removing.
func (h *Hamt) find(key Object, storedFirst bool) (*location, error) {
	hash, err := key.Hash()
	if err != nil {
		return nil, err
	}
	at := &location{}
	status, err := locked(func() C.int32_t {
		return C.hedgerow_probe_start(store, h.version, C.uint64_t(hash), &at.probe)
	})
	for err == nil {
		status, err = locked(func() C.int32_t {
			status := C.hedgerow_probe_candidate(store, &at.probe, &at.key, &at.value)
			if status == C.HEDGEROW_OK {
				at.stored, at.found = objects[at.key].object, objects[at.value].object
			}
			return status
		})
		if err != nil || status == C.HEDGEROW_ABSENT {
			at.found = nil
			return at, err
		}
		same := at.stored == key
		if !same && storedFirst {
			same, err = at.stored.Equal(key)
		} else if !same {
			same, err = key.Equal(at.stored)
		}
		if same || err != nil {
			return at, err
		}
		status, err = locked(func() C.int32_t { return C.hedgerow_probe_advance(&at.probe) })
	}
	return nil, err
}

// New is the empty map.
func New() *Hamt { return empty }

// Assoc is the map with a value under a key. The stored key stays; the same value gives the same
// map.
func (h *Hamt) Assoc(key, val Object) (*Hamt, error) {
	defer runtime.KeepAlive(h)
	at, err := h.find(key, false)
	if err != nil {
		return nil, err
	}
	if at.found == val {
		return h, nil
	}
	mutex.Lock()
	defer mutex.Unlock()
	if at.found != nil {
		key = at.stored
	}
	k, v := reference(key), reference(val)
	var version C.uint64_t
	if status := C.hedgerow_probe_put(store, &at.probe, k, v, &version); status < 0 {
		unreference(k)
		unreference(v)
		return nil, statusError(status)
	}
	return mapOf(version), nil
}

// Without is the map without a key, and whether it was there.
func (h *Hamt) Without(key Object) (*Hamt, bool, error) {
	defer runtime.KeepAlive(h)
	at, err := h.find(key, true)
	if err != nil || at.found == nil {
		return h, false, err
	}
	mutex.Lock()
	defer mutex.Unlock()
	var version C.uint64_t
	if status := C.hedgerow_probe_cut(store, &at.probe, &version); status < 0 {
		return h, false, statusError(status)
	}
	return mapOf(version), true, nil
}

// Find is the value of a key, and whether there is one. An empty map does not hash, as in hamt.c.
func (h *Hamt) Find(key Object) (Object, bool, error) {
	defer runtime.KeepAlive(h)
	if h.Len() == 0 {
		return nil, false, nil
	}
	at, err := h.find(key, false)
	if err != nil || at.found == nil {
		return nil, false, err
	}
	return at.found, true, nil
}

// Len is the number of keys.
func (h *Hamt) Len() int { return int(h.count) }

// Eq says whether two maps have equal keys with equal values. It looks up each key of one map in
// the other.
func (h *Hamt) Eq(other *Hamt) (bool, error) {
	if h == other || h.Len() != other.Len() {
		return h == other, nil
	}
	for it := h.Iter(); ; {
		key, val, ok, err := it.Next()
		if !ok || err != nil {
			return err == nil, err
		}
		found, ok, err := other.Find(key)
		if !ok || err != nil {
			return false, err
		}
		same := found == val
		if !same {
			same, err = val.Equal(found)
		}
		if !same || err != nil {
			return false, err
		}
	}
}

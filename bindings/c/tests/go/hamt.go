// Package hamt is the persistent map behind Python's contextvars, for a port of CPython's runtime
// to Go: New, Assoc, Without, Find, Len, Eq and Iter over objects of the runtime's own.
//
// The map itself is Hedgerow's C library. Objects stay in Go: the library knows them by numbers.
// Keys are compared here, by probes, so no call comes back from C, an equality that fails is an
// ordinary Go error, and no lock is held while it runs.
package hamt

/*
#include <stdlib.h>
#include "hedgerow.h"
*/
import "C"

import (
	"errors"
	"runtime"
	"sync"
	"unsafe"
)

// Object is what the runtime's objects have to be able to do. Both calls may fail, and may use any
// map. An object is itself: implementations are pointers.
type Object interface {
	Hash() (int64, error)
	Equal(other Object) (bool, error)
}

// Hamt is one immutable map. It may be used by any goroutine. (Go runs no finalizer for objects of
// less than two words.)
type Hamt struct{ version, count C.uint64_t }

// The library is for one thread at a time: mutex is held in each call, and never while an object
// runs code of its own.
var (
	mutex   sync.Mutex
	store   *C.hedgerow_store
	empty   *Hamt
	objects = map[C.uint64_t]*held{}
	numbers = map[Object]C.uint64_t{}
	last    C.uint64_t
	unused  []C.uint64_t // versions whose map was collected
)

// held is an object in the table, and how many entries of the store hold it.
type held struct {
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

// hold is the number of an object that one more entry holds.
func hold(object Object) C.uint64_t {
	known, ok := numbers[object]
	if !ok {
		last++
		known = last
		numbers[object], objects[known] = known, &held{object: object}
	}
	objects[known].entries++
	return known
}

func let(number C.uint64_t) {
	at := objects[number]
	if at.entries--; at.entries == 0 {
		delete(objects, number)
		delete(numbers, at.object)
	}
}

// made is the map of a version that a call has made.
func made(version C.uint64_t) *Hamt {
	tidy()
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

// tidy ends versions that nobody uses, and lets go of the objects of entries that died.
func tidy() {
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
			let(pair.key)
			let(pair.value)
		}
	}
}

// locked runs a call of the library.
func locked(call func() C.int32_t) (C.int32_t, error) {
	mutex.Lock()
	defer mutex.Unlock()
	status := call()
	if status < 0 {
		return status, statusError(status)
	}
	return status, nil
}

// place is where a key stands in a map, or would stand.
type place struct {
	probe      C.hedgerow_probe
	key, value C.uint64_t
	stored     Object
	found      Object // the value; nil where there is no such key
}

// find looks a key up. The operands of Equal stand as in hamt.c: the given key first, but for
// removing.
func (h *Hamt) find(key Object, storedFirst bool) (*place, error) {
	hash, err := key.Hash()
	if err != nil {
		return nil, err
	}
	at := &place{}
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
	k, v := hold(key), hold(val)
	var version C.uint64_t
	if status := C.hedgerow_probe_put(store, &at.probe, k, v, &version); status < 0 {
		let(k)
		let(v)
		return nil, statusError(status)
	}
	return made(version), nil
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
	return made(version), true, nil
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

// Eq says whether two maps have equal keys with equal values, by looking the keys of one up in the
// other.
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

// Iter is a walk over a map, in hamt.c's order. Nothing is allocated for a step.
type Iter struct {
	of   *Hamt
	iter C.hedgerow_iter
}

// Iter begins a walk.
func (h *Hamt) Iter() *Iter {
	it := &Iter{of: h}
	mutex.Lock()
	defer mutex.Unlock()
	must(C.hedgerow_iter_start(store, h.version, &it.iter))
	return it
}

// Next is the next key and value; ok is false after the last.
func (it *Iter) Next() (key, val Object, ok bool, err error) {
	defer runtime.KeepAlive(it.of)
	var k, v C.uint64_t
	status, err := locked(func() C.int32_t {
		status := C.hedgerow_iter_next(store, &it.iter, &k, &v)
		if status == C.HEDGEROW_OK {
			key, val = objects[k].object, objects[v].object
		}
		return status
	})
	return key, val, status == C.HEDGEROW_OK, err
}

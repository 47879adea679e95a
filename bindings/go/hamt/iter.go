package hamt

/*
#include <hedgerow.h>
*/
import "C"

import "runtime"

// Iter is one walk over a map, in hamt.c's order. A step allocates nothing. One goroutine at a time
// uses it.
type Iter struct {
	of   *Hamt
	iter C.hedgerow_iter
}

// Keys iterates over the keys of a map, Values over its values, Items over both. As CPython's
// iterators of these names they walk once, and Len is that of the whole map at any moment.
type (
	Keys   struct{ iter *Iter }
	Values struct{ iter *Iter }
	Items  struct{ iter *Iter }
)

// Iter starts an iteration.
func (h *Hamt) Iter() *Iter {
	it := &Iter{of: h}
	mutex.Lock()
	defer mutex.Unlock()
	must(C.hedgerow_iter_start(store, h.version, &it.iter))
	return it
}

// Keys starts an iteration over the keys.
func (h *Hamt) Keys() Keys { return Keys{h.Iter()} }

// Values starts an iteration over the values.
func (h *Hamt) Values() Values { return Values{h.Iter()} }

// Items starts an iteration over keys and values.
func (h *Hamt) Items() Items { return Items{h.Iter()} }

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

// Len is the number of entries of the map, however far the walk has come.
func (it *Iter) Len() int { return it.of.Len() }

// Next is the next key; ok is false after the last.
func (keys Keys) Next() (key Object, ok bool, err error) {
	key, _, ok, err = keys.iter.Next()
	return key, ok, err
}

// Len is the number of keys of the map.
func (keys Keys) Len() int { return keys.iter.Len() }

// Next is the next value; ok is false after the last.
func (values Values) Next() (val Object, ok bool, err error) {
	_, val, ok, err = values.iter.Next()
	return val, ok, err
}

// Len is the number of values of the map.
func (values Values) Len() int { return values.iter.Len() }

// Next is the next key and value; ok is false after the last.
func (items Items) Next() (key, val Object, ok bool, err error) { return items.iter.Next() }

// Len is the number of entries of the map.
func (items Items) Len() int { return items.iter.Len() }

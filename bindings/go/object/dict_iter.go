package object

/*
#include <hedgerow.h>
*/
import "C"

import "runtime"

// Iter is one walk over a dict, in insertion order. The values of stored keys may be replaced
// meanwhile; any other change ends the walk with a RuntimeError. One goroutine at a time uses it.
//
//	for items := dict.Items(); items.Next(); {
//		fmt.Println(items.Key(), items.Value())
//	}
//
// Err says afterwards whether the walk was cut short.
type Iter struct {
	of         *Dict
	iter       C.hedgerow_dict_iter
	key, value *Value
	err        error
}

// Keys iterates over the keys of a dict, Values over its values, Items over both.
type (
	Keys   struct{ iter *Iter }
	Values struct{ iter *Iter }
	Items  struct{ *Iter }
)

// Keys starts a walk over the keys.
func (dict *Dict) Keys() Keys { return Keys{dict.iter()} }

// Values starts a walk over the values.
func (dict *Dict) Values() Values { return Values{dict.iter()} }

// Items starts a walk over keys and values.
func (dict *Dict) Items() Items { return Items{dict.iter()} }

// ReversedItems starts a walk over keys and values from the last entry to the first:
// reversed(dict.items()).
func (dict *Dict) ReversedItems() Items {
	defer runtime.KeepAlive(dict)
	iter := &Iter{of: dict}
	_, iter.err = call(func() C.int32_t {
		return C.hedgerow_dict_iter_start_reversed(dict.c(), &iter.iter)
	})
	return Items{iter}
}

func (dict *Dict) iter() *Iter {
	defer runtime.KeepAlive(dict)
	iter := &Iter{of: dict}
	_, iter.err = call(func() C.int32_t {
		return C.hedgerow_dict_iter_start(dict.c(), &iter.iter)
	})
	return iter
}

// Left is how many entries the walk has left, 0 once the size of the dict has changed: Python's
// operator.length_hint.
func (iter *Iter) Left() (int, error) {
	defer runtime.KeepAlive(iter.of)
	var left C.uint64_t
	_, err := call(func() C.int32_t {
		return C.hedgerow_dict_iter_left(iter.of.c(), &iter.iter, &left)
	})
	return int(left), err
}

// Next goes to the next entry. It is false at the end, and after an error.
func (iter *Iter) Next() bool {
	return iter.step(true, true)
}

// Key is the key that Next went to.
func (iter *Iter) Key() *Value { return iter.key }

// Value is the value that Next went to.
func (iter *Iter) Value() *Value { return iter.value }

// Err is what cut the walk short, or nil.
func (iter *Iter) Err() error { return iter.err }

// Next goes to the next key. It is false at the end, and after an error.
func (keys Keys) Next() bool { return keys.iter.step(true, false) }

// Key is the key that Next went to.
func (keys Keys) Key() *Value { return keys.iter.key }

// Err is what cut the walk short, or nil.
func (keys Keys) Err() error { return keys.iter.err }

// Next goes to the next value. It is false at the end, and after an error.
func (values Values) Next() bool { return values.iter.step(false, true) }

// Value is the value that Next went to.
func (values Values) Value() *Value { return values.iter.value }

// Err is what cut the walk short, or nil.
func (values Values) Err() error { return values.iter.err }

// step goes on, and makes values of what is wanted.
func (iter *Iter) step(wantKey, wantValue bool) bool {
	defer runtime.KeepAlive(iter.of)
	iter.key, iter.value = nil, nil
	if iter.err != nil {
		return false
	}
	var key, value *C.hedgerow_value
	status, err := call(func() C.int32_t {
		var keyAt, valueAt **C.hedgerow_value
		if wantKey {
			keyAt = &key
		}
		if wantValue {
			valueAt = &value
		}
		return C.hedgerow_dict_iter_next(iter.of.c(), &iter.iter, keyAt, valueAt)
	})
	if iter.err = err; err != nil || status != C.HEDGEROW_OK {
		return false
	}
	if wantKey {
		iter.key = owned(key)
	}
	if wantValue {
		iter.value = owned(value)
	}
	return true
}

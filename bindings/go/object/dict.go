package object

/*
#include "bridge.h"

static int32_t get_str(const hedgerow_dict *dict, _GoString_ text, hedgerow_value **value)
{
    return hedgerow_dict_get_utf8(dict, _GoStringPtr(text), _GoStringLen(text), value);
}
*/
import "C"

import "runtime"

// Dict is Python's dict: keys are values, in insertion order. Several goroutines may use it at
// once, and so may the functions of a key's Type while it is searched.
type Dict struct {
	handle *C.hedgerow_dict
	// Go may not run the finalizer of anything smaller than 16 bytes.
	_ uint64
}

// Merge says what to do with a key that is stored already.
type Merge uint32

const (
	// Replace gives it the new value: dict.update.
	Replace Merge = C.HEDGEROW_MERGE_REPLACE
	// IfAbsent leaves it its value.
	IfAbsent Merge = C.HEDGEROW_MERGE_IF_ABSENT
	// Unique is a KeyError, as in a call with two **.
	Unique Merge = C.HEDGEROW_MERGE_UNIQUE
)

// NewDict is an empty dict, whose keys are hashed under this policy. It panics for a policy that is
// none, such as the zero one.
func NewDict(policy *Policy) *Dict {
	var handle *C.hedgerow_dict
	must(C.hedgerow_dict_new(policy.c(), &handle))
	return ownedDict(handle)
}

// FromKeys is dict.fromkeys(keys, value), whose keys are hashed under this policy: keys is a tuple,
// frozenset, str, bytes or dict.
func FromKeys(policy *Policy, keys, value *Value) (*Dict, error) {
	defer keepAlive(keys, value)
	return dictResult(func(at **C.hedgerow_dict) C.int32_t {
		return C.hedgerow_dict_fromkeys(keys.c(), value.c(), policy.c(), at)
	})
}

// Len is the number of entries.
func (dict *Dict) Len() int {
	defer runtime.KeepAlive(dict)
	var length C.uint64_t
	must(C.hedgerow_dict_len(dict.c(), &length))
	return int(length)
}

// Set is dict[key] = value. If an equal key is stored, that key stays.
func (dict *Dict) Set(key, value *Value) error {
	defer runtime.KeepAlive(dict)
	defer keepAlive(key, value)
	_, err := call(func() C.int32_t { return C.hedgerow_dict_set(dict.c(), key.c(), value.c()) })
	return err
}

// Get is dict[key]; found is false where Python raises KeyError.
func (dict *Dict) Get(key *Value) (value *Value, found bool, err error) {
	defer keepAlive(key)
	return dict.find(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_dict_get(dict.c(), key.c(), at)
	})
}

// GetStr is the value of the key that is this str, in UTF-8. It makes no Value of the key.
func (dict *Dict) GetStr(key string) (value *Value, found bool, err error) {
	return dict.find(func(at **C.hedgerow_value) C.int32_t {
		return C.get_str(dict.c(), key, at)
	})
}

// GetInt is the value of the key that is equal to this int; the key may be a float or bool.
func (dict *Dict) GetInt(key int64) (value *Value, found bool, err error) {
	return dict.find(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_dict_get_int64(dict.c(), C.int64_t(key), at)
	})
}

// Contains is key in dict.
func (dict *Dict) Contains(key *Value) (bool, error) {
	defer runtime.KeepAlive(dict)
	defer keepAlive(key)
	status, err := call(func() C.int32_t { return C.hedgerow_dict_contains(dict.c(), key.c()) })
	return status == C.HEDGEROW_OK && err == nil, err
}

// Delete is del dict[key], and whether the key was there.
func (dict *Dict) Delete(key *Value) (found bool, err error) {
	defer runtime.KeepAlive(dict)
	defer keepAlive(key)
	status, err := call(func() C.int32_t { return C.hedgerow_dict_delete(dict.c(), key.c()) })
	return status == C.HEDGEROW_OK && err == nil, err
}

// Pop is dict.pop(key).
func (dict *Dict) Pop(key *Value) (value *Value, found bool, err error) {
	defer keepAlive(key)
	return dict.find(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_dict_pop(dict.c(), key.c(), at)
	})
}

// SetDefault is dict.setdefault(key, value): the value that is stored, or else this one, which is
// then stored.
func (dict *Dict) SetDefault(key, value *Value) (*Value, error) {
	defer keepAlive(key, value)
	stored, _, err := dict.find(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_dict_setdefault(dict.c(), key.c(), value.c(), at)
	})
	return stored, err
}

// PopItem is dict.popitem(): it removes the entry that was inserted last. found is false for an
// empty dict.
func (dict *Dict) PopItem() (key, value *Value, found bool, err error) {
	defer runtime.KeepAlive(dict)
	var k, v *C.hedgerow_value
	status, err := call(func() C.int32_t { return C.hedgerow_dict_popitem(dict.c(), &k, &v) })
	if err != nil || status != C.HEDGEROW_OK {
		return nil, nil, false, err
	}
	return owned(k), owned(v), true, nil
}

// Clear is dict.clear().
func (dict *Dict) Clear() {
	defer runtime.KeepAlive(dict)
	must(C.hedgerow_dict_clear(dict.c()))
}

// Copy is dict.copy().
func (dict *Dict) Copy() (*Dict, error) {
	defer runtime.KeepAlive(dict)
	return dictResult(func(at **C.hedgerow_dict) C.int32_t {
		return C.hedgerow_dict_copy(dict.c(), at)
	})
}

// Equal is a == b: the same keys with equal values, in any order.
func (dict *Dict) Equal(other *Dict) (bool, error) {
	defer runtime.KeepAlive(dict)
	defer runtime.KeepAlive(other)
	var equal C.int32_t
	_, err := call(func() C.int32_t { return C.hedgerow_dict_equal(dict.c(), other.c(), &equal) })
	return equal != 0, err
}

// Update is dict.update(other), with a rule for stored keys. What was stored before a refusal
// stays, as in Python.
func (dict *Dict) Update(other *Dict, merge Merge) error {
	defer runtime.KeepAlive(dict)
	defer runtime.KeepAlive(other)
	_, err := call(func() C.int32_t {
		return C.hedgerow_dict_merge(dict.c(), other.c(), C.uint32_t(merge))
	})
	return err
}

// UpdateFrom is dict.update(other), or dict |= other, of any value: a dict, or pairs.
func (dict *Dict) UpdateFrom(other *Value) error {
	defer runtime.KeepAlive(dict)
	defer keepAlive(other)
	_, err := call(func() C.int32_t { return C.hedgerow_dict_update_from(dict.c(), other.c()) })
	return err
}

// Union is dict | other, where other is a dict as a value.
func (dict *Dict) Union(other *Value) (*Dict, error) {
	defer runtime.KeepAlive(dict)
	defer keepAlive(other)
	return dictResult(func(at **C.hedgerow_dict) C.int32_t {
		return C.hedgerow_dict_union(dict.c(), other.c(), at)
	})
}

// Repr is repr(dict).
func (dict *Dict) Repr() (string, error) {
	defer runtime.KeepAlive(dict)
	return textOf(func(at *C.char, capacity C.size_t, length *C.size_t) C.int32_t {
		return C.hedgerow_dict_repr(dict.c(), at, capacity, length)
	})
}

// String is Repr, for package fmt; for an error, its words in angle brackets.
func (dict *Dict) String() string {
	repr, err := dict.Repr()
	if err != nil {
		return "<" + err.Error() + ">"
	}
	return repr
}

// Value is the dict as a value: the same dict, which may be put into tuples and dicts, including
// itself. It panics for a nil Dict.
func (dict *Dict) Value() *Value {
	defer runtime.KeepAlive(dict)
	return made(func(at **C.hedgerow_value) C.int32_t { return C.hedgerow_value_dict(dict.c(), at) })
}

// find is for calls that hand out a value, or say that there is none.
func (dict *Dict) find(
	function func(at **C.hedgerow_value) C.int32_t,
) (value *Value, found bool, err error) {
	defer runtime.KeepAlive(dict)
	value, err = result(function)
	return value, value != nil, err
}

// c is the handle; nil for a nil Dict, which the library refuses.
func (dict *Dict) c() *C.hedgerow_dict {
	if dict == nil {
		return nil
	}
	return dict.handle
}

// ownedDict is the Go value of a handle that a call has handed out.
func ownedDict(handle *C.hedgerow_dict) *Dict {
	dict := &Dict{handle: handle}
	runtime.SetFinalizer(dict, func(dict *Dict) { must(C.hedgerow_dict_free(dict.handle)) })
	return dict
}

func dictResult(function func(at **C.hedgerow_dict) C.int32_t) (*Dict, error) {
	var handle *C.hedgerow_dict
	if _, err := call(func() C.int32_t { return function(&handle) }); err != nil {
		return nil, err
	}
	return ownedDict(handle), nil
}

// keepAlive keeps the handles of values until a call has returned.
func keepAlive(values ...*Value) { runtime.KeepAlive(values) }

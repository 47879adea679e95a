package object

/*
#include <hedgerow.h>
*/
import "C"

import (
	"math/big"
	"runtime"
)

// Hash is hash(value) under a policy: CPython's, to the bit.
func (value *Value) Hash(policy *Policy) (int64, error) {
	defer runtime.KeepAlive(value)
	var hash C.int64_t
	_, err := call(func() C.int32_t { return C.hedgerow_value_hash(value.c(), policy.c(), &hash) })
	return int64(hash), err
}

// Equal is what a dict asks of keys: a is b or a == b.
func (value *Value) Equal(other *Value) (bool, error) {
	defer runtime.KeepAlive(value)
	defer runtime.KeepAlive(other)
	var equal C.int32_t
	_, err := call(func() C.int32_t { return C.hedgerow_value_equal(value.c(), other.c(), &equal) })
	return equal != 0, err
}

// Is is a is b. Values without an identity (None, Ellipsis, bool, int, float) are one object if
// they are of one kind and have the same bits.
func (value *Value) Is(other *Value) bool {
	defer runtime.KeepAlive(value)
	defer runtime.KeepAlive(other)
	if value == nil || other == nil {
		return value == other
	}
	var same C.int32_t
	must(C.hedgerow_value_is(value.handle, other.handle, &same))
	return same != 0
}

// Repr is repr(value), with lone surrogates escaped as Python prints them.
func (value *Value) Repr() (string, error) {
	defer runtime.KeepAlive(value)
	return textOf(func(at *C.char, capacity C.size_t, length *C.size_t) C.int32_t {
		return C.hedgerow_value_repr(value.c(), at, capacity, length)
	})
}

// String is Repr, for package fmt; for an error, its words in angle brackets.
func (value *Value) String() string {
	repr, err := value.Repr()
	if err != nil {
		return "<" + err.Error() + ">"
	}
	return repr
}

// Kind is the type of the value. It panics for a nil Value.
func (value *Value) Kind() Kind {
	defer runtime.KeepAlive(value)
	var kind C.uint32_t
	must(C.hedgerow_value_kind(value.c(), &kind))
	return Kind(kind)
}

// Len is len(value): code points of a str, bytes, items of a tuple or frozenset, entries of a dict.
func (value *Value) Len() (int, error) {
	defer runtime.KeepAlive(value)
	var length C.size_t
	_, err := call(func() C.int32_t { return C.hedgerow_value_length(value.c(), &length) })
	return int(length), err
}

// Item is the item at an index from 0: of a tuple its item, of a str a str, of bytes an int, of a
// frozenset the item at this position of its order.
func (value *Value) Item(index int) (*Value, error) {
	defer runtime.KeepAlive(value)
	if index < 0 {
		return nil, Raise(IndexError, "the index %d is negative", index)
	}
	return result(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_value_item(value.c(), C.size_t(index), at)
	})
}

// Truth is bool(value). Objects of Go are true.
func (value *Value) Truth() bool {
	defer runtime.KeepAlive(value)
	var truth C.int32_t
	must(C.hedgerow_value_to_bool(value.c(), &truth))
	return truth != 0
}

// Int64 is an int or bool as a number of Go: an OverflowError if it does not fit.
func (value *Value) Int64() (int64, error) {
	defer runtime.KeepAlive(value)
	var number C.int64_t
	_, err := call(func() C.int32_t { return C.hedgerow_value_to_int64(value.c(), &number) })
	return int64(number), err
}

// BigInt is an int or bool, of any size.
func (value *Value) BigInt() (*big.Int, error) {
	number, err := value.Int64()
	if err == nil {
		return big.NewInt(number), nil
	}
	if err.(*Error).Status != OverflowError {
		return nil, err
	}
	digits, err := value.Repr()
	if err != nil {
		return nil, err
	}
	large, _ := new(big.Int).SetString(digits, 10)
	return large, nil
}

// Float64 is a float, or the float nearest to an int or bool.
func (value *Value) Float64() (float64, error) {
	defer runtime.KeepAlive(value)
	var number C.double
	_, err := call(func() C.int32_t { return C.hedgerow_value_to_double(value.c(), &number) })
	return float64(number), err
}

// Complex128 is a complex number; for any other number its float.
func (value *Value) Complex128() (complex128, error) {
	defer runtime.KeepAlive(value)
	var real, imag C.double
	_, err := call(func() C.int32_t {
		return C.hedgerow_value_to_complex(value.c(), &real, &imag)
	})
	return complex(float64(real), float64(imag)), err
}

// Encode is a str as UTF-8: Python's str.encode("utf-8"), which refuses lone surrogates.
func (value *Value) Encode() (string, error) {
	return value.utf8(C.HEDGEROW_ERRORS_STRICT)
}

func (value *Value) utf8(errors C.uint32_t) (string, error) {
	defer runtime.KeepAlive(value)
	return textOf(func(at *C.char, capacity C.size_t, length *C.size_t) C.int32_t {
		return C.hedgerow_value_to_utf8(value.c(), errors, at, capacity, length)
	})
}

// UTF16 is a str as UTF-16, with lone surrogates as they are.
func (value *Value) UTF16() ([]uint16, error) {
	defer runtime.KeepAlive(value)
	var length C.size_t
	errors := C.uint32_t(C.HEDGEROW_ERRORS_SURROGATEPASS)
	status, err := call(func() C.int32_t {
		return notShort(C.hedgerow_value_to_utf16(value.c(), errors, nil, 0, &length))
	})
	if err != nil || length == 0 {
		return nil, err
	}
	units := make([]uint16, length)
	status = Status(C.hedgerow_value_to_utf16(value.c(), errors, (*C.uint16_t)(&units[0]), length,
		&length))
	must(C.int32_t(status))
	return units, nil
}

// Bytes is the content of a bytes object.
func (value *Value) Bytes() ([]byte, error) {
	defer runtime.KeepAlive(value)
	var length C.size_t
	_, err := call(func() C.int32_t {
		return notShort(C.hedgerow_value_to_bytes(value.c(), nil, 0, &length))
	})
	if err != nil || length == 0 {
		return nil, err
	}
	bytes := make([]byte, length)
	must(C.hedgerow_value_to_bytes(value.c(), (*C.uint8_t)(&bytes[0]), length, &length))
	return bytes, nil
}

// Dict is the dict that this value is: the same one, not a copy.
func (value *Value) Dict() (*Dict, error) {
	defer runtime.KeepAlive(value)
	return dictResult(func(at **C.hedgerow_dict) C.int32_t {
		return C.hedgerow_value_to_dict(value.c(), at)
	})
}

// Items are the items of a tuple or frozenset, the code points of a str as strs, or the numbers of
// bytes. O(n).
func (value *Value) Items() ([]*Value, error) {
	defer runtime.KeepAlive(value)
	var length C.size_t
	_, err := call(func() C.int32_t {
		return notShort(C.hedgerow_value_items(value.c(), nil, 0, &length))
	})
	if err != nil || length == 0 {
		return nil, err
	}
	array := make([]*C.hedgerow_value, length)
	if _, err = call(func() C.int32_t {
		return C.hedgerow_value_items(value.c(), &array[0], length, &length)
	}); err != nil {
		return nil, err
	}
	items := make([]*Value, length)
	for index, handle := range array {
		items[index] = owned(handle)
	}
	return items, nil
}

// Runes are the code points of a str, lone surrogates among them.
func (value *Value) Runes() ([]rune, error) {
	units, err := value.utf8(C.HEDGEROW_ERRORS_SURROGATEPASS)
	if err != nil {
		return nil, err
	}
	return runesOf(units), nil
}

// textOf is a text that a call writes, or its refusal.
func textOf(ask func(at *C.char, capacity C.size_t, length *C.size_t) C.int32_t) (string, error) {
	var written string
	_, err := call(func() C.int32_t {
		found, err := text(ask)
		if err != nil {
			return C.int32_t(err.(Status))
		}
		written = found
		return C.HEDGEROW_OK
	})
	return written, err
}

// notShort is the status of a call that was made to learn a length.
func notShort(status C.int32_t) C.int32_t {
	if status == C.HEDGEROW_SHORT {
		return C.HEDGEROW_OK
	}
	return status
}

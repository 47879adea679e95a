package object

/*
#include "bridge.h"

static int32_t str_of(_GoString_ text, uint32_t errors, hedgerow_value **value)
{
    return hedgerow_value_str_from_utf8(_GoStringPtr(text), _GoStringLen(text), errors, value);
}

static int32_t int_of(_GoString_ text, hedgerow_value **value)
{
    return hedgerow_value_int_from_text(_GoStringPtr(text), _GoStringLen(text), value);
}
*/
import "C"

import (
	"fmt"
	"math/big"
	"runtime"
)

// Value is a value of Python: None, bool, int, float, complex, str, bytes, tuple, frozenset,
// Ellipsis, a dict, or an object of Go. It is immutable, unless it is a dict or such an object.
type Value struct {
	handle *C.hedgerow_value
	// Go may not run the finalizer of anything smaller than 16 bytes.
	_ uint64
}

// Kind is the type of a value.
type Kind uint32

// The kinds of values. KindObject is an object of Go.
const (
	KindNone      Kind = C.HEDGEROW_KIND_NONE
	KindEllipsis  Kind = C.HEDGEROW_KIND_ELLIPSIS
	KindBool      Kind = C.HEDGEROW_KIND_BOOL
	KindInt       Kind = C.HEDGEROW_KIND_INT
	KindFloat     Kind = C.HEDGEROW_KIND_FLOAT
	KindComplex   Kind = C.HEDGEROW_KIND_COMPLEX
	KindStr       Kind = C.HEDGEROW_KIND_STR
	KindBytes     Kind = C.HEDGEROW_KIND_BYTES
	KindTuple     Kind = C.HEDGEROW_KIND_TUPLE
	KindFrozenSet Kind = C.HEDGEROW_KIND_FROZENSET
	KindDict      Kind = C.HEDGEROW_KIND_DICT
	KindObject    Kind = C.HEDGEROW_KIND_OBJECT
)

// None is None.
func None() *Value {
	return made(func(at **C.hedgerow_value) C.int32_t { return C.hedgerow_value_none(at) })
}

// Ellipsis is Ellipsis.
func Ellipsis() *Value {
	return made(func(at **C.hedgerow_value) C.int32_t { return C.hedgerow_value_ellipsis(at) })
}

// Bool is True or False.
func Bool(truth bool) *Value {
	var number C.int32_t
	if truth {
		number = 1
	}
	return made(func(at **C.hedgerow_value) C.int32_t { return C.hedgerow_value_bool(number, at) })
}

// Int is an int.
func Int(number int64) *Value {
	return made(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_value_int(C.int64_t(number), at)
	})
}

// BigInt is an int of any size.
func BigInt(number *big.Int) *Value {
	if number.IsInt64() {
		return Int(number.Int64())
	}
	digits := number.String()
	return made(func(at **C.hedgerow_value) C.int32_t { return C.int_of(digits, at) })
}

// Float is a float.
func Float(number float64) *Value {
	return made(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_value_float(C.double(number), at)
	})
}

// Complex is a complex number.
func Complex(number complex128) *Value {
	return made(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_value_complex(C.double(real(number)), C.double(imag(number)), at)
	})
}

// Str is a str. What is not UTF-8 becomes U+FFFD; Decode refuses it.
func Str(text string) *Value {
	return made(func(at **C.hedgerow_value) C.int32_t {
		return C.str_of(text, C.HEDGEROW_ERRORS_REPLACE, at)
	})
}

// Decode is a str from UTF-8: Python's bytes.decode("utf-8").
func Decode(text string) (*Value, error) {
	return result(func(at **C.hedgerow_value) C.int32_t {
		return C.str_of(text, C.HEDGEROW_ERRORS_STRICT, at)
	})
}

// StrOfUTF16 is a str from UTF-16. A lone surrogate stays one.
func StrOfUTF16(units []uint16) *Value {
	var first *C.uint16_t
	if len(units) > 0 {
		first = (*C.uint16_t)(&units[0])
	}
	return made(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_value_str_from_utf16(first, C.size_t(len(units)), at)
	})
}

// StrOfRunes is a str of these code points, which may be surrogates. Those beyond U+10FFFF become
// U+FFFD.
func StrOfRunes(points []rune) *Value {
	text := utf8Of(points)
	return made(func(at **C.hedgerow_value) C.int32_t {
		return C.str_of(text, C.HEDGEROW_ERRORS_SURROGATEPASS, at)
	})
}

// Bytes is a bytes object.
func Bytes(bytes []byte) *Value {
	var first *C.uint8_t
	if len(bytes) > 0 {
		first = (*C.uint8_t)(&bytes[0])
	}
	return made(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_value_bytes(first, C.size_t(len(bytes)), at)
	})
}

// Tuple is a tuple. A nil item is refused.
func Tuple(items ...*Value) (*Value, error) {
	defer runtime.KeepAlive(items)
	return result(func(at **C.hedgerow_value) C.int32_t {
		first, count := handles(items)
		return C.hedgerow_value_tuple(first, count, at)
	})
}

// FrozenSet is a frozenset, in the order that CPython gives it under this policy. Of equal items
// the first stays. It fails as the hash or equality of an item does.
func FrozenSet(policy *Policy, items ...*Value) (*Value, error) {
	defer runtime.KeepAlive(items)
	return result(func(at **C.hedgerow_value) C.int32_t {
		first, count := handles(items)
		return C.hedgerow_value_frozenset(first, count, policy.c(), at)
	})
}

// Of is the value of a Go value: nil, a bool, a number, *big.Int, string, []byte, []*Value (a
// tuple), *Dict, or a *Value itself. It panics for anything else; objects of Go are made by
// Type.New.
func Of(value any) *Value {
	switch value := value.(type) {
	case nil:
		return None()
	case *Value:
		return value
	case *Dict:
		return value.Value()
	case bool:
		return Bool(value)
	case int:
		return Int(int64(value))
	case int8:
		return Int(int64(value))
	case int16:
		return Int(int64(value))
	case int32:
		return Int(int64(value))
	case int64:
		return Int(value)
	case uint:
		return BigInt(new(big.Int).SetUint64(uint64(value)))
	case uint8:
		return Int(int64(value))
	case uint16:
		return Int(int64(value))
	case uint32:
		return Int(int64(value))
	case uint64:
		return BigInt(new(big.Int).SetUint64(value))
	case *big.Int:
		return BigInt(value)
	case float32:
		return Float(float64(value))
	case float64:
		return Float(value)
	case complex64:
		return Complex(complex128(value))
	case complex128:
		return Complex(value)
	case string:
		return Str(value)
	case []byte:
		return Bytes(value)
	case []*Value:
		tuple, err := Tuple(value...)
		if err != nil {
			panic(err)
		}
		return tuple
	}
	panic(fmt.Sprintf("hedgerow: %T is no value of Python; make an object of it with Type.New", value))
}

// owned is the Go value of a handle that a call has handed out.
func owned(handle *C.hedgerow_value) *Value {
	value := &Value{handle: handle}
	runtime.SetFinalizer(value, func(value *Value) { must(C.hedgerow_value_free(value.handle)) })
	return value
}

// made is for calls that cannot be refused.
func made(function func(at **C.hedgerow_value) C.int32_t) *Value {
	var handle *C.hedgerow_value
	must(function(&handle))
	return owned(handle)
}

// result is for calls that may be refused.
func result(function func(at **C.hedgerow_value) C.int32_t) (*Value, error) {
	var handle *C.hedgerow_value
	status, err := call(func() C.int32_t { return function(&handle) })
	if err != nil || status != C.HEDGEROW_OK {
		return nil, err
	}
	return owned(handle), nil
}

// c is the handle; nil for a nil Value, which the library refuses.
func (value *Value) c() *C.hedgerow_value {
	if value == nil {
		return nil
	}
	return value.handle
}

// handles is an array of handles for the library.
func handles(values []*Value) (**C.hedgerow_value, C.size_t) {
	if len(values) == 0 {
		return nil, 0
	}
	array := make([]*C.hedgerow_value, len(values))
	for index, value := range values {
		array[index] = value.c()
	}
	return &array[0], C.size_t(len(array))
}

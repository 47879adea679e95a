package object

/*
#include <hedgerow.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime/cgo"
)

// The functions that the library calls for objects of Go, through bridge.c.

//export hedgerowGoHash
func hedgerowGoHash(word C.uint64_t, hash *C.int64_t) (status C.int32_t) {
	defer recovered(&status)
	me := instanceOf(word)
	found, err := me.of.methods.Hash(me.object)
	if err != nil {
		return raise(err)
	}
	*hash = C.int64_t(found)
	return C.HEDGEROW_OK
}

//export hedgerowGoEqual
func hedgerowGoEqual(word C.uint64_t, other *C.hedgerow_value) (status C.int32_t) {
	defer recovered(&status)
	me := instanceOf(word)
	// The library lends the other side; what Go gets may be kept.
	kept := made(func(at **C.hedgerow_value) C.int32_t { return C.hedgerow_value_clone(other, at) })
	equal, err := me.of.methods.Equal(me.object, kept)
	switch {
	case errors.Is(err, ErrNotImplemented):
		return C.HEDGEROW_NOT_IMPLEMENTED
	case err != nil:
		return raise(err)
	case equal:
		return 1
	}
	return 0
}

//export hedgerowGoRepr
func hedgerowGoRepr(word C.uint64_t, text **C.hedgerow_value) (status C.int32_t) {
	defer recovered(&status)
	me := instanceOf(word)
	found, err := me.of.methods.Repr(me.object)
	if err != nil {
		return raise(err)
	}
	value := Str(found)
	status = C.hedgerow_value_clone(value.handle, text)
	return status
}

//export hedgerowGoDrop
func hedgerowGoDrop(word C.uint64_t) { cgo.Handle(word).Delete() }

// recovered makes an error of a panic, which may not cross the library.
func recovered(status *C.int32_t) {
	if failed := recover(); failed != nil {
		err, ok := failed.(error)
		if !ok {
			err = errors.New(fmt.Sprint(failed))
		}
		*status = raise(fmt.Errorf("panic: %w", err))
	}
}

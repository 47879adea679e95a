package object

/*
#include "bridge.h"

// The text of a type's name, which the library copies.
static int32_t type_of(_GoString_ name, int hash, int eq, int repr, hedgerow_type **made)
{
    hedgerow_type_options options = {0};
    options.name = _GoStringPtr(name);
    options.name_length = _GoStringLen(name);
    hedgerow_go_functions(&options, hash, eq, repr);
    return hedgerow_type_new(&options, sizeof options, made);
}
*/
import "C"

import (
	"errors"
	"runtime"
	"runtime/cgo"
)

// ErrNotImplemented is Python's NotImplemented: a Methods.Equal that returns it leaves the answer
// to the other side.
var ErrNotImplemented = errors.New("NotImplemented")

// Methods is what objects of a type do. A nil function is Python's default: objects are hashed and
// compared by identity, are unhashable if there is an Equal but no Hash, and print as their type
// and address.
//
// The functions may call anything, also the dict in which the object is a key, and run on whichever
// goroutine uses the object, several at once if several do. An error is passed on, as the Cause of
// the call's *Error; one made by Raise becomes that exception. A panic becomes an error.
type Methods struct {
	Hash  func(me any) (int64, error)
	Equal func(me any, other *Value) (bool, error)
	Repr  func(me any) (string, error)
}

// Type is a type of objects of Go.
type Type struct {
	handle  *C.hedgerow_type
	methods Methods
}

// instance is what the word of an object leads to.
type instance struct {
	of     *Type
	object any
}

// NewType makes a type. Its name is for messages and has to be UTF-8.
func NewType(name string, methods Methods) (*Type, error) {
	of := &Type{methods: methods}
	hash, eq, repr := flag(methods.Hash != nil), flag(methods.Equal != nil), flag(methods.Repr != nil)
	var handle *C.hedgerow_type
	_, err := call(func() C.int32_t { return C.type_of(name, hash, eq, repr, &handle) })
	if err != nil {
		return nil, err
	}
	of.handle = handle
	runtime.SetFinalizer(of, func(of *Type) { must(C.hedgerow_type_free(of.handle)) })
	return of, nil
}

func flag(wanted bool) C.int {
	if wanted {
		return 1
	}
	return 0
}

// New makes an object. Each call makes a new one, even for the same Go value.
func (of *Type) New(object any) *Value {
	word := cgo.NewHandle(instance{of, object})
	defer runtime.KeepAlive(of)
	var handle *C.hedgerow_value
	if status := C.hedgerow_value_object(of.handle, C.uint64_t(word), &handle); status < 0 {
		word.Delete()
		panic(Status(status))
	}
	return owned(handle)
}

// Of is the Go value of an object of this type; ok is false for any other value.
func (of *Type) Of(value *Value) (object any, ok bool) {
	defer runtime.KeepAlive(of)
	defer runtime.KeepAlive(value)
	var word C.uint64_t
	if C.hedgerow_value_to_object(value.c(), of.handle, &word) != C.HEDGEROW_OK {
		return nil, false
	}
	return instanceOf(word).object, true
}

func instanceOf(word C.uint64_t) instance { return cgo.Handle(word).Value().(instance) }

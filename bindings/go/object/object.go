// Package object has Python's values and dict, without Python: hash, equality and repr are those of
// CPython to the bit, and a dict finds 1.0 where 1 was stored.
//
//	policy := object.CPython(0) // as PYTHONHASHSEED=0
//	dict := object.NewDict(policy)
//	err := dict.Set(object.Int(1), object.Str("one"))
//	value, found, err := dict.Get(object.Float(1.0)) // 'one'
//
// The values are those of Hedgerow's C library. A Value or Dict of Go is a handle, which the
// garbage collector frees; use them from any goroutine, several at once. An object that contains
// itself, through a Dict or an object of Go, is never freed: the collector does not look into the
// library. Clear the dict to break the cycle.
//
// A refused call returns an *Error with Python's name and words for what is wrong. A nil Value or
// Dict is refused, too.
package object

/*
#cgo pkg-config: hedgerow
#include <hedgerow.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// Status says why a call was refused. Each is an error, for errors.Is: errors.Is(err, TypeError).
type Status int32

// Python's exceptions, and what may be refused otherwise.
const (
	TypeError          Status = C.HEDGEROW_TYPE_ERROR
	ValueError         Status = C.HEDGEROW_VALUE_ERROR
	KeyError           Status = C.HEDGEROW_KEY_ERROR
	LookupError        Status = C.HEDGEROW_LOOKUP_ERROR
	IndexError         Status = C.HEDGEROW_INDEX_ERROR
	AttributeError     Status = C.HEDGEROW_ATTRIBUTE_ERROR
	RuntimeError       Status = C.HEDGEROW_RUNTIME_ERROR
	RecursionError     Status = C.HEDGEROW_RECURSION_ERROR
	OverflowError      Status = C.HEDGEROW_OVERFLOW_ERROR
	UnicodeEncodeError Status = C.HEDGEROW_UNICODE_ENCODE_ERROR
	UnicodeDecodeError Status = C.HEDGEROW_UNICODE_DECODE_ERROR
	// Caller is an error of a function of yours; errors.Is and errors.As find the error itself.
	Caller Status = C.HEDGEROW_CALLER
	// Memory means that the system refused memory.
	Memory Status = C.HEDGEROW_MEMORY
	// Full means that a dict has as many entries as it may have.
	Full Status = C.HEDGEROW_FULL
	// Nil means that a Value, Dict, Policy or Type is nil.
	Nil Status = C.HEDGEROW_POINTER
	// Argument means that a number is out of range, such as a Policy of no known algorithm.
	Argument Status = C.HEDGEROW_ARGUMENT
)

// The names of Python's exceptions.
var pythonTypes = map[Status]string{
	TypeError:          "TypeError",
	ValueError:         "ValueError",
	KeyError:           "KeyError",
	LookupError:        "LookupError",
	IndexError:         "IndexError",
	AttributeError:     "AttributeError",
	RuntimeError:       "RuntimeError",
	RecursionError:     "RecursionError",
	OverflowError:      "OverflowError",
	UnicodeEncodeError: "UnicodeEncodeError",
	UnicodeDecodeError: "UnicodeDecodeError",
}

// Error is one line of English for the status: cause and remedy.
func (status Status) Error() string { return C.GoString(C.hedgerow_strerror(C.int32_t(status))) }

// Error is a refused call.
type Error struct {
	Status Status
	// Message is Python's message if the status is one of its exceptions.
	Message string
	// Cause is the error that a function of yours returned, or nil.
	Cause error
}

// Raise makes an error for a function of yours to return: one of Python's exceptions with a
// message.
func Raise(status Status, format string, arguments ...any) *Error {
	return &Error{Status: status, Message: fmt.Sprintf(format, arguments...)}
}

// PythonType is the name of Python's exception, "RuntimeError" if it is none of Python's.
func (err *Error) PythonType() string {
	if name, ok := pythonTypes[err.Status]; ok {
		return name
	}
	return "RuntimeError"
}

// Error is the name of the exception and its message.
func (err *Error) Error() string {
	if name, ok := pythonTypes[err.Status]; ok {
		return name + ": " + err.Message
	}
	return "hedgerow: " + err.Message
}

// Is says whether the target is the status of this error.
func (err *Error) Is(target error) bool { return target == error(err.Status) }

// Unwrap is the error that a function of yours returned, or nil.
func (err *Error) Unwrap() error { return err.Cause }

// raised is what a function of Go failed with, until the call that ran it returns.
type raised struct {
	status  Status
	message string
	cause   error
}

// What functions of Go failed with on each thread. A call and the functions that it runs are on one
// thread.
var (
	failures      = map[uintptr]raised{}
	failuresMutex sync.Mutex
)

// call makes a call of the library. The message of a refusal belongs to the thread, so that the
// goroutine may not change its thread before it has asked.
func call(function func() C.int32_t) (Status, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	status := Status(function())
	if status >= 0 {
		return status, nil
	}
	return status, refusal(status)
}

// refusal is the error of the call that was refused last on this thread.
func refusal(status Status) error {
	message, err := text(func(at *C.char, capacity C.size_t, length *C.size_t) C.int32_t {
		found := C.hedgerow_error_message(at, capacity, length)
		if found == C.HEDGEROW_ABSENT {
			return C.HEDGEROW_ARGUMENT
		}
		return found
	})
	if err != nil {
		message = status.Error()
	}
	failuresMutex.Lock()
	defer failuresMutex.Unlock()
	failed, ok := failures[thread()]
	delete(failures, thread())
	if ok && failed.status == status && failed.message == message {
		return &Error{status, message, failed.cause}
	}
	return &Error{Status: status, Message: message}
}

// raise says what a function of Go failed with, and is the status to return.
func raise(err error) C.int32_t {
	failed := raised{Caller, err.Error(), err}
	var known *Error
	if errors.As(err, &known) {
		_, isPython := pythonTypes[known.Status]
		if isPython || known.Status == Memory || known.Status == Full {
			failed.status, failed.message = known.Status, known.Message
		}
	}
	failuresMutex.Lock()
	failures[thread()] = failed
	failuresMutex.Unlock()
	return raiseText(failed.status, failed.message)
}

// text asks for a text with a buffer that grows until it is long enough.
func text(ask func(at *C.char, capacity C.size_t, length *C.size_t) C.int32_t) (string, error) {
	buffer := make([]C.char, 120)
	for {
		var length C.size_t
		status := ask(&buffer[0], C.size_t(len(buffer)), &length)
		if status == C.HEDGEROW_SHORT {
			buffer = make([]C.char, length+1)
		} else if status < 0 {
			return "", Status(status)
		} else {
			return C.GoStringN(&buffer[0], C.int(length)), nil
		}
	}
}

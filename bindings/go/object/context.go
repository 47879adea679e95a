package object

/*
#include <hedgerow.h>
*/
import "C"

import "runtime"

// Context is Python's contextvars.Context: values of context variables, of which copies are made in
// O(1). Any goroutine may read it.
//
// The current context belongs to a thread of the system, and Go moves goroutines between those. So
// a goroutine has a Thread, and uses ContextVar.Get, Set, Reset, CopyContext and Context.Run inside
// of Thread.Do.
type Context struct {
	handle *C.hedgerow_context
	// Go may not run the finalizer of anything smaller than 16 bytes.
	_ uint64
}

// ContextVar is Python's contextvars.ContextVar.
type ContextVar struct {
	handle *C.hedgerow_context_var
	_      uint64
}

// Token is what ContextVar.Set returns, for ContextVar.Reset.
type Token struct {
	handle *C.hedgerow_context_token
	_      uint64
}

// Thread is what a thread of Python knows of contexts: the current one, and those that were entered
// before. One goroutine at a time uses it.
type Thread struct {
	handle *C.hedgerow_context_stack
	_      uint64
}

// NewThread is a thread in which nothing was entered or set.
func NewThread() *Thread {
	thread := &Thread{}
	must(C.hedgerow_context_stack_new(&thread.handle))
	runtime.SetFinalizer(thread, func(thread *Thread) {
		must(C.hedgerow_context_stack_free(thread.handle))
	})
	return thread
}

// Do runs a function in which the current context is that of this thread, and returns its error. It
// may be called inside of another Thread's Do. A thread that runs already, here or in another
// goroutine, is a mistake whose current context is not defined.
func (thread *Thread) Do(function func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer runtime.KeepAlive(thread)
	swap := func() error {
		_, err := call(func() C.int32_t { return C.hedgerow_context_stack_swap(thread.handle) })
		return err
	}
	if err := swap(); err != nil {
		return err
	}
	defer swap()
	return function()
}

// NewContext is an empty context: Python's Context().
func NewContext() *Context {
	var handle *C.hedgerow_context
	must(C.hedgerow_context_new(&handle))
	return ownedContext(handle)
}

// CopyContext is copy_context(): a copy of the current context. O(1).
func CopyContext() *Context {
	var handle *C.hedgerow_context
	must(C.hedgerow_context_copy_current(&handle))
	return ownedContext(handle)
}

// Copy is context.copy(). O(1).
func (context *Context) Copy() *Context {
	defer runtime.KeepAlive(context)
	var handle *C.hedgerow_context
	must(C.hedgerow_context_copy(context.handle, &handle))
	return ownedContext(handle)
}

// Run is context.run: the function runs with this context as the current one. A context that is
// entered already, anywhere, is a RuntimeError.
func (context *Context) Run(function func() error) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer runtime.KeepAlive(context)
	enter := func() C.int32_t { return C.hedgerow_context_enter(context.handle) }
	if _, err := call(enter); err != nil {
		return err
	}
	defer func() {
		_, failed := call(func() C.int32_t { return C.hedgerow_context_exit(context.handle) })
		if err == nil {
			err = failed
		}
	}()
	return function()
}

// Len is the number of variables that have a value in the context.
func (context *Context) Len() int {
	defer runtime.KeepAlive(context)
	var length C.size_t
	must(C.hedgerow_context_len(context.handle, &length))
	return int(length)
}

// Get is the value of a variable in the context, without its default.
func (context *Context) Get(variable *ContextVar) (value *Value, found bool, err error) {
	defer runtime.KeepAlive(context)
	defer runtime.KeepAlive(variable)
	value, err = result(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_context_get(context.handle, variable.c(), at)
	})
	return value, value != nil, err
}

// Equal is a == b: the same variables with equal values. O(what differs) of copies of one context.
func (context *Context) Equal(other *Context) (bool, error) {
	defer runtime.KeepAlive(context)
	defer runtime.KeepAlive(other)
	var equal C.int32_t
	_, err := call(func() C.int32_t {
		return C.hedgerow_context_equal(context.handle, other.handle, &equal)
	})
	return equal != 0, err
}

// NewContextVar is ContextVar(name, default=value); value may be nil, for none. The policy hashes
// the name.
func NewContextVar(name string, value *Value, policy *Policy) (*ContextVar, error) {
	defer runtime.KeepAlive(value)
	text := Str(name)
	defer runtime.KeepAlive(text)
	var handle *C.hedgerow_context_var
	_, err := call(func() C.int32_t {
		return C.hedgerow_context_var_new(text.handle, value.c(), policy.c(), &handle)
	})
	if err != nil {
		return nil, err
	}
	variable := &ContextVar{handle: handle}
	runtime.SetFinalizer(variable, func(variable *ContextVar) {
		must(C.hedgerow_context_var_free(variable.handle))
	})
	return variable, nil
}

// Get is the value in the current context, or else the default; found is false where Python raises
// LookupError.
func (variable *ContextVar) Get() (value *Value, found bool, err error) {
	defer runtime.KeepAlive(variable)
	value, err = result(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_context_var_get(variable.c(), at)
	})
	return value, value != nil, err
}

// Set gives the variable a value in the current context.
func (variable *ContextVar) Set(value *Value) (*Token, error) {
	defer runtime.KeepAlive(variable)
	defer runtime.KeepAlive(value)
	var handle *C.hedgerow_context_token
	_, err := call(func() C.int32_t {
		return C.hedgerow_context_var_set(variable.c(), value.c(), &handle)
	})
	if err != nil {
		return nil, err
	}
	token := &Token{handle: handle}
	runtime.SetFinalizer(token, func(token *Token) {
		must(C.hedgerow_context_token_free(token.handle))
	})
	return token, nil
}

// Reset gives the variable the value that it had before the Set that made the token, or none. A
// token that was used is a RuntimeError, and one of another variable or context a ValueError.
func (variable *ContextVar) Reset(token *Token) error {
	defer runtime.KeepAlive(variable)
	defer runtime.KeepAlive(token)
	_, err := call(func() C.int32_t {
		return C.hedgerow_context_var_reset(variable.c(), token.c())
	})
	return err
}

// OldValue is token.old_value; found is false for Token.MISSING.
func (token *Token) OldValue() (value *Value, found bool, err error) {
	defer runtime.KeepAlive(token)
	value, err = result(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_context_token_old_value(token.c(), at)
	})
	return value, value != nil, err
}

// Repr is repr(variable).
func (variable *ContextVar) Repr() (string, error) {
	defer runtime.KeepAlive(variable)
	return textOf(func(at *C.char, capacity C.size_t, length *C.size_t) C.int32_t {
		return C.hedgerow_context_var_repr(variable.c(), at, capacity, length)
	})
}

// Value is the variable as a value, such as a key of a dict.
func (variable *ContextVar) Value() *Value {
	defer runtime.KeepAlive(variable)
	return made(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_value_context_var(variable.c(), at)
	})
}

func (variable *ContextVar) c() *C.hedgerow_context_var {
	if variable == nil {
		return nil
	}
	return variable.handle
}

func (token *Token) c() *C.hedgerow_context_token {
	if token == nil {
		return nil
	}
	return token.handle
}

// ownedContext is the Go value of a handle that a call has handed out.
func ownedContext(handle *C.hedgerow_context) *Context {
	context := &Context{handle: handle}
	runtime.SetFinalizer(context, func(context *Context) {
		must(C.hedgerow_context_free(context.handle))
	})
	return context
}

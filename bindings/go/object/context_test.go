package object

// The bug class: a value that another goroutine sees because Go moved it to the same thread, and a
// context that stays entered after an error or a panic.

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
)

func newVar(t *testing.T, name string, value *Value) *ContextVar {
	t.Helper()
	variable, err := NewContextVar(name, value, CPython(0))
	must0(t, err)
	return variable
}

// shown is the value of a variable, as Python prints it.
func shown(t *testing.T, variable *ContextVar) string {
	t.Helper()
	value, found, err := variable.Get()
	must0(t, err)
	if !found {
		return "LookupError"
	}
	return value.String()
}

func TestContextVariables(t *testing.T) {
	must0(t, NewThread().Do(func() error {
		plain, other := newVar(t, "plain", nil), newVar(t, "other", Int(5))
		if shown(t, plain) != "LookupError" || shown(t, other) != "5" {
			t.Error("wrong before anything is set")
		}
		token, err := plain.Set(Int(1))
		must0(t, err)
		snapshot := CopyContext()
		second, err := plain.Set(Int(2))
		must0(t, err)
		if value, found, err := second.OldValue(); !found || err != nil || value.String() != "1" {
			t.Error(value, found, err)
		}
		if _, found, err := token.OldValue(); found || err != nil {
			t.Error("there was no value before", err)
		}
		if value, found, err := snapshot.Get(plain); !found || err != nil || value.String() != "1" {
			t.Error(value, found, err)
		}
		if _, found, err := snapshot.Get(other); found || err != nil || snapshot.Len() != 1 {
			t.Error("a default is no value of a context", err)
		}
		must0(t, snapshot.Run(func() error {
			if shown(t, plain) != "1" {
				t.Error("the copy changed")
			}
			if err := snapshot.Run(func() error { return nil }); !errors.Is(err, RuntimeError) {
				t.Error("entered twice: ", err)
			}
			_, err := plain.Set(Int(3))
			return err
		}))
		if shown(t, plain) != "2" {
			t.Error("what a copy sets is seen outside")
		}
		if err := other.Reset(second); !errors.Is(err, ValueError) {
			t.Error("a token of another variable: ", err)
		}
		err = snapshot.Run(func() error { return plain.Reset(second) })
		if !errors.Is(err, ValueError) {
			t.Error("a token of another context: ", err)
		}
		must0(t, plain.Reset(second))
		if err := plain.Reset(second); !errors.Is(err, RuntimeError) {
			t.Error("a token that was used: ", err)
		}
		if shown(t, plain) != "1" {
			t.Error("not reset")
		}
		copied := CopyContext()
		if equal, err := copied.Equal(copied.Copy()); !equal || err != nil {
			t.Error("a copy is not equal", err)
		}
		if equal, err := copied.Equal(NewContext()); equal || err != nil {
			t.Error("equal to an empty one", err)
		}
		if _, err := plain.Set(nil); !errors.Is(err, Nil) {
			t.Error(err)
		}
		return nil
	}))
}

func TestAContextIsLeftAfterAnErrorAndAPanic(t *testing.T) {
	context, failure := NewContext(), errors.New("failed")
	for try := 0; try < 2; try++ {
		if err := context.Run(func() error { return failure }); err != failure {
			t.Error(err)
		}
		func() {
			defer func() {
				if recover() != "panic" {
					t.Error("the panic is lost")
				}
			}()
			_ = context.Run(func() error { panic("panic") })
		}()
	}
	must0(t, context.Run(func() error { return nil }))
}

// Goroutines that wait for each other, so that Go moves them, each with a thread and tasks of its
// own.
func TestGoroutinesHaveContextsOfTheirOwn(t *testing.T) {
	variable := newVar(t, "task", Str("none"))
	var group sync.WaitGroup
	for worker := 0; worker < 8; worker++ {
		group.Add(1)
		go func(worker int) {
			defer group.Done()
			thread := NewThread()
			tasks := make([]*Context, 20)
			for task := range tasks {
				tasks[task] = NewContext()
			}
			for step := 0; step < 10; step++ {
				for task, context := range tasks {
					name := fmt.Sprintf("'%d of %d, %d'", task, worker, step)
					err := thread.Do(func() error {
						return context.Run(func() error {
							if _, err := variable.Set(Str(name[1 : len(name)-1])); err != nil {
								return err
							}
							runtime.Gosched()
							if found := shown(t, variable); found != name {
								t.Error(found, " is not ", name)
							}
							return nil
						})
					})
					if err != nil {
						t.Error(err)
					}
				}
				runtime.Gosched()
			}
			if err := thread.Do(func() error {
				if shown(t, variable) != "'none'" {
					t.Error("a task set the variable of its thread")
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		}(worker)
	}
	group.Wait()
}

func TestAVariableIsAKey(t *testing.T) {
	variable := newVar(t, "key", nil)
	dict := NewDict(CPython(0))
	must0(t, dict.Set(variable.Value(), Int(1)))
	value, found, err := dict.Get(variable.Value())
	if !found || err != nil || value.String() != "1" {
		t.Error(value, found, err)
	}
	repr, err := variable.Repr()
	if err != nil || len(repr) < len("<ContextVar name='key' at 0x0>") {
		t.Error(repr, err)
	}
}

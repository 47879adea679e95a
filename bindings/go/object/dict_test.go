package object

// The bug class: a dict that loses or swaps handles on the way through C, a failure of Go that
// comes out as something else, and objects that are never freed or freed too early.

import (
	"errors"
	"fmt"
	"math/rand"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func must0(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestADictIsPythons(t *testing.T) {
	dict := NewDict(CPython(0))
	must0(t, dict.Set(Int(1), Str("one")))
	must0(t, dict.Set(Str("key"), None()))
	must0(t, dict.Set(Float(1), Str("uno")))
	if text, err := dict.Repr(); text != "{1: 'uno', 'key': None}" || err != nil {
		t.Fatal(text, err)
	}
	value, found, err := dict.Get(Bool(true))
	if err != nil || !found || value.String() != "'uno'" {
		t.Fatal(value, found, err)
	}
	if value, found, err = dict.GetStr("key"); err != nil || !found || value.Kind() != KindNone {
		t.Error(value, found, err)
	}
	if value, found, err = dict.GetInt(1); err != nil || !found || value.String() != "'uno'" {
		t.Error(value, found, err)
	}
	if _, found, err := dict.Get(Str("other")); found || err != nil {
		t.Error("found what is not there", err)
	}
	if found, err := dict.Contains(Int(2)); found || err != nil {
		t.Error(err)
	}
	copied, err := dict.Copy()
	must0(t, err)
	if stored, err := copied.SetDefault(Int(2), Int(4)); err != nil || stored.String() != "4" {
		t.Error(stored, err)
	}
	if equal, err := copied.Equal(dict); equal || err != nil {
		t.Error("equal with another key", err)
	}
	if err := dict.Update(copied, Unique); !errors.Is(err, KeyError) {
		t.Error(err)
	}
	must0(t, dict.Update(copied, Replace))
	if equal, err := copied.Equal(dict); !equal || err != nil {
		t.Error("unequal after the update", err)
	}
	key, value, found, err := dict.PopItem()
	if err != nil || !found || key.String() != "2" || value.String() != "4" {
		t.Error(key, value, found, err)
	}
	if value, found, err := dict.Pop(Int(1)); !found || err != nil || value.String() != "'uno'" {
		t.Error(value, found, err)
	}
	if found, err := dict.Delete(Int(1)); found || err != nil {
		t.Error("deleted twice", err)
	}
	dict.Clear()
	if _, _, found, err := dict.PopItem(); found || err != nil || dict.Len() != 0 {
		t.Error("not empty", err)
	}
	err = dict.Set(copied.Value(), None())
	if !errors.Is(err, TypeError) {
		t.Error("a dict was hashed: ", err)
	}
	must0(t, dict.Set(Str("me"), dict.Value()))
	if dict.String() != "{'me': {...}}" {
		t.Error(dict)
	}
	again, err := dict.Value().Dict()
	must0(t, err)
	again.Clear() // Ends the cycle.
	if dict.Len() != 0 {
		t.Error("a dict as a value is a copy")
	}
	if _, err := Int(1).Dict(); !errors.Is(err, TypeError) {
		t.Error(err)
	}
}

func TestIterators(t *testing.T) {
	dict := NewDict(CPython(0))
	for number := int64(0); number < 100; number++ {
		must0(t, dict.Set(Int(number*7919), Int(number)))
	}
	next := int64(0)
	items := dict.Items()
	keys, values := dict.Keys(), dict.Values()
	for items.Next() {
		if !keys.Next() || !values.Next() {
			t.Fatal("the walks differ in length")
		}
		for _, key := range []*Value{items.Key(), keys.Key()} {
			if found, err := key.Int64(); err != nil || found != next*7919 {
				t.Fatal(found, err)
			}
		}
		for _, value := range []*Value{items.Value(), values.Value()} {
			if found, err := value.Int64(); err != nil || found != next {
				t.Fatal(found, err)
			}
		}
		must0(t, dict.Set(items.Key(), items.Value())) // A stored key may be written.
		next++
	}
	if next != 100 || keys.Next() || values.Next() || items.Err() != nil || keys.Err() != nil {
		t.Fatal(next, items.Err())
	}
	keys = dict.Keys()
	keys.Next()
	must0(t, dict.Set(Str("new"), None()))
	if keys.Next() || !errors.Is(keys.Err(), RuntimeError) || keys.Next() {
		t.Error(keys.Err())
	}
	if words := "RuntimeError: dictionary changed size during iteration"; keys.Err().Error() != words {
		t.Error(keys.Err())
	}
	if none := (*Dict)(nil).Keys(); none.Next() || !errors.Is(none.Err(), Nil) {
		t.Error(none.Err())
	}
}

// point is an object that compares by its parts, and fails on demand.
type point struct {
	x, y int
	fail error
}

var errOfMine = errors.New("cannot compare")

func pointType(t *testing.T, compared func(*point)) *Type {
	t.Helper()
	var points *Type
	points, err := NewType("Point", Methods{
		Hash: func(me any) (int64, error) { return int64(me.(*point).x), nil },
		Equal: func(me any, other *Value) (bool, error) {
			compared(me.(*point))
			object, ok := points.Of(other)
			if !ok {
				return false, ErrNotImplemented
			}
			for _, side := range []any{me, object} {
				if side.(*point).fail != nil {
					return false, side.(*point).fail
				}
			}
			return me.(*point).x == object.(*point).x && me.(*point).y == object.(*point).y, nil
		},
		Repr: func(me any) (string, error) {
			return fmt.Sprintf("Point(%d, %d)", me.(*point).x, me.(*point).y), me.(*point).fail
		},
	})
	must0(t, err)
	return points
}

func TestObjectsOfGo(t *testing.T) {
	points := pointType(t, func(*point) {})
	dict := NewDict(CPython(0))
	must0(t, dict.Set(points.New(&point{x: 1, y: 2}), Str("here")))
	value, found, err := dict.Get(points.New(&point{x: 1, y: 2}))
	if err != nil || !found || value.String() != "'here'" {
		t.Fatal(value, found, err)
	}
	if text, err := dict.Repr(); text != "{Point(1, 2): 'here'}" || err != nil {
		t.Error(text, err)
	}
	if _, found, err := dict.Get(Int(1)); found || err != nil {
		t.Error("NotImplemented on both sides is unequal", err)
	}
	for _, failure := range []error{errOfMine, Raise(ValueError, "no %s", "order"), errPanic} {
		bad := points.New(&point{x: 1, y: 2, fail: failure})
		_, _, err := dict.Get(bad)
		if !errors.Is(err, failure) {
			t.Error(err)
		}
		if _, err := bad.Repr(); !errors.Is(err, failure) {
			t.Error(err)
		}
	}
	_, _, err = dict.Get(points.New(&point{x: 1, fail: Raise(ValueError, "no order")}))
	var raised *Error
	if !errors.As(err, &raised) || raised.PythonType() != "ValueError" ||
		raised.Message != "no order" {
		t.Error(err)
	}
	if _, found, err := dict.Get(Str("later")); found || err != nil {
		t.Error("an old failure came back: ", err)
	}
	if object, ok := points.Of(Int(1)); ok {
		t.Error(object)
	}
	plain, err := NewType("Plain", Methods{})
	must0(t, err)
	a, b := plain.New(1), plain.New(1)
	if equal, err := a.Equal(b); equal || err != nil {
		t.Error("two objects are equal by default", err)
	}
	if object, ok := plain.Of(a); !ok || object != 1 {
		t.Error(object, ok)
	}
	onlyEqual, err := NewType("Bag", Methods{
		Equal: func(any, *Value) (bool, error) { return true, nil },
	})
	must0(t, err)
	if _, err := onlyEqual.New(0).Hash(CPython(0)); err == nil ||
		err.Error() != "TypeError: unhashable type: 'Bag'" {
		t.Error(err)
	}
	if _, err := NewType("\xff", Methods{}); !errors.Is(err, UnicodeDecodeError) {
		t.Error(err)
	}
}

var errPanic = errors.New("panicked")

// A function of Go that panics, and one that changes the dict in which its object is searched.
func TestFunctionsThatPanicAndThatWrite(t *testing.T) {
	panics, err := NewType("Panics", Methods{
		Hash: func(any) (int64, error) { panic(errPanic) },
		Repr: func(any) (string, error) { panic("no repr") },
	})
	must0(t, err)
	if _, err := panics.New(0).Hash(CPython(0)); !errors.Is(err, errPanic) {
		t.Error(err)
	}
	if text := panics.New(0).String(); text != "<hedgerow: panic: no repr>" {
		t.Error(text)
	}
	dict := NewDict(CPython(0))
	writes := 0
	points := pointType(t, func(*point) {
		for ; writes < 50; writes++ {
			must0(t, dict.Set(Int(int64(1000+writes)), None()))
		}
	})
	must0(t, dict.Set(points.New(&point{x: 5}), Str("first")))
	must0(t, dict.Set(points.New(&point{x: 5, y: 1}), Str("second")))
	value, found, err := dict.Get(points.New(&point{x: 5, y: 1}))
	if err != nil || !found || value.String() != "'second'" || writes != 50 {
		t.Error(value, found, err, writes)
	}
	if dict.Len() != 52 {
		t.Error(dict.Len())
	}
}

// Random programs beside a map of Go, on several goroutines that share one dict of objects.
func TestHistories(t *testing.T) {
	shared := NewDict(Random())
	var group sync.WaitGroup
	for worker := 0; worker < 4; worker++ {
		group.Add(1)
		go func(worker int, random *rand.Rand) {
			defer group.Done()
			dict, model := NewDict(Random()), map[int64]int64{}
			for step := int64(0); step < 3000; step++ {
				key := random.Int63n(100)
				_, was := model[key]
				var found bool
				var err error
				if random.Intn(3) == 0 {
					found, err = dict.Delete(Int(key))
					delete(model, key)
				} else {
					if err = dict.Set(Int(key), Int(step)); err == nil {
						_, found, err = shared.Get(Int(key % 5))
						found = was
					}
					model[key] = step
				}
				if err == nil {
					err = shared.Set(Int(key%5), Int(step))
				}
				value, ok, failed := dict.Get(Float(float64(key)))
				if err != nil || failed != nil || found != was || dict.Len() != len(model) {
					t.Error(err, failed, found, was)
					return
				}
				if want, stored := model[key]; stored != ok || ok && !value.Is(Int(want)) {
					t.Error("differs from the model: ", key, value, want)
					return
				}
			}
		}(worker, rand.New(rand.NewSource(int64(worker))))
	}
	group.Wait()
}

// Objects die with the last Value, tuple and dict that has them.
func TestObjectsAreFreed(t *testing.T) {
	const count = 1000
	var alive int64
	plain, err := NewType("Plain", Methods{})
	must0(t, err)
	dict := NewDict(CPython(0))
	for number := 0; number < count; number++ {
		object := &point{x: number}
		atomic.AddInt64(&alive, 1)
		runtime.SetFinalizer(object, func(*point) { atomic.AddInt64(&alive, -1) })
		must0(t, dict.Set(Int(int64(number)), Of([]*Value{plain.New(object)})))
	}
	runtime.GC()
	runtime.GC()
	time.Sleep(10 * time.Millisecond)
	if left := atomic.LoadInt64(&alive); left != count {
		t.Fatal(left, " left while the dict has ", count)
	}
	dict.Clear()
	for try := 0; try < 200 && atomic.LoadInt64(&alive) > 0; try++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if left := atomic.LoadInt64(&alive); left != 0 {
		t.Fatal(left, " objects are never freed")
	}
	runtime.KeepAlive(dict)
}

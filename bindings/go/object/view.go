package object

/*
#include <hedgerow.h>
*/
import "C"

import "runtime"

// View is one of the three views of a dict. It is the dict itself, so it shows what the dict has at
// each moment.
type View struct {
	of   *Dict
	view C.uint32_t
}

// KeysView is dict.keys(), as a set. Keys iterates over them.
func (dict *Dict) KeysView() View { return View{dict, C.HEDGEROW_VIEW_KEYS} }

// ValuesView is dict.values(). It is no set: And and so on are refused. Values iterates over them.
func (dict *Dict) ValuesView() View { return View{dict, C.HEDGEROW_VIEW_VALUES} }

// ItemsView is dict.items(), as a set of tuples. Items iterates over them.
func (dict *Dict) ItemsView() View { return View{dict, C.HEDGEROW_VIEW_ITEMS} }

// Operation is one of Python's operators between sets.
type Operation uint32

// Python's operators: &, |, - and ^.
const (
	And Operation = C.HEDGEROW_SET_AND
	Or  Operation = C.HEDGEROW_SET_OR
	Sub Operation = C.HEDGEROW_SET_SUB
	Xor Operation = C.HEDGEROW_SET_XOR
)

// Comparison is one of Python's comparisons of sets.
type Comparison uint32

// Python's ==, < (a proper subset), <=, >, >=, and isdisjoint.
const (
	EqualTo      Comparison = C.HEDGEROW_COMPARE_EQUAL
	Less         Comparison = C.HEDGEROW_COMPARE_LESS
	LessEqual    Comparison = C.HEDGEROW_COMPARE_LESS_EQUAL
	Greater      Comparison = C.HEDGEROW_COMPARE_GREATER
	GreaterEqual Comparison = C.HEDGEROW_COMPARE_GREATER_EQUAL
	Disjoint     Comparison = C.HEDGEROW_COMPARE_DISJOINT
)

// Contains is value in view.
func (view View) Contains(value *Value) (bool, error) {
	defer runtime.KeepAlive(view.of)
	defer keepAlive(value)
	status, err := call(func() C.int32_t {
		return C.hedgerow_dict_view_contains(view.of.c(), view.view, value.c())
	})
	return status == C.HEDGEROW_OK && err == nil, err
}

// Combine is view & other, and so on, with any value that can be iterated over. Python makes a set;
// this is a frozenset.
func (view View) Combine(operation Operation, other *Value) (*Value, error) {
	return view.combine(operation, other, false)
}

// CombineReflected is other & view, and so on.
func (view View) CombineReflected(operation Operation, other *Value) (*Value, error) {
	return view.combine(operation, other, true)
}

// CombineView is view & other, and so on, with another view. As Combine.
func (view View) CombineView(operation Operation, other View) (*Value, error) {
	defer runtime.KeepAlive(view.of)
	defer runtime.KeepAlive(other.of)
	return result(func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_dict_view_combine_views(
			view.of.c(), view.view, C.uint32_t(operation), other.of.c(), other.view, at)
	})
}

// Compare is view == other, and so on, with any value.
func (view View) Compare(comparison Comparison, other *Value) (bool, error) {
	defer runtime.KeepAlive(view.of)
	return other.truth(nil, func(at *C.int32_t) C.int32_t {
		return C.hedgerow_dict_view_compare(
			view.of.c(), view.view, C.uint32_t(comparison), other.c(), at)
	})
}

// CompareView is view == other, and so on, with another view.
func (view View) CompareView(comparison Comparison, other View) (bool, error) {
	defer runtime.KeepAlive(view.of)
	defer runtime.KeepAlive(other.of)
	var none *Value
	return none.truth(nil, func(at *C.int32_t) C.int32_t {
		return C.hedgerow_dict_view_compare_views(
			view.of.c(), view.view, C.uint32_t(comparison), other.of.c(), other.view, at)
	})
}

// Repr is repr(view).
func (view View) Repr() (string, error) {
	defer runtime.KeepAlive(view.of)
	return textOf(func(at *C.char, capacity C.size_t, length *C.size_t) C.int32_t {
		return C.hedgerow_dict_view_repr(view.of.c(), view.view, at, capacity, length)
	})
}

// String is Repr, for package fmt; for an error, its words in angle brackets.
func (view View) String() string {
	repr, err := view.Repr()
	if err != nil {
		return "<" + err.Error() + ">"
	}
	return repr
}

func (view View) combine(operation Operation, other *Value, reflected bool) (*Value, error) {
	defer runtime.KeepAlive(view.of)
	return other.of(nil, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_dict_view_combine(
			view.of.c(), view.view, C.uint32_t(operation), other.c(), number(reflected), at)
	})
}

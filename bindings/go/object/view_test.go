package object

import (
	"errors"
	"testing"
)

// Views as sets, dicts of other values, and walks backward. The bug class: exchanged operands, the
// other direction.
func TestViews(t *testing.T) {
	policy := CPython(0)
	pairs, err := Tuple(Str("ab"), Str("cd"))
	if err != nil {
		t.Fatal(err)
	}
	dict, other := NewDict(policy), NewDict(policy)
	if err := dict.UpdateFrom(pairs); err != nil {
		t.Fatal(err)
	}
	if err := other.Set(Str("a"), Str("b")); err != nil {
		t.Fatal(err)
	}
	made := func(value *Value, err error) string {
		if err != nil {
			return err.Error()
		}
		return value.String()
	}
	keys, items := dict.KeysView(), dict.ItemsView()
	for _, check := range []struct{ found, wanted string }{
		{keys.String(), "dict_keys(['a', 'c'])"},
		{dict.ValuesView().String(), "dict_values(['b', 'd'])"},
		{items.String(), "dict_items([('a', 'b'), ('c', 'd')])"},
		{made(keys.Combine(And, Str("ax"))), "frozenset({'a'})"},
		{made(keys.Combine(Sub, Str("ax"))), "frozenset({'c'})"},
		{made(keys.CombineReflected(Sub, Str("ax"))), "frozenset({'x'})"},
		{made(keys.CombineView(Xor, other.KeysView())), "frozenset({'c'})"},
		{made(items.CombineView(And, other.ItemsView())), "frozenset({('a', 'b')})"},
		{made(keys.Combine(Or, Int(1))), "TypeError: 'int' object is not iterable"},
	} {
		if check.found != check.wanted {
			t.Errorf("%s, not %s", check.found, check.wanted)
		}
	}
	for comparison, wanted := range map[Comparison]bool{
		EqualTo: false, Less: false, LessEqual: false, Greater: true, GreaterEqual: true,
		Disjoint: false,
	} {
		if found, err := keys.CompareView(comparison, other.KeysView()); found != wanted || err != nil {
			t.Errorf("%d: %v, %v", comparison, found, err)
		}
	}
	if found, err := keys.Compare(Disjoint, Str("xyz")); !found || err != nil {
		t.Error(found, err)
	}
	if found, err := items.Contains(Str("ab")); found || err != nil {
		t.Error(found, err)
	}
	if _, err := dict.ValuesView().Combine(And, pairs); !errors.Is(err, Argument) {
		t.Error(err)
	}
}

func TestDictsOfOthers(t *testing.T) {
	policy := CPython(0)
	dict, err := FromKeys(policy, Str("aba"), Int(1))
	if err != nil || dict.String() != "{'a': 1, 'b': 1}" {
		t.Error(dict, err)
	}
	other, err := FromKeys(policy, Str("bc"), None())
	if err != nil {
		t.Fatal(err)
	}
	union, err := dict.Union(other.Value())
	if err != nil || union.String() != "{'a': 1, 'b': None, 'c': None}" {
		t.Error(union, err)
	}
	if _, err := dict.Union(Int(1)); !errors.Is(err, TypeError) {
		t.Error(err)
	}
	var keys string
	walk := union.ReversedItems()
	for walk.Next() {
		keys += walk.Key().String()
		if left, err := walk.Left(); err != nil || left != 3-len(keys)/3 {
			t.Error(left, err)
		}
	}
	if keys != "'c''b''a'" || walk.Err() != nil {
		t.Error(keys, walk.Err())
	}
}

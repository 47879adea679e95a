package object

import (
	"errors"
	"testing"
)

// Each call and what CPython makes of it. The bug class: a method that answers for another one, a
// bound or an optional str that is passed wrongly.
func TestStrMethods(t *testing.T) {
	text, a, b, none := Str(" a-b-a\n"), Str("a"), Str("b"), (*Value)(nil)
	either, err := Tuple(Str("x"), Str(" a"))
	if err != nil {
		t.Fatal(err)
	}
	table := NewDict(CPython(0))
	if err := table.Set(Int('a'), Str("<>")); err != nil {
		t.Fatal(err)
	}
	made := func(value *Value, err error) string {
		if err != nil {
			return err.Error()
		}
		return value.String()
	}
	for _, check := range []struct{ found, wanted string }{
		{made(text.Split(none, -1)), "('a-b-a',)"},
		{made(text.Split(Str("-"), 1)), `(' a', 'b-a\n')`},
		{made(text.RSplit(Str("-"), 1)), `(' a-b', 'a\n')`},
		{made(text.RSplit(Str(""), 1)), "ValueError: empty separator"},
		{made(text.SplitLines(true)), `(' a-b-a\n',)`},
		{made(text.SplitLines(false)), "(' a-b-a',)"},
		{made(text.Partition(b)), `(' a-', 'b', '-a\n')`},
		{made(text.RPartition(a)), `(' a-b-', 'a', '\n')`},
		{made(b.Join(either)), "'xb a'"},
		{made(a.Concat(b)), "'ab'"},
		{made(a.Repeat(3)), "'aaa'"},
		{made(text.Slice(Omitted, Omitted, -2)), `'\n-- '`},
		{made(text.Slice(0, 1, 0)), "ValueError: slice step cannot be zero"},
		{made(text.Strip(none)), "'a-b-a'"},
		{made(text.LStrip(none)), `'a-b-a\n'`},
		{made(text.RStrip(none)), "' a-b-a'"},
		{made(text.Strip(Str(" \na"))), "'-b-'"},
		{made(text.RemovePrefix(Str(" a"))), `'-b-a\n'`},
		{made(text.RemoveSuffix(Str("\n"))), "' a-b-a'"},
		{made(text.Replace(a, b, 1)), `' b-b-a\n'`},
		{made(a.Center(3, none)), "' a '"},
		{made(a.LJust(3, b)), "'abb'"},
		{made(a.RJust(3, b)), "'bba'"},
		{made(a.ZFill(3)), "'00a'"},
		{made(Str("a\tb").ExpandTabs(4)), "'a   b'"},
		{made(text.Translate(table)), `' <>-b-<>\n'`},
		{made(Str("ǆ").InCase(Title, 0)), "'ǅ'"},
		{made(Str("ß").InCase(Upper, 11)), "'SS'"},
		{made(Str("é€").EncodeTo("latin-1", "backslashreplace", 0)), `b'\xe9\\u20ac'`},
		{made(Bytes([]byte("a\xff")).DecodeFrom("", "surrogateescape", 0)), `'a\udcff'`},
		{made(text.EncodeTo("utf-7", "", 0)), "LookupError: unknown encoding: utf-7"},
		{made(Int(1).Strip(none)), "TypeError: expected str, got int"},
	} {
		if check.found != check.wanted {
			t.Errorf("%s, not %s", check.found, check.wanted)
		}
	}
}

func TestStrQuestions(t *testing.T) {
	text, a := Str("abca"), Str("a")
	either, err := Tuple(Str("x"), Str("ca"))
	if err != nil {
		t.Fatal(err)
	}
	numbers := func(found int, err error) [2]any { return [2]any{found, err} }
	for index, check := range []struct{ found, wanted [2]any }{
		{numbers(text.Find(a, 1, Omitted)), numbers(3, nil)},
		{numbers(text.Find(a, 1, -1)), numbers(-1, nil)},
		{numbers(text.RFind(a, Omitted, Omitted)), numbers(3, nil)},
		{numbers(text.Count(a, Omitted, Omitted)), numbers(2, nil)},
	} {
		if check.found != check.wanted {
			t.Errorf("%d: %v, not %v", index, check.found, check.wanted)
		}
	}
	truths := func(found bool, err error) [2]any { return [2]any{found, err} }
	for index, check := range []struct{ found, wanted [2]any }{
		{truths(text.StartsWith(a, Omitted, Omitted)), truths(true, nil)},
		{truths(text.StartsWith(either, Omitted, Omitted)), truths(false, nil)},
		{truths(text.EndsWith(either, Omitted, Omitted)), truths(true, nil)},
		{truths(text.Has(IsAlpha, 0)), truths(true, nil)},
		{truths(text.Has(IsUpper, 0)), truths(false, nil)},
	} {
		if check.found != check.wanted {
			t.Errorf("%d: %v, not %v", index, check.found, check.wanted)
		}
	}
	if _, err := text.Find(Int(1), 0, 0); !errors.Is(err, TypeError) {
		t.Error(err)
	}
	if _, err := text.Has(IsAlpha, 7); !errors.Is(err, Argument) {
		t.Error(err)
	}
	if _, err := text.Find(nil, 0, 0); !errors.Is(err, Nil) {
		t.Error(err)
	}
}

package object

// The bug class: a value that arrives on the other side as something else, and a hash or repr that
// is not CPython's.

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"os"
	"strings"
	"testing"
)

// tagged is a value in the JSON form of tests/vectors/object.py.
type tagged = json.RawMessage

// build makes the value of a JSON form.
func build(t *testing.T, form tagged, policy *Policy) *Value {
	t.Helper()
	switch text := string(bytes.TrimSpace(form)); text {
	case "null":
		return None()
	case "true", "false":
		return Bool(text == "true")
	case `"..."`:
		return Ellipsis()
	}
	var fields map[string]tagged
	read(t, form, &fields)
	for kind, content := range fields {
		switch kind {
		case "int":
			var digits string
			read(t, content, &digits)
			number, _ := new(big.Int).SetString(digits, 10)
			return BigInt(number)
		case "float":
			return Float(double(t, content))
		case "complex":
			var parts []tagged
			read(t, content, &parts)
			return Complex(complex(double(t, parts[0]), double(t, parts[1])))
		case "str":
			var points []rune
			read(t, content, &points)
			return StrOfRunes(points)
		case "bytes":
			var numbers []uint16
			read(t, content, &numbers)
			content := make([]byte, len(numbers))
			for index, number := range numbers {
				content[index] = byte(number)
			}
			return Bytes(content)
		}
		var forms []tagged
		read(t, content, &forms)
		items := make([]*Value, len(forms))
		for index, form := range forms {
			items[index] = build(t, form, policy)
		}
		made, err := Tuple(items...)
		if kind == "frozenset" {
			made, err = FrozenSet(policy, items...)
		}
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	t.Fatal("no value: ", string(form))
	return nil
}

func read(t *testing.T, form tagged, into any) {
	t.Helper()
	if err := json.Unmarshal(form, into); err != nil {
		t.Fatal(err, string(form))
	}
}

func double(t *testing.T, form tagged) float64 {
	t.Helper()
	var text string
	read(t, form, &text)
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	var bits uint64
	for _, octet := range raw {
		bits = bits<<8 | uint64(octet)
	}
	return math.Float64frombits(bits)
}

// What CPython 3.10 and 3.11 said, under three seeds.
func TestHashAndReprAreThoseOfCPython(t *testing.T) {
	file, err := os.ReadFile("../../../tests/vectors/object.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Values []tagged
		Runs   []struct {
			Seed                uint32
			Algorithm, Unicode  string
			None, Ellipsis, Nan int64
			Hashes              []*int64
			Reprs               []*string
		}
	}
	read(t, file, &recorded)
	compared := 0
	for _, run := range recorded.Runs {
		policy := CPython(run.Seed)
		if run.Algorithm == "siphash24" {
			policy = CPythonBefore311(run.Seed)
		}
		policy.None, policy.Ellipsis, policy.NaN = run.None, run.Ellipsis, run.Nan
		for index, form := range recorded.Values {
			value := build(t, form, policy)
			if run.Hashes[index] != nil {
				hash, err := value.Hash(policy)
				if err != nil || hash != *run.Hashes[index] {
					t.Errorf("%v: hash %d, not %d; %v", value, hash, *run.Hashes[index], err)
				}
				compared++
			}
			if run.Reprs[index] != nil {
				repr, err := value.Repr()
				if err != nil || repr != *run.Reprs[index] {
					t.Errorf("repr %s, not %s; %v", repr, *run.Reprs[index], err)
				}
				compared++
			}
		}
	}
	if compared < 1000 {
		t.Fatal("only ", compared, " comparisons: the file is not read right")
	}
}

func TestValuesComeBack(t *testing.T) {
	if number, err := Int(-7).Int64(); number != -7 || err != nil {
		t.Error(number, err)
	}
	large := new(big.Int).Lsh(big.NewInt(-5), 200)
	if _, err := BigInt(large).Int64(); !errors.Is(err, OverflowError) {
		t.Error(err)
	}
	if number, err := BigInt(large).BigInt(); err != nil || number.Cmp(large) != 0 {
		t.Error(number, err)
	}
	if number, err := Float(0.1).Float64(); number != 0.1 || err != nil {
		t.Error(number, err)
	}
	if number, err := Complex(1 - 2i).Complex128(); number != 1-2i || err != nil {
		t.Error(number, err)
	}
	if content, err := Bytes([]byte("a\x00\xff")).Bytes(); string(content) != "a\x00\xff" {
		t.Error(content, err)
	}
	if text, err := Str("naïve 🦔").Encode(); text != "naïve 🦔" || err != nil {
		t.Error(text, err)
	}
	if Truth := []bool{Str("").Truth(), Int(0).Truth(), Float(2).Truth()}; Truth[0] || Truth[1] ||
		!Truth[2] {
		t.Error(Truth)
	}
	for _, empty := range []*Value{Str(""), Bytes(nil)} {
		if length, err := empty.Len(); length != 0 || err != nil {
			t.Error(length, err)
		}
	}
	if _, err := Decode("\xff"); !errors.Is(err, UnicodeDecodeError) {
		t.Error(err)
	}
	several := []any{int8(-1), uint64(math.MaxUint64), float32(0.5), "s", []byte("b"), nil}
	for _, number := range several {
		if value := Of(number); value == nil {
			t.Error(number)
		}
	}
	if value := Of(uint64(math.MaxUint64)); value.String() != "18446744073709551615" {
		t.Error(value)
	}
}

// A high surrogate before a low one are two code points of a str, and not the character of the two.
func TestSurrogatesStayApart(t *testing.T) {
	apart := StrOfRunes([]rune{0xd83e, 0xdd93, 'a', 0x1f993})
	points, err := apart.Runes()
	if err != nil || string(points[2:]) != "a\U0001f993" || points[0] != 0xd83e || len(points) != 4 {
		t.Fatal(points, err)
	}
	if length, _ := apart.Len(); length != 4 {
		t.Error(length)
	}
	pair := StrOfUTF16([]uint16{0xd83e, 0xdd93})
	if length, _ := pair.Len(); length != 1 {
		t.Error("a pair of UTF-16 is one character")
	}
	two := StrOfRunes([]rune{0xd83e, 0xdd93})
	if equal, err := two.Equal(pair); equal || err != nil {
		t.Error("two surrogates are the character", err)
	}
	if units, err := pair.UTF16(); err != nil || len(units) != 2 || units[0] != 0xd83e {
		t.Error(units, err)
	}
	if repr := two.String(); repr != `'\ud83e\udd93'` {
		t.Error(repr)
	}
	_, err = two.Encode()
	words := "UnicodeEncodeError: 'utf-8' codec can't encode characters in position 0-1: " +
		"surrogates not allowed"
	if err == nil || err.Error() != words {
		t.Error(err)
	}
}

func TestEqualityAndIdentity(t *testing.T) {
	equal, err := Int(1).Equal(Float(1))
	if !equal || err != nil || Int(1).Is(Float(1)) || !Int(1).Is(Int(1)) {
		t.Error("1 == 1.0, and they are two objects", err)
	}
	if Str("a").Is(Str("a")) {
		t.Error("each str is an object")
	}
	if _, err := Int(1).Equal(nil); !errors.Is(err, Nil) {
		t.Error(err)
	}
	if _, err := (*Value)(nil).Repr(); !errors.Is(err, Nil) {
		t.Error(err)
	}
	if _, err := Tuple(Int(1), nil); !errors.Is(err, Nil) {
		t.Error(err)
	}
	if _, err := Int(1).Hash(&Policy{}); !errors.Is(err, Argument) {
		t.Error(err)
	}
}

func TestItems(t *testing.T) {
	set, err := FrozenSet(CPython(0), Int(3), Int(1), Float(3))
	if err != nil {
		t.Fatal(err)
	}
	for text, value := range map[string]*Value{
		"1 3":       set,
		"'h' 'é'":   Str("hé"),
		"104 0":     Bytes([]byte("h\x00")),
		"None (1,)": Of([]*Value{None(), Of([]*Value{Int(1)})}),
		"":          Str(""),
	} {
		items, err := value.Items()
		if err != nil {
			t.Fatal(err)
		}
		shown := make([]string, len(items))
		for index, item := range items {
			shown[index] = item.String()
			at, err := value.Item(index)
			if equal, failed := item.Equal(at); !equal || err != nil || failed != nil {
				t.Error(item, at, err, failed)
			}
		}
		if strings.Join(shown, " ") != text {
			t.Error(shown, " is not ", text)
		}
	}
	if _, err := Int(1).Items(); err == nil ||
		err.Error() != "TypeError: 'int' object is not subscriptable" {
		t.Error(err)
	}
	if _, err := Str("a").Item(1); !errors.Is(err, IndexError) {
		t.Error(err)
	}
}

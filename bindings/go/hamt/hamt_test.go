package hamt

// What hamt.c does: a node becomes an ArrayNode with its 17th slot, which takes keys that share
// their low bits, and a collision node is made at the level where two keys with one hash meet. The
// bug class: a map that behaves differently from CPython's.

import (
	"bufio"
	"errors"
	"math/rand"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// key is an object with a chosen hash. Keys with equal names are equal.
type key struct {
	hash int64
	name string
	fail error
}

var errUnhashable = errors.New("unhashable")

func (k *key) Hash() (int64, error) {
	if k.name == "unhashable" {
		return 0, errUnhashable
	}
	return k.hash, nil
}

func (k *key) Equal(other Object) (bool, error) {
	o := other.(*key)
	if k.fail != nil || o.fail != nil {
		if k.fail == nil {
			return false, o.fail
		}
		return false, k.fail
	}
	return k.name == o.name, nil
}

func named(name string, hash int64) *key { return &key{hash: hash, name: name} }

func of(n int) *key { return named(strconv.Itoa(n), int64(n)) }

func assoc(t *testing.T, h *Hamt, k, v Object) *Hamt {
	t.Helper()
	made, err := h.Assoc(k, v)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func names(t *testing.T, h *Hamt) []string {
	t.Helper()
	var found []string
	for it := h.Iter(); ; {
		k, _, ok, err := it.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return found
		}
		found = append(found, k.(*key).name)
	}
}

func TestRoundTrip(t *testing.T) {
	k1, k2, v1, v2 := of(1), of(2), of(100), of(200)
	h := assoc(t, assoc(t, New(), k1, v1), k2, v2)
	found, ok, err := h.Find(named("1", 1))
	if found != Object(v1) || !ok || err != nil {
		t.Fatal(found, ok, err)
	}
	if _, ok, err := h.Find(of(3)); ok || err != nil {
		t.Fatal("found what is not there")
	}
	if h.Len() != 2 || New().Len() != 0 {
		t.Fatal("wrong length")
	}
}

func TestTheStoredKeyAndTheSameValueStay(t *testing.T) {
	k, v := of(1), of(100)
	h := assoc(t, New(), k, v)
	if assoc(t, h, named("1", 1), v) != h {
		t.Fatal("the same value made another map")
	}
	replaced := assoc(t, h, named("1", 1), of(2))
	stored, _, _, _ := replaced.Iter().Next()
	if stored != Object(k) {
		t.Fatal("the stored key did not stay")
	}
}

func TestWithout(t *testing.T) {
	h := assoc(t, assoc(t, New(), of(1), of(1)), of(2), of(2))
	less, ok, err := h.Without(of(1))
	if !ok || err != nil || less.Len() != 1 || h.Len() != 2 {
		t.Fatal(ok, err)
	}
	same, ok, err := less.Without(of(1))
	if ok || err != nil || same != less {
		t.Fatal("removing an absent key has to give the same map, and no error")
	}
	if none, ok, err := less.Without(of(2)); !ok || err != nil || none != New() {
		t.Fatal("the empty map is one")
	}
}

func TestStructuralSharing(t *testing.T) {
	h := New()
	for n := 0; n < 2000; n++ {
		h = assoc(t, h, of(n), of(n))
	}
	both, fresh := h.shared(assoc(t, h, of(7), of(-7)))
	if fresh > 8 || both < 100 {
		t.Fatalf("%d nodes shared, %d new: a path is 8 nodes at most", both, fresh)
	}
}

// 17 keys in one slot of the root: they share their low five bits.
func TestPromotion(t *testing.T) {
	h := New()
	for n := 0; n < 16; n++ {
		h = assoc(t, h, named(strconv.Itoa(n), int64(n<<5|3)), of(n))
	}
	if nodes := h.nodes(); len(nodes) != 2 || strings.TrimSpace(nodes[1]) != "BitmapNode" {
		t.Fatal(nodes)
	}
	h = assoc(t, h, named("16", 16<<5|3), of(16))
	if nodes := h.nodes(); strings.TrimSpace(nodes[1]) != "ArrayNode" {
		t.Fatal(nodes)
	}
	// It stays an ArrayNode with 16 slots, and changes back with 15.
	h, _, _ = h.Without(named("16", 16<<5|3))
	if nodes := h.nodes(); strings.TrimSpace(nodes[1]) != "ArrayNode" {
		t.Fatal(nodes)
	}
	h, _, _ = h.Without(named("15", 15<<5|3))
	if nodes := h.nodes(); strings.TrimSpace(nodes[1]) != "BitmapNode" {
		t.Fatal(nodes)
	}
}

func TestCollision(t *testing.T) {
	a, b := named("a", 77), named("b", 77)
	h := assoc(t, assoc(t, New(), a, of(1)), b, of(2))
	if nodes := h.nodes(); len(nodes) != 2 || strings.TrimSpace(nodes[1]) != "CollisionNode" {
		t.Fatal(nodes) // at the level where the two meet, not at the seventh
	}
	if found := names(t, h); found[0] != "a" || found[1] != "b" {
		t.Fatal("not in insertion order: ", found)
	}
	for _, k := range []*key{a, b} {
		if _, ok, err := h.Find(named(k.name, 77)); !ok || err != nil {
			t.Fatal("not found: ", k.name)
		}
	}
}

func TestEq(t *testing.T) {
	forth, back := New(), New()
	for n := 0; n < 500; n++ {
		forth = assoc(t, forth, of(n), of(n))
		back = assoc(t, back, of(499-n), of(499-n))
	}
	if equal, err := forth.Eq(back); !equal || err != nil {
		t.Fatal("the order of insertion made equal maps unequal: ", err)
	}
	back = assoc(t, back, of(3), of(4))
	if equal, err := forth.Eq(back); equal || err != nil {
		t.Fatal("equal with another value: ", err)
	}
	bad := of(9)
	bad.fail = errors.New("cannot compare")
	if _, err := forth.Eq(assoc(t, back, of(3), bad)); err == nil {
		t.Fatal("the comparison failed, and Eq did not")
	}
}

func TestEqualityThatFails(t *testing.T) {
	bad := named("bad", 5)
	h := assoc(t, New(), named("good", 5), of(1))
	bad.fail = errors.New("cannot compare")
	if _, err := h.Assoc(bad, of(2)); !errors.Is(err, bad.fail) {
		t.Fatal(err)
	}
	if _, _, err := h.Find(bad); !errors.Is(err, bad.fail) {
		t.Fatal(err)
	}
	if _, _, err := h.Without(bad); !errors.Is(err, bad.fail) {
		t.Fatal(err)
	}
	if _, err := h.Assoc(named("unhashable", 0), of(1)); err != errUnhashable {
		t.Fatal(err)
	}
	if _, ok, err := New().Find(named("unhashable", 0)); ok || err != nil {
		t.Fatal("an empty map hashed: ", err)
	}
	if h.Len() != 1 {
		t.Fatal("an error changed the map")
	}
}

// Iteration order as recorded from CPython in tests/vectors/order.txt.
func TestOrderIsThatOfCPython(t *testing.T) {
	file, err := os.Open("../../../tests/vectors/order.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	h, keys, compared := New(), map[string]*key{}, 0
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "case":
			h, keys = New(), map[string]*key{}
		case "set":
			hash, err := strconv.ParseInt(words[2], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			keys[words[1]] = named(words[1], hash)
			h = assoc(t, h, keys[words[1]], of(1))
		case "del":
			if h, _, err = h.Without(keys[words[1]]); err != nil {
				t.Fatal(err)
			}
		case "order":
			if found := names(t, h); strings.Join(found, " ") != strings.Join(words[1:], " ") {
				t.Fatal(found, "\nis not CPython's\n", words[1:])
			}
			compared++
		}
	}
	if compared < 20 {
		t.Fatal("only ", compared, " orders: the file is not read right")
	}
}

// Random histories of a map beside a Go map, with hashes that collide, on several goroutines.
func TestHistories(t *testing.T) {
	var group sync.WaitGroup
	for worker := 0; worker < 4; worker++ {
		group.Add(1)
		go func(random *rand.Rand) {
			defer group.Done()
			h, model := New(), map[string]Object{}
			for step := 0; step < 3000; step++ {
				n := random.Intn(200)
				k, v := named(strconv.Itoa(n), int64(n%40)*1057), of(step)
				var err error
				if random.Intn(3) == 0 {
					var ok bool
					_, was := model[k.name]
					if h, ok, err = h.Without(k); ok != was || err != nil {
						t.Error(ok, was, err)
						return
					}
					delete(model, k.name)
				} else if h, err = h.Assoc(k, v); err == nil {
					model[k.name] = v
				}
				found, ok, err2 := h.Find(k)
				if err != nil || err2 != nil || h.Len() != len(model) || ok && found != model[k.name] {
					t.Error("differs from the model: ", err, err2)
					return
				}
			}
		}(rand.New(rand.NewSource(int64(worker))))
	}
	group.Wait()
}

// Unused maps are collected, with their objects.
func TestNothingIsLeft(t *testing.T) {
	for try := 0; try < 100; try++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
		if entries := liveEntries(); entries == 0 && len(objects) == 0 && len(numbers) == 0 {
			return
		}
	}
	t.Fatal(liveEntries(), " entries, ", len(objects), " objects are left")
}

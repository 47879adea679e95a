package hamt

import (
	"errors"
	"fmt"
)

// ErrUnhashable is Python's TypeError for the hash of a map: hamt.c defines none.
var ErrUnhashable = errors.New("unhashable type: 'hamt'")

// A map is an object, too: it can be a value in another map, but no key.
var _ Object = (*Hamt)(nil)

// Hash fails with ErrUnhashable, as in CPython.
func (h *Hamt) Hash() (int64, error) { return 0, ErrUnhashable }

// Equal is Eq if the other object is a map; otherwise they are not equal.
func (h *Hamt) Equal(other Object) (bool, error) {
	if of, ok := other.(*Hamt); ok {
		return h.Eq(of)
	}
	return false, nil
}

// Repr is what CPython prints for a map: its type and address, not its entries, which may contain
// the map.
func (h *Hamt) Repr() string { return fmt.Sprintf("<hamt object at %p>", h) }

// String is Repr, for package fmt.
func (h *Hamt) String() string { return h.Repr() }

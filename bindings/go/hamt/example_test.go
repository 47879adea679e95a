package hamt_test

import (
	"fmt"
	"hash/fnv"
	"log"

	"hedgerow/hamt"
)

// name is an object of the runtime.
type name struct{ text string }

func (n *name) Hash() (int64, error) {
	hash := fnv.New64a()
	hash.Write([]byte(n.text))
	return int64(hash.Sum64()), nil
}

func (n *name) Equal(other hamt.Object) (bool, error) {
	o, ok := other.(*name)
	return ok && n.text == o.text, nil
}

func Example() {
	apple, pear := &name{"apple"}, &name{"pear"}
	one, err := hamt.New().Assoc(apple, &name{"red"})
	if err != nil {
		log.Fatal(err)
	}
	two, err := one.Assoc(pear, &name{"green"}) // one stays as it was
	if err != nil {
		log.Fatal(err)
	}
	value, found, err := two.Find(&name{"pear"})
	fmt.Println(value.(*name).text, found, err)
	_, found, err = one.Find(pear)
	fmt.Println(one.Len(), two.Len(), found, err)
	for keys := two.Keys(); ; {
		key, ok, err := keys.Next()
		if !ok || err != nil {
			break
		}
		fmt.Println(key.(*name).text)
	}
	// Unordered output:
	// green true <nil>
	// 1 2 false <nil>
	// apple
	// pear
}

// A dict of Python's values, in Go.
package main

import (
	"fmt"
	"log"

	"hedgerow/object"
)

func main() {
	policy := object.CPython(0) // hashes as CPython under PYTHONHASHSEED=0
	dict := object.NewDict(policy)
	for _, pair := range [][2]any{{1, "one"}, {"π", 3.14}, {1.0, "uno"}} {
		if err := dict.Set(object.Of(pair[0]), object.Of(pair[1])); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(dict) // 1 == 1.0: the stored key stays, with the new value

	hash, err := object.Str("abc").Hash(policy)
	fmt.Println(hash, err)

	_, _, err = dict.Get(dict.Value())
	fmt.Println(err)

	for items := dict.Items(); items.Next(); {
		fmt.Println(items.Key(), items.Value())
	}
}

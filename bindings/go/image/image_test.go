package image

// The bug class: bytes of an image that are used after it was closed or collected; an error whose
// words are those of another thread's; a key that is not found although it is there.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func made(t *testing.T, count int) *Image {
	t.Helper()
	writer, err := NewWriter(Text, Text)
	for i := 0; i < count && err == nil; i++ {
		err = writer.Put([]byte(fmt.Sprint("key ", i)), []byte(fmt.Sprint("value ", i)))
	}
	if err != nil {
		t.Fatal(err)
	}
	image, err := writer.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func check(t *testing.T, image *Image, count int) {
	t.Helper()
	if err := image.Verify(); err != nil || image.Len() != count {
		t.Fatal(err, image.Len())
	}
	for i := 0; i < count; i++ {
		value, found, err := image.Get([]byte(fmt.Sprint("key ", i)))
		if err != nil || !found || string(value) != fmt.Sprint("value ", i) {
			t.Fatal(i, value, found, err)
		}
	}
	if value, found, err := image.Get([]byte("absent")); value != nil || found || err != nil {
		t.Fatal(value, found, err)
	}
	seen := 0
	entries := image.Entries()
	for ; entries.Next(); seen++ {
		key, value := string(entries.Key()), string(entries.Value())
		if strings.TrimPrefix(key, "key ") != strings.TrimPrefix(value, "value ") {
			t.Fatal(key, value)
		}
	}
	if entries.Err() != nil || seen != count {
		t.Fatal(entries.Err(), seen)
	}
}

func TestImagesGoThroughBytesAndFiles(t *testing.T) {
	for _, count := range []int{0, 1, 500} {
		image := made(t, count)
		check(t, image, count)
		bytes, err := image.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := FromBytes(bytes)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "the.image")
		if err := again.Write(path); err != nil {
			t.Fatal(err)
		}
		for i := range bytes {
			bytes[i] = 0 // The image has copied them.
		}
		check(t, again, count)
		mapped, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := made(t, count+1).Write(path); err != nil {
			t.Fatal(err)
		}
		check(t, mapped, count) // The old file, which has no name any more.
		mapped.Close()
		if _, _, err := mapped.Get([]byte("key 0")); !errors.Is(err, Closed) || mapped.Len() != 0 {
			t.Fatal(err)
		}
	}
	key, value := made(t, 1).Kinds()
	if key != Text || value != Text {
		t.Fatal(key, value)
	}
}

// What Rust and Python have made: the golden files of the repository.
func TestImagesOfOtherLanguages(t *testing.T) {
	rust, err := Open("../../../tests/vectors/image-1.bin")
	if err != nil {
		t.Fatal(err)
	}
	value, found, err := rust.Get([]byte("key 3"))
	if err != nil || !found || value[0] != 24 || len(value) != 8 {
		t.Fatal(value, found, err)
	}
	delta, err := os.ReadFile("../../../tests/vectors/delta-1.bin")
	if err != nil {
		t.Fatal(err)
	}
	newer, err := rust.Apply(delta)
	if err != nil {
		t.Fatal(err)
	}
	rust.Close() // The newer one shares its bytes.
	value, found, err = newer.Get([]byte("key 3"))
	if err != nil || !found || value[0] != 7 || newer.Verify() != nil {
		t.Fatal(value, found, err)
	}
	if _, err := newer.Apply(delta); !errors.Is(err, OtherBase) {
		t.Fatal(err)
	}
	python, err := Open("../../../tests/vectors/python-image-1.bin")
	if err != nil {
		t.Fatal(err)
	}
	if key, _ := python.Kinds(); key != Python {
		t.Fatal(key)
	}
	if value, found, err = python.Get([]byte("\x05apple")); string(value) != "\x03\x03" || !found {
		t.Fatal(value, found, err)
	}
}

func expect(t *testing.T, err error, status Status, words string) {
	t.Helper()
	if !errors.Is(err, status) || !strings.Contains(err.Error(), words) {
		t.Fatal(err)
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	_, err := Open("/no/such/file")
	expect(t, err, IO, "/no/such/file")
	bytes, err := made(t, 20).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	_, err = FromBytes(bytes[:len(bytes)-1])
	expect(t, err, Damaged, "cut off")
	bytes[len(bytes)-1] ^= 1
	damaged, err := FromBytes(bytes)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, damaged.Verify(), Damaged, "not as they were written")
	writer, err := NewWriter(Text, Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Put([]byte("\xff"), nil); !errors.Is(err, Argument) {
		t.Fatal(err)
	}
	for i := 0; i < 2; i++ {
		if err := writer.Put([]byte("same"), nil); err != nil {
			t.Fatal(err)
		}
	}
	_, err = writer.Finish()
	expect(t, err, Argument, "same key")
	if _, err := NewWriter(Python, Bytes); !errors.Is(err, Argument) {
		t.Fatal(err)
	}
}

func TestGoroutinesShareAnImage(t *testing.T) {
	image := made(t, 300)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			for round := 0; round < 200; round++ {
				key := fmt.Sprint("key ", (i*37+round)%300)
				if value, found, err := image.Get([]byte(key)); !found || err != nil {
					t.Error(value, found, err)
				}
				absent := fmt.Sprint("/no/file ", i)
				if _, err := Open(absent); !strings.Contains(err.Error(), absent) {
					t.Error(err)
				}
				if round%50 == 0 {
					made(t, 3)
					runtime.GC()
				}
			}
		}(i)
	}
	group.Wait()
	check(t, image, 300)
}

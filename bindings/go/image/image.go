// Package image reads maps as bytes, in place: from a file that many processes map, or from a
// message. Rust, C, Python and the hedgerow command make and read them, too.
//
//	prices, err := image.Open("prices.image")
//	value, found, err := prices.Get([]byte("pear"))
//
// An image never changes. Any goroutine may use it, several at once. The garbage collector closes
// it; Close does so at once.
package image

/*
#cgo pkg-config: hedgerow
#include <stdlib.h>
#include <hedgerow.h>
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// Kind says what keys or values are. Rust has more kinds than these.
type Kind uint32

const (
	// Words are numbers of 8 bytes, little-endian.
	Words Kind = C.HEDGEROW_IMAGE_WORDS
	// Text is UTF-8.
	Text Kind = C.HEDGEROW_IMAGE_TEXT
	// Bytes are any bytes.
	Bytes Kind = C.HEDGEROW_IMAGE_BYTES
	// Python are Python's objects, as its package writes them.
	Python Kind = C.HEDGEROW_IMAGE_PYTHON
)

// Image is a map as bytes.
type Image struct {
	handle *C.hedgerow_image
}

// Open maps a file. It costs the same at any size. The file may not be overwritten while the image
// is open: Write, and whoever writes a new file and renames it, leave the old one as it is.
func Open(path string) (*Image, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var handle *C.hedgerow_image
	_, err := call(func() C.int32_t {
		return C.hedgerow_image_open_file(name, C.size_t(len(path)), C.HEDGEROW_IMAGE_MAP, &handle)
	})
	return newImage(handle, err)
}

// FromBytes reads an image from bytes, which it copies.
func FromBytes(content []byte) (*Image, error) {
	var handle *C.hedgerow_image
	_, err := call(func() C.int32_t {
		var lent *C.hedgerow_image
		status := C.hedgerow_image_open_bytes(start(content), C.size_t(len(content)), &lent)
		if status < 0 {
			return status
		}
		status = C.hedgerow_image_copy(lent, &handle)
		C.hedgerow_image_free(lent)
		return status
	})
	return newImage(handle, err)
}

func newImage(handle *C.hedgerow_image, err error) (*Image, error) {
	if err != nil {
		return nil, err
	}
	image := &Image{handle}
	runtime.SetFinalizer(image, (*Image).Close)
	return image, nil
}

// Close frees the image, and ends the mapping of its file unless images of deltas share it. No
// other goroutine may use it meanwhile. Later calls are refused.
func (image *Image) Close() {
	runtime.SetFinalizer(image, nil)
	C.hedgerow_image_free(image.handle)
	image.handle = nil
}

// Len is the number of entries; 0 of an image that was closed.
func (image *Image) Len() int {
	defer runtime.KeepAlive(image)
	var length C.uint64_t
	C.hedgerow_image_len(image.handle, &length)
	return int(length)
}

// Kinds says what keys and values are.
func (image *Image) Kinds() (key, value Kind) {
	defer runtime.KeepAlive(image)
	var keyKind, valueKind C.uint32_t
	C.hedgerow_image_kinds(image.handle, &keyKind, &valueKind)
	return Kind(keyKind), Kind(valueKind)
}

// Get looks up a key. The value is a copy.
func (image *Image) Get(key []byte) (value []byte, found bool, err error) {
	defer runtime.KeepAlive(image)
	var bytes C.hedgerow_bytes
	status, err := call(func() C.int32_t {
		return C.hedgerow_image_get(image.handle, start(key), C.size_t(len(key)), &bytes)
	})
	if err != nil || status == C.HEDGEROW_ABSENT {
		return nil, false, err
	}
	return copied(bytes), true, nil
}

// Verify checks every byte.
func (image *Image) Verify() error {
	defer runtime.KeepAlive(image)
	_, err := call(func() C.int32_t { return C.hedgerow_image_verify(image.handle) })
	return err
}

// Bytes is a copy of the bytes, to send.
func (image *Image) Bytes() ([]byte, error) {
	defer runtime.KeepAlive(image)
	var bytes []byte
	_, err := call(func() C.int32_t {
		var packed *C.hedgerow_image
		status := C.hedgerow_image_copy(image.handle, &packed)
		if status >= 0 {
			var of C.hedgerow_bytes
			status = C.hedgerow_image_bytes(packed, &of)
			bytes = copied(of)
			C.hedgerow_image_free(packed)
		}
		return status
	})
	return bytes, err
}

// Write puts the image into a file. A crash at any moment leaves the old file or the new one.
func (image *Image) Write(path string) error {
	defer runtime.KeepAlive(image)
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	_, err := call(func() C.int32_t {
		return C.hedgerow_image_write(image.handle, name, C.size_t(len(path)))
	})
	return err
}

// Apply is the image of what a delta makes of the contents, in time and memory for the changes. The
// delta is bytes that C or Rust have made.
func (image *Image) Apply(delta []byte) (*Image, error) {
	defer runtime.KeepAlive(image)
	var handle *C.hedgerow_image
	_, err := call(func() C.int32_t {
		var opened *C.hedgerow_delta
		status := C.hedgerow_delta_open(start(delta), C.size_t(len(delta)), &opened)
		if status < 0 {
			return status
		}
		status = C.hedgerow_image_apply(image.handle, opened, &handle)
		C.hedgerow_delta_free(opened)
		return status
	})
	return newImage(handle, err)
}

// Entries iterates over an image, in its own order.
type Entries struct {
	image *Image
	iter  C.hedgerow_image_iter
	entry C.hedgerow_image_entry
	err   error
}

// Entries begins before the first entry.
func (image *Image) Entries() *Entries {
	defer runtime.KeepAlive(image)
	entries := &Entries{image: image}
	_, entries.err = call(func() C.int32_t {
		return C.hedgerow_image_iter_start(image.handle, &entries.iter)
	})
	return entries
}

// Next goes on to the next entry; false at the end, and after an error.
func (entries *Entries) Next() bool {
	if entries.err != nil {
		return false
	}
	defer runtime.KeepAlive(entries.image)
	var status Status
	status, entries.err = call(func() C.int32_t {
		return C.hedgerow_image_iter_next(entries.image.handle, &entries.iter, &entries.entry)
	})
	return entries.err == nil && status == C.HEDGEROW_OK
}

// Key is a copy of the key of this entry.
func (entries *Entries) Key() []byte {
	defer runtime.KeepAlive(entries.image)
	return copied(entries.entry.key)
}

// Value is a copy of the value of this entry.
func (entries *Entries) Value() []byte {
	defer runtime.KeepAlive(entries.image)
	return copied(entries.entry.value)
}

// Err is why the iteration ended early, or nil.
func (entries *Entries) Err() error { return entries.err }

// start points at bytes for the time of a call.
func start(bytes []byte) *C.uint8_t {
	if len(bytes) == 0 {
		return nil
	}
	return (*C.uint8_t)(unsafe.Pointer(&bytes[0]))
}

// copied are bytes of an image as bytes of Go.
func copied(bytes C.hedgerow_bytes) []byte {
	return append([]byte{}, unsafe.Slice((*byte)(bytes.start), bytes.length)...)
}

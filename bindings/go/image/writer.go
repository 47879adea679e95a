package image

// #include <hedgerow.h>
import "C"

import "runtime"

// Writer makes an image of entries. One goroutine at a time uses it.
type Writer struct {
	handle *C.hedgerow_image_writer
}

// NewWriter begins an image whose keys and values are Words, Text or Bytes.
func NewWriter(key, value Kind) (*Writer, error) {
	writer := &Writer{}
	_, err := call(func() C.int32_t {
		return C.hedgerow_image_writer_new(C.uint32_t(key), C.uint32_t(value), &writer.handle)
	})
	if err != nil {
		return nil, err
	}
	runtime.SetFinalizer(writer, func(writer *Writer) {
		C.hedgerow_image_writer_free(writer.handle)
	})
	return writer, nil
}

// Put adds an entry, which is copied. Each key comes once: Finish checks it.
func (writer *Writer) Put(key, value []byte) error {
	defer runtime.KeepAlive(writer)
	_, err := call(func() C.int32_t {
		return C.hedgerow_image_writer_put(writer.handle, start(key), C.size_t(len(key)),
			start(value), C.size_t(len(value)))
	})
	return err
}

// Finish is the image of all entries so far. The writer begins anew.
func (writer *Writer) Finish() (*Image, error) {
	defer runtime.KeepAlive(writer)
	var handle *C.hedgerow_image
	_, err := call(func() C.int32_t {
		return C.hedgerow_image_writer_finish(writer.handle, &handle)
	})
	return newImage(handle, err)
}

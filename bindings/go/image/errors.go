package image

// #include <hedgerow.h>
import "C"

import "runtime"

// Status says why a call was refused. Each is an error, for errors.Is: errors.Is(err, Damaged).
type Status int32

const (
	// Damaged are bytes that are no image or delta, of another format, cut off, or changed.
	Damaged Status = C.HEDGEROW_DAMAGED
	// IO is a file that cannot be read or written.
	IO Status = C.HEDGEROW_IO
	// OtherKind is a key of an image whose keys this package cannot look up.
	OtherKind Status = C.HEDGEROW_OTHER_KIND
	// OtherBase is a delta that was made from other contents.
	OtherBase Status = C.HEDGEROW_OTHER_BASE
	// Argument is a key that came twice, or bytes that are not of their kind.
	Argument Status = C.HEDGEROW_ARGUMENT
	// Closed is an image that was closed.
	Closed Status = C.HEDGEROW_POINTER
	// Full is an image that is too large for its references of 32 bits.
	Full Status = C.HEDGEROW_FULL
	// Memory means that the system refused memory.
	Memory Status = C.HEDGEROW_MEMORY
)

// Error is one line of English for the status: cause and remedy.
func (status Status) Error() string { return C.GoString(C.hedgerow_strerror(C.int32_t(status))) }

// Error is a refused call.
type Error struct {
	Status  Status
	Message string
}

// Error says what is wrong, and with which file.
func (err *Error) Error() string { return "hedgerow: " + err.Message }

// Is says whether the target is the status of this error.
func (err *Error) Is(target error) bool { return target == error(err.Status) }

// call makes a call of the library. The message of a refusal belongs to the thread, so that the
// goroutine may not change its thread before it has asked.
func call(function func() C.int32_t) (Status, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	status := Status(function())
	if status >= 0 {
		return status, nil
	}
	return status, &Error{status, message(status)}
}

// message is that of the call that was refused last on this thread.
func message(status Status) string {
	buffer := make([]C.char, 200)
	for {
		var length C.size_t
		asked := C.hedgerow_error_message(&buffer[0], C.size_t(len(buffer)), &length)
		switch {
		case asked == C.HEDGEROW_SHORT:
			buffer = make([]C.char, length+1)
		case asked != C.HEDGEROW_OK:
			return status.Error()
		default:
			return C.GoStringN(&buffer[0], C.int(length))
		}
	}
}

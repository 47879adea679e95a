package object

/*
#include "bridge.h"

static uintptr_t thread_of(void)
{
    return (uintptr_t)pthread_self();
}

static int32_t raise_text(int32_t status, _GoString_ text)
{
    return hedgerow_error_raise(status, _GoStringPtr(text), _GoStringLen(text));
}
*/
import "C"

import "strings"

// thread tells the threads of the system apart.
func thread() uintptr { return uintptr(C.thread_of()) }

// raiseText tells the library what the running function of Go failed with.
func raiseText(status Status, message string) C.int32_t {
	return C.raise_text(C.int32_t(status), strings.ToValidUTF8(message, "\ufffd"))
}

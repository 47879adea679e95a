package object

/*
#include <hedgerow.h>
*/
import "C"

// TextHash is an algorithm that hashes str and bytes.
type TextHash uint32

const (
	// SipHash13 is that of CPython 3.11 and later.
	SipHash13 TextHash = C.HEDGEROW_TEXT_SIPHASH13
	// SipHash24 is that of CPython 3.4 to 3.10.
	SipHash24 TextHash = C.HEDGEROW_TEXT_SIPHASH24
	// Java31 is Java's String.hashCode. The key has to be 0.
	Java31 TextHash = C.HEDGEROW_TEXT_JAVA31
)

// Policy says how values are hashed: everything in which processes and versions of Python differ.
// Begin with CPython, CPythonBefore311, Java or Random; the zero Policy is refused.
type Policy struct {
	// Text hashes str and bytes, under Key.
	Text TextHash
	Key  [2]uint64
	// Python is the version whose error messages and Unicode version there are: 11 for CPython
	// 3.11, up to 15; 0 for the newest.
	Python uint32
	// None is hash(None), an address before CPython 3.12; Ellipsis is hash(...), an address.
	None, Ellipsis int64
	// NaN is the hash of every NaN: 0 up to CPython 3.9, an address since.
	NaN int64
}

// CPython hashes as CPython 3.12 and later with PYTHONHASHSEED=seed. For 3.11 set None to
// hash(None) of the process to be matched.
func CPython(seed uint32) *Policy {
	var made C.hedgerow_policy
	must(C.hedgerow_policy_cpython(C.uint32_t(seed), &made))
	return policyOf(made)
}

// CPythonBefore311 hashes as CPython 3.8 to 3.10 with PYTHONHASHSEED=seed, except where a hash is
// an address.
func CPythonBefore311(seed uint32) *Policy {
	var made C.hedgerow_policy
	must(C.hedgerow_policy_cpython_before_311(C.uint32_t(seed), &made))
	return policyOf(made)
}

// Java hashes text as Java does, and the rest as CPython. It does not defend against chosen keys.
func Java() *Policy {
	var made C.hedgerow_policy
	must(C.hedgerow_policy_java(&made))
	return policyOf(made)
}

// Random hashes text under a random key, a new one at each call: for keys from people you do not
// trust.
func Random() *Policy {
	var made C.hedgerow_policy
	must(C.hedgerow_policy_random(&made))
	return policyOf(made)
}

func policyOf(made C.hedgerow_policy) *Policy {
	return &Policy{
		Text:     TextHash(made.text),
		Key:      [2]uint64{uint64(made.key[0]), uint64(made.key[1])},
		Python:   uint32(made.python),
		None:     int64(made.none),
		Ellipsis: int64(made.ellipsis),
		NaN:      int64(made.nan),
	}
}

// c is the policy as the library reads it; nil stays nil.
func (policy *Policy) c() *C.hedgerow_policy {
	if policy == nil {
		return nil
	}
	return &C.hedgerow_policy{
		text:     C.uint32_t(policy.Text),
		python:   C.uint32_t(policy.Python),
		key:      [2]C.uint64_t{C.uint64_t(policy.Key[0]), C.uint64_t(policy.Key[1])},
		none:     C.int64_t(policy.None),
		ellipsis: C.int64_t(policy.Ellipsis),
		nan:      C.int64_t(policy.NaN),
	}
}

// must is for calls that are refused only by mistakes of this package.
func must(status C.int32_t) {
	if status < 0 {
		panic(Status(status))
	}
}

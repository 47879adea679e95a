package object

/*
#include "bridge.h"

static int32_t encode(const hedgerow_value *text, _GoString_ encoding, _GoString_ errors,
                      uint32_t python, hedgerow_value **bytes)
{
    return hedgerow_str_encode(text, _GoStringPtr(encoding), _GoStringLen(encoding),
                               _GoStringPtr(errors), _GoStringLen(errors), python, bytes);
}

static int32_t decode(const hedgerow_value *bytes, _GoString_ encoding, _GoString_ errors,
                      uint32_t python, hedgerow_value **text)
{
    return hedgerow_str_decode(bytes, _GoStringPtr(encoding), _GoStringLen(encoding),
                               _GoStringPtr(errors), _GoStringLen(errors), python, text);
}
*/
import "C"

import "runtime"

// Omitted is Python's None for a bound of a str method: the start, or the end.
const Omitted int64 = C.HEDGEROW_OMITTED

// Case is a method of str that changes the case of letters.
type Case uint32

// Python's methods of these names.
const (
	Lower      Case = C.HEDGEROW_CASE_LOWER
	Upper      Case = C.HEDGEROW_CASE_UPPER
	Casefold   Case = C.HEDGEROW_CASE_CASEFOLD
	Capitalize Case = C.HEDGEROW_CASE_CAPITALIZE
	Title      Case = C.HEDGEROW_CASE_TITLE
	Swapcase   Case = C.HEDGEROW_CASE_SWAPCASE
)

// Property is a method of str that asks what it consists of.
type Property uint32

// Python's methods of these names, which begin with "is" there.
const (
	IsAlnum      Property = C.HEDGEROW_IS_ALNUM
	IsAlpha      Property = C.HEDGEROW_IS_ALPHA
	IsASCII      Property = C.HEDGEROW_IS_ASCII
	IsDecimal    Property = C.HEDGEROW_IS_DECIMAL
	IsDigit      Property = C.HEDGEROW_IS_DIGIT
	IsIdentifier Property = C.HEDGEROW_IS_IDENTIFIER
	IsLower      Property = C.HEDGEROW_IS_LOWER
	IsNumeric    Property = C.HEDGEROW_IS_NUMERIC
	IsPrintable  Property = C.HEDGEROW_IS_PRINTABLE
	IsSpace      Property = C.HEDGEROW_IS_SPACE
	IsTitle      Property = C.HEDGEROW_IS_TITLE
	IsUpper      Property = C.HEDGEROW_IS_UPPER
)

// Find is text.find(part, start, end); -1 where it does not occur. The bounds count from the end if
// they are negative, and may be Omitted.
func (value *Value) Find(part *Value, start, end int64) (int, error) {
	return value.number(part, func(at *C.size_t) C.int32_t {
		return C.hedgerow_str_find(value.c(), part.c(), C.int64_t(start), C.int64_t(end), at)
	})
}

// RFind is text.rfind(part, start, end). As Find.
func (value *Value) RFind(part *Value, start, end int64) (int, error) {
	return value.number(part, func(at *C.size_t) C.int32_t {
		return C.hedgerow_str_rfind(value.c(), part.c(), C.int64_t(start), C.int64_t(end), at)
	})
}

// Count is text.count(part, start, end).
func (value *Value) Count(part *Value, start, end int64) (int, error) {
	return value.number(part, func(at *C.size_t) C.int32_t {
		return C.hedgerow_str_count(value.c(), part.c(), C.int64_t(start), C.int64_t(end), at)
	})
}

// StartsWith is text.startswith(prefix, start, end): prefix is a str or a tuple of strs.
func (value *Value) StartsWith(prefix *Value, start, end int64) (bool, error) {
	return value.truth(prefix, func(at *C.int32_t) C.int32_t {
		first, last := C.int64_t(start), C.int64_t(end)
		return C.hedgerow_str_startswith(value.c(), prefix.c(), first, last, at)
	})
}

// EndsWith is text.endswith(suffix, start, end): suffix is a str or a tuple of strs.
func (value *Value) EndsWith(suffix *Value, start, end int64) (bool, error) {
	return value.truth(suffix, func(at *C.int32_t) C.int32_t {
		first, last := C.int64_t(start), C.int64_t(end)
		return C.hedgerow_str_endswith(value.c(), suffix.c(), first, last, at)
	})
}

// Split is text.split(separator, most) as a tuple: nil for white space, below 0 for no limit.
func (value *Value) Split(separator *Value, most int64) (*Value, error) {
	return value.of(separator, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_split(value.c(), separator.c(), C.int64_t(most), at)
	})
}

// RSplit is text.rsplit(separator, most) as a tuple. As Split.
func (value *Value) RSplit(separator *Value, most int64) (*Value, error) {
	return value.of(separator, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_rsplit(value.c(), separator.c(), C.int64_t(most), at)
	})
}

// SplitLines is text.splitlines(keepEnds) as a tuple.
func (value *Value) SplitLines(keepEnds bool) (*Value, error) {
	return value.of(nil, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_splitlines(value.c(), number(keepEnds), at)
	})
}

// Partition is text.partition(separator).
func (value *Value) Partition(separator *Value) (*Value, error) {
	return value.of(separator, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_partition(value.c(), separator.c(), at)
	})
}

// RPartition is text.rpartition(separator).
func (value *Value) RPartition(separator *Value) (*Value, error) {
	return value.of(separator, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_rpartition(value.c(), separator.c(), at)
	})
}

// Join is text.join(parts): the items of a tuple, frozenset, str or dict with the text between.
func (value *Value) Join(parts *Value) (*Value, error) {
	return value.of(parts, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_join(value.c(), parts.c(), at)
	})
}

// Concat is text + other.
func (value *Value) Concat(other *Value) (*Value, error) {
	return value.of(other, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_concat(value.c(), other.c(), at)
	})
}

// Repeat is text * count.
func (value *Value) Repeat(count int64) (*Value, error) {
	return value.of(nil, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_repeat(value.c(), C.int64_t(count), at)
	})
}

// Slice is text[start:stop:step]; the bounds may be Omitted.
func (value *Value) Slice(start, stop, step int64) (*Value, error) {
	return value.of(nil, func(at **C.hedgerow_value) C.int32_t {
		first, last := C.int64_t(start), C.int64_t(stop)
		return C.hedgerow_str_slice(value.c(), first, last, C.int64_t(step), at)
	})
}

// Strip is text.strip(chars): nil for white space.
func (value *Value) Strip(chars *Value) (*Value, error) {
	return value.of(chars, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_strip(value.c(), chars.c(), at)
	})
}

// LStrip is text.lstrip(chars): nil for white space.
func (value *Value) LStrip(chars *Value) (*Value, error) {
	return value.of(chars, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_lstrip(value.c(), chars.c(), at)
	})
}

// RStrip is text.rstrip(chars): nil for white space.
func (value *Value) RStrip(chars *Value) (*Value, error) {
	return value.of(chars, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_rstrip(value.c(), chars.c(), at)
	})
}

// RemovePrefix is text.removeprefix(prefix).
func (value *Value) RemovePrefix(prefix *Value) (*Value, error) {
	return value.of(prefix, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_removeprefix(value.c(), prefix.c(), at)
	})
}

// RemoveSuffix is text.removesuffix(suffix).
func (value *Value) RemoveSuffix(suffix *Value) (*Value, error) {
	return value.of(suffix, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_removesuffix(value.c(), suffix.c(), at)
	})
}

// Replace is text.replace(old, by, most): below 0 for no limit.
func (value *Value) Replace(old, by *Value, most int64) (*Value, error) {
	defer runtime.KeepAlive(by)
	return value.of(old, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_replace(value.c(), old.c(), by.c(), C.int64_t(most), at)
	})
}

// Center is text.center(width, fill): nil for spaces.
func (value *Value) Center(width int64, fill *Value) (*Value, error) {
	return value.of(fill, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_center(value.c(), C.int64_t(width), fill.c(), at)
	})
}

// LJust is text.ljust(width, fill): nil for spaces.
func (value *Value) LJust(width int64, fill *Value) (*Value, error) {
	return value.of(fill, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_ljust(value.c(), C.int64_t(width), fill.c(), at)
	})
}

// RJust is text.rjust(width, fill): nil for spaces.
func (value *Value) RJust(width int64, fill *Value) (*Value, error) {
	return value.of(fill, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_rjust(value.c(), C.int64_t(width), fill.c(), at)
	})
}

// ZFill is text.zfill(width).
func (value *Value) ZFill(width int64) (*Value, error) {
	return value.of(nil, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_zfill(value.c(), C.int64_t(width), at)
	})
}

// ExpandTabs is text.expandtabs(size).
func (value *Value) ExpandTabs(size int32) (*Value, error) {
	return value.of(nil, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_expandtabs(value.c(), C.int32_t(size), at)
	})
}

// Translate is text.translate(table): the table has None, an int or a str for code points.
func (value *Value) Translate(table *Dict) (*Value, error) {
	defer runtime.KeepAlive(table)
	return value.of(nil, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_translate(value.c(), table.c(), at)
	})
}

// InCase is one of the methods that change the case of letters. The last argument is 11 for CPython
// 3.11, up to 15, or 0 for the newest: Policy.Python.
func (value *Value) InCase(which Case, python uint32) (*Value, error) {
	return value.of(nil, func(at **C.hedgerow_value) C.int32_t {
		return C.hedgerow_str_case(value.c(), C.uint32_t(which), C.uint32_t(python), at)
	})
}

// Has is one of the methods that ask what a str consists of, in the Unicode of this CPython. As
// InCase.
func (value *Value) Has(property Property, python uint32) (bool, error) {
	return value.truth(nil, func(at *C.int32_t) C.int32_t {
		return C.hedgerow_str_is(value.c(), C.uint32_t(property), C.uint32_t(python), at)
	})
}

// EncodeTo is text.encode(encoding, errors): bytes. The names are Python's; empty ones are "utf-8"
// and "strict". As InCase.
func (value *Value) EncodeTo(encoding, errors string, python uint32) (*Value, error) {
	return value.of(nil, func(at **C.hedgerow_value) C.int32_t {
		return C.encode(value.c(), encoding, errors, C.uint32_t(python), at)
	})
}

// DecodeFrom is bytes.decode(encoding, errors): a str. As EncodeTo.
func (value *Value) DecodeFrom(encoding, errors string, python uint32) (*Value, error) {
	return value.of(nil, func(at **C.hedgerow_value) C.int32_t {
		return C.decode(value.c(), encoding, errors, C.uint32_t(python), at)
	})
}

// of is for methods that make a value of this one and another one, which may be nil.
func (value *Value) of(
	other *Value,
	function func(at **C.hedgerow_value) C.int32_t,
) (*Value, error) {
	defer keepAlive(value, other)
	return result(function)
}

// number is for methods that find an index, or count.
func (value *Value) number(other *Value, function func(at *C.size_t) C.int32_t) (int, error) {
	defer keepAlive(value, other)
	var found C.size_t
	status, err := call(func() C.int32_t { return function(&found) })
	if err != nil || status == C.HEDGEROW_ABSENT {
		return -1, err
	}
	return int(found), nil
}

// truth is for methods that are true or false.
func (value *Value) truth(other *Value, function func(at *C.int32_t) C.int32_t) (bool, error) {
	defer keepAlive(value, other)
	var found C.int32_t
	_, err := call(func() C.int32_t { return function(&found) })
	return found != 0 && err == nil, err
}

func number(truth bool) C.int32_t {
	if truth {
		return 1
	}
	return 0
}

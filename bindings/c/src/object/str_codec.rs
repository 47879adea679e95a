//! What a str is, and its codecs.

use std::ffi::c_char;
use std::fmt;

use hedgerow::object::{Codec, Errors, ObjectError, PyStr, Value};

use super::convert::{to_bytes, to_str};
use super::error::{CallError, text_of, with_error_message};
use super::handle::{CValue, give, give_bool};
use super::policy::version_of;
use super::types::{
    IS_ALNUM, IS_ALPHA, IS_ASCII, IS_DECIMAL, IS_DIGIT, IS_IDENTIFIER, IS_LOWER, IS_NUMERIC,
    IS_PRINTABLE, IS_SPACE, IS_TITLE, IS_UPPER,
};
use crate::pointers::{Array, array, content, out};
use crate::status::Status;

/// One of the methods that ask what a str consists of, as this CPython: `which` is
/// `HEDGEROW_IS_ALNUM` and so on; `python` as for `hedgerow_str_case`. 1 or 0.
///
/// Returns OK; POINTER, ARGUMENT (no such method or version), TYPE_ERROR (no str).
///
/// # Safety
///
/// C1, C3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_is(
    text: *const CValue,
    which: u32,
    python: u32,
    truth: *mut i32,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (text, truth) = unsafe { (content(text)?, out(truth)?) };
        let (text, unicode) = (to_str(&text)?, version_of(python)?.unicode());
        let holds = match which {
            IS_ALNUM => text.isalnum(unicode),
            IS_ALPHA => text.isalpha(unicode),
            IS_ASCII => text.isascii(),
            IS_DECIMAL => text.isdecimal(unicode),
            IS_DIGIT => text.isdigit(unicode),
            IS_IDENTIFIER => text.isidentifier(unicode),
            IS_LOWER => text.islower(unicode),
            IS_NUMERIC => text.isnumeric(unicode),
            IS_PRINTABLE => text.isprintable(unicode),
            IS_SPACE => text.isspace(),
            IS_TITLE => text.istitle(unicode),
            IS_UPPER => text.isupper(unicode),
            _ => return Err(Status::Argument.into()),
        };
        give_bool(&truth, holds)
    })
}

/// `text.encode(encoding, errors)`: bytes. The names are Python's, in UTF-8: utf-8, latin-1, ascii,
/// utf-16, utf-32 and their forms with `-le` and `-be`; and of the error handlers `strict`,
/// `ignore`, `replace`, `backslashreplace`, `xmlcharrefreplace`, `namereplace`, `surrogateescape`
/// and `surrogatepass`. No bytes of a name stand for `utf-8` and `strict`. `python` as for
/// `hedgerow_str_case`.
///
/// Returns OK; POINTER, ARGUMENT (no such version), TYPE_ERROR (no str), LOOKUP_ERROR (no such
/// codec, or no such handler where it is asked), UNICODE_ENCODE_ERROR, UNICODE_DECODE_ERROR (a name
/// that is not UTF-8).
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_encode(
    text: *const CValue,
    encoding: *const c_char,
    encoding_length: usize,
    errors: *const c_char,
    errors_length: usize,
    python: u32,
    bytes: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (text, bytes) = unsafe { (content(text)?, out(bytes)?) };
        // SAFETY: C4.
        let encoding = unsafe { array(encoding.cast::<u8>(), encoding_length)? };
        // SAFETY: C4.
        let errors = unsafe { array(errors.cast::<u8>(), errors_length)? };
        let text = to_str(&text)?;
        let made = with_codec(encoding, errors, python, |codec, errors| text.encode(codec, errors));
        give(&bytes, Value::bytes(&made?))
    })
}

/// `bytes.decode(encoding, errors)`: a str. As `hedgerow_str_encode`.
///
/// Returns OK; POINTER, ARGUMENT (no such version), TYPE_ERROR (no bytes, or a handler that only
/// encodes), LOOKUP_ERROR (no such name), UNICODE_DECODE_ERROR.
///
/// # Safety
///
/// C1, C3, C4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn hedgerow_str_decode(
    bytes: *const CValue,
    encoding: *const c_char,
    encoding_length: usize,
    errors: *const c_char,
    errors_length: usize,
    python: u32,
    text: *mut *mut CValue,
) -> Status {
    with_error_message(|| {
        // SAFETY: C1, C3.
        let (bytes, text) = unsafe { (content(bytes)?, out(text)?) };
        // SAFETY: C4.
        let encoding = unsafe { array(encoding.cast::<u8>(), encoding_length)? };
        // SAFETY: C4.
        let errors = unsafe { array(errors.cast::<u8>(), errors_length)? };
        let bytes = to_bytes(&bytes)?;
        if bytes.is_empty() {
            // CPython does not look the codec up.
            return give(&text, Value::from(""));
        }
        let made = with_codec(encoding, errors, python, |codec, errors| {
            PyStr::decode(bytes, codec, errors)
        });
        give(&text, Value::Str(made?))
    })
}

/// Runs a codec. An unknown handler is an error where it would be asked, as in CPython.
fn with_codec<T>(
    encoding: Array<u8>,
    errors: Array<u8>,
    python: u32,
    convert: impl FnOnce(Codec, Errors) -> Result<T, ObjectError>,
) -> Result<T, CallError> {
    let unicode = version_of(python)?.unicode();
    let [encoding, errors] = [name_of(encoding)?, name_of(errors)?];
    let unknown = |words: fmt::Arguments<'_>| CallError::new(Status::LookupError, words);
    let codec = match encoding.as_str() {
        "" => Codec::Utf8,
        name => Codec::from_name(name)
            .ok_or_else(|| unknown(format_args!("unknown encoding: {encoding}")))?,
    };
    let handler = match errors.as_str() {
        "" => Some(Errors::Strict),
        name => Errors::from_name(name, unicode),
    };
    match convert(codec, handler.unwrap_or(Errors::Strict)) {
        Err(ObjectError::Unicode(_)) if handler.is_none() => {
            Err(unknown(format_args!("unknown error handler name '{errors}'")))
        }
        converted => Ok(converted?),
    }
}

fn name_of(name: Array<u8>) -> Result<String, CallError> {
    let text: Result<String, ObjectError> = text_of(name.copied()?);
    Ok(text?)
}

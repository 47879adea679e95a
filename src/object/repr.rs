//! `repr(value)`, as Python prints it.
//!
//! A float has the fewest digits that read back as the same float (`format_float_short` of
//! `Python/pystrtod.c`). Which text is escaped depends on the Unicode version: [`Unicode`].

use std::cell::Cell;
use std::fmt::{self, Write};

use super::depth::Level;
use super::number::Complex;
use super::python_version::Unicode;
use super::str::{quote_bytes, quote_str};
use super::value::{ObjectError, Value};

thread_local! {
    /// The Unicode version of the repr that is asking an object of the runtime. Not an argument of
    /// [`Object::repr`](super::Object::repr): most of them are made of the reprs of other values,
    /// which find it here.
    static ASKING: Cell<Option<Unicode>> = const { Cell::new(None) };
}

/// `repr(value)`. Text has the characters of the newest Unicode version that this crate knows; but
/// in an [`Object::repr`](super::Object::repr), those of the repr that asks for it.
///
/// ```
/// use hedgerow::object::{Value, repr};
///
/// let tuple = Value::tuple([Value::from(1e16), Value::complex(-0.0, 1.0), Value::bytes(b"\0'")]);
/// assert_eq!(repr(&tuple)?, r#"(1e+16, (-0+1j), b"\x00'")"#);
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
///
/// # Errors
///
/// [`ObjectError::Recursion`], and what user code raises.
pub fn repr(value: &Value) -> Result<String, ObjectError> {
    repr_for(value, ASKING.get().unwrap_or(Unicode::LATEST))
}

/// [`repr`], with another Unicode version, such as that of an older CPython:
/// [`PythonVersion::unicode`](super::PythonVersion::unicode).
///
/// # Errors
///
/// As [`repr`].
pub fn repr_for(value: &Value, unicode: Unicode) -> Result<String, ObjectError> {
    let mut out = String::new();
    write_value(&mut out, value, unicode)?;
    Ok(out)
}

/// The reprs of values, with commas between.
pub(super) fn repr_items<'a>(
    items: impl Iterator<Item = &'a Value>,
    unicode: Unicode,
) -> Result<String, ObjectError> {
    let mut out = String::new();
    write_items(&mut out, items, unicode)?;
    Ok(out)
}

fn write_value(out: &mut String, value: &Value, unicode: Unicode) -> Result<(), ObjectError> {
    match value {
        Value::None => out.push_str("None"),
        Value::Ellipsis => out.push_str("Ellipsis"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(int) => append(out, format_args!("{int}")),
        Value::BigInt(int) => append(out, format_args!("{int}")),
        Value::Float(float) => write_float(out, *float, ".0"),
        Value::Complex(complex) => write_complex(out, complex),
        Value::Str(text) => quote_str(out, text.chars(), unicode),
        Value::Bytes(bytes) => quote_bytes(out, bytes),
        Value::Tuple(tuple) => {
            out.push('(');
            write_items(out, tuple.items().iter(), unicode)?;
            out.push_str(if tuple.len() == 1 { ",)" } else { ")" });
        }
        Value::FrozenSet(set) if set.is_empty() => out.push_str("frozenset()"),
        Value::FrozenSet(set) => {
            out.push_str("frozenset({");
            write_items(out, set.iter(), unicode)?;
            out.push_str("})");
        }
        Value::Object(object) => {
            let _level = Level::enter()?;
            let _asking = Asking::enter(unicode);
            out.push_str(&object.repr(value)?);
        }
    }
    Ok(())
}

/// That a repr asks an object, for as long as it lives.
struct Asking {
    before: Option<Unicode>,
}

impl Asking {
    fn enter(unicode: Unicode) -> Self {
        Asking { before: ASKING.replace(Some(unicode)) }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        ASKING.set(self.before);
    }
}

fn write_items<'a>(
    out: &mut String,
    items: impl Iterator<Item = &'a Value>,
    unicode: Unicode,
) -> Result<(), ObjectError> {
    let _level = Level::enter()?;
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_value(out, item, unicode)?;
    }
    Ok(())
}

fn write_complex(out: &mut String, complex: &Complex) {
    let Complex { real, imag } = *complex;
    if real == 0.0 && real.is_sign_positive() {
        write_float(out, imag, "");
        out.push('j');
        return;
    }
    out.push('(');
    write_float(out, real, "");
    if imag.is_nan() || imag.is_sign_positive() {
        out.push('+');
    }
    write_float(out, imag, "");
    out.push_str("j)");
}

/// `whole` is put behind digits that would look like an int.
fn write_float(out: &mut String, float: f64, whole: &str) {
    if float.is_nan() {
        return out.push_str("nan");
    }
    if float.is_sign_negative() {
        out.push('-');
    }
    if float.is_infinite() {
        return out.push_str("inf");
    }
    let scientific = shortest(float.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = mantissa.replacen('.', "", 1);
    match exponent {
        -4..=-1 => {
            out.push_str("0.");
            out.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
            out.push_str(&digits);
        }
        0..=15 => {
            let (before, after) = digits.split_at(digits.len().min(exponent as usize + 1));
            out.push_str(before);
            out.extend(std::iter::repeat_n('0', exponent as usize + 1 - before.len()));
            if after.is_empty() {
                out.push_str(whole);
            } else {
                append(out, format_args!(".{after}"));
            }
        }
        _ => {
            let sign = if exponent < 0 { '-' } else { '+' };
            append(out, format_args!("{mantissa}e{sign}{:02}", exponent.abs()));
        }
    }
}

/// The fewest digits that read back as this float, and its exponent, as `d.ddde-x`.
///
/// Two decimals may be equally short and equally near. CPython takes the one with an even last
/// digit, Rust the greater one. This happens only with 16 digits or more.
fn shortest(float: f64) -> String {
    const DIGITS_OF_EVERY_DECIMAL: usize = 15;
    let shortest = format!("{float:e}");
    let digits = shortest.bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit);
    let count = digits.count();
    if count > DIGITS_OF_EVERY_DECIMAL {
        let nearest = format!("{float:.*e}", count - 1);
        if nearest.parse() == Ok(float) {
            return nearest;
        }
    }
    shortest
}

fn append(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match repr(self) {
            Ok(text) => f.write_str(&text),
            Err(error) => write!(f, "<{} whose repr failed: {error}>", self.type_name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_float(float: f64) -> String {
        repr(&Value::from(float)).unwrap()
    }

    #[test]
    fn floats() {
        for (float, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (123_456.789, "123456.789"),
            (0.0001, "0.0001"),
            (0.00012, "0.00012"),
            (0.00001, "1e-05"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NEG_INFINITY, "-inf"),
            (-f64::NAN, "nan"),
            // Two decimals of 17 digits are equally near; the last digit has to be even.
            (2f64.powi(-25), "2.9802322387695312e-08"),
            // The nearest decimal of 16 digits reads back as another float.
            (2f64.powi(-44), "5.684341886080802e-14"),
        ] {
            assert_eq!(of_float(float), expected);
        }
    }

    #[test]
    fn floats_read_back_as_the_same_float() {
        for power in -1074..1024 {
            let float = 2f64.powi(power);
            assert_eq!(of_float(float).parse(), Ok(float));
        }
    }

    #[test]
    fn containers() {
        let policy = crate::object::HashPolicy::cpython(0);
        let empty = Value::frozen_set([], &policy).unwrap();
        let items = [Value::tuple([]), Value::tuple([Value::Ellipsis]), empty, Value::None];
        let expected = "((), (Ellipsis,), frozenset(), None)";
        assert_eq!(repr(&Value::tuple(items)).unwrap(), expected);
        let set = Value::frozen_set([3.into(), 1.into()], &policy).unwrap();
        assert_eq!(repr(&set).unwrap(), "frozenset({1, 3})");
    }
}

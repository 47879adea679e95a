//! Identity and equality.
//!
//! After `PyObject_RichCompareBool` and `do_richcompare` of `Objects/object.c`: an object is equal
//! to itself without being asked. Otherwise the left operand is asked, then the right one, and if
//! neither knows, identity decides.

use std::sync::Arc;

use num_bigint::BigInt;

use super::depth::Level;
use super::number::{Complex, big_is_float, int_is_float};
use super::value::{Comparison, ObjectError, Value};

/// `a is b`. Values without an address (None, Ellipsis, bool, int, float) are the same object if
/// they have the same type and bits: `0.0` is not `-0.0`, and a NaN is itself.
#[must_use]
pub fn is(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::None, Value::None) | (Value::Ellipsis, Value::Ellipsis) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::BigInt(a), Value::BigInt(b)) => Arc::ptr_eq(a, b) || a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Complex(a), Value::Complex(b)) => Arc::ptr_eq(a, b),
        (Value::Str(a), Value::Str(b)) => a.is(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.is(b),
        (Value::Tuple(a), Value::Tuple(b)) => Arc::ptr_eq(a, b),
        (Value::FrozenSet(a), Value::FrozenSet(b)) => Arc::ptr_eq(a, b),
        (Value::Object(a), Value::Object(b)) => a.is(b),
        _ => false,
    }
}

/// `a is b or a == b`, as the keys of a dict and the items of a tuple are compared.
///
/// ```
/// use hedgerow::object::{Value, equal, equal_operator};
///
/// let (int, float) = (Value::from((1_i64 << 53) + 1), Value::from((1_i64 << 53) as f64));
/// assert!(!equal(&int, &float)?, "exact, although the int has no float of its own");
/// let nan = Value::from(f64::NAN);
/// assert!(equal(&nan, &nan)? && !equal_operator(&nan, &nan)?);
/// # Ok::<(), hedgerow::object::ObjectError>(())
/// ```
///
/// # Errors
///
/// [`ObjectError::Recursion`], and what user code raises.
#[inline]
pub fn equal(a: &Value, b: &Value) -> Result<bool, ObjectError> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Ok(a == b),
        (Value::Int(a), Value::Int(b)) => Ok(a == b),
        _ => Ok(is(a, b) || equal_operator(a, b)?),
    }
}

/// `a == b`, the operator: a NaN is not equal to itself.
///
/// # Errors
///
/// As [`equal`].
pub fn equal_operator(a: &Value, b: &Value) -> Result<bool, ObjectError> {
    match (a, b) {
        (Value::Object(_), _) | (_, Value::Object(_)) => equal_objects(a, b),
        (Value::Str(a), Value::Str(b)) => Ok(a == b),
        (Value::Bytes(a), Value::Bytes(b)) => Ok(a == b),
        (Value::Tuple(a), Value::Tuple(b)) => equal_items(a.items(), b.items()),
        (Value::FrozenSet(a), Value::FrozenSet(b)) => a.equal(b),
        _ => Ok(equal_numbers(a, b).unwrap_or_else(|| is(a, b))),
    }
}

fn equal_items(a: &[Value], b: &[Value]) -> Result<bool, ObjectError> {
    if a.len() != b.len() {
        return Ok(false);
    }
    let _level = Level::enter()?;
    for (a, b) in a.iter().zip(b) {
        if !equal(a, b)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A built-in value knows nothing about objects of a runtime, so only those are asked.
fn equal_objects(a: &Value, b: &Value) -> Result<bool, ObjectError> {
    let _level = Level::enter()?;
    let ask = |me: &Value, other: &Value| match me {
        Value::Object(object) => object.eq(me, other),
        _ => Ok(Comparison::NotImplemented),
    };
    let right_first = matches!(b, Value::Object(right) if right.goes_before(a));
    let (first, second) = if right_first { (b, a) } else { (a, b) };
    let mut answer = ask(first, second)?;
    if answer == Comparison::NotImplemented {
        answer = ask(second, first)?;
    }
    Ok(match answer {
        Comparison::Equal => true,
        Comparison::Different => false,
        Comparison::NotImplemented => is(a, b),
    })
}

/// `a == b`, if both are numbers.
fn equal_numbers(a: &Value, b: &Value) -> Option<bool> {
    use Number::{Big, Complex, Float, Int};
    let equal = match (Number::of(a)?, Number::of(b)?) {
        (Int(a), Int(b)) => a == b,
        (Float(a), Float(b)) => a == b,
        (Int(a), Float(b)) | (Float(b), Int(a)) => int_is_float(a, b),
        (Int(a), Big(b)) | (Big(b), Int(a)) => BigInt::from(a) == *b,
        (Big(a), Big(b)) => a == b,
        (Big(a), Float(b)) | (Float(b), Big(a)) => big_is_float(a, b),
        (Complex(a), Complex(b)) => a.real == b.real && a.imag == b.imag,
        (Complex(a), Float(b)) | (Float(b), Complex(a)) => a.real == b && a.imag == 0.0,
        (Complex(a), Int(b)) | (Int(b), Complex(a)) => a.imag == 0.0 && int_is_float(b, a.real),
        (Complex(a), Big(b)) | (Big(b), Complex(a)) => a.imag == 0.0 && big_is_float(b, a.real),
    };
    Some(equal)
}

enum Number<'a> {
    Int(i64),
    Big(&'a BigInt),
    Float(f64),
    Complex(&'a Complex),
}

impl Number<'_> {
    fn of(value: &Value) -> Option<Number<'_>> {
        match value {
            Value::Bool(bool) => Some(Number::Int(i64::from(*bool))),
            Value::Int(int) => Some(Number::Int(*int)),
            Value::BigInt(int) => Some(Number::Big(int)),
            Value::Float(float) => Some(Number::Float(*float)),
            Value::Complex(complex) => Some(Number::Complex(complex)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::any::Any;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::object::{HashPolicy, Object, ObjectRef, hash};

    /// Gives a chosen result, and counts how often it is asked.
    struct Scripted {
        result: Result<Comparison, &'static str>,
        first: bool,
        asked: AtomicUsize,
    }

    impl Object for Scripted {
        fn type_name(&self) -> &str {
            "Scripted"
        }

        fn eq(&self, _me: &Value, _other: &Value) -> Result<Comparison, ObjectError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.result.map_err(|message| ObjectError::raised(std::io::Error::other(message)))
        }

        fn goes_before(&self, _other: &Value) -> bool {
            self.first
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    fn scripted(result: Result<Comparison, &'static str>, first: bool) -> Value {
        Value::from(ObjectRef::new(Scripted { result, first, asked: AtomicUsize::new(0) }))
    }

    fn asked(value: &Value) -> usize {
        let Value::Object(object) = value else { return 0 };
        object.downcast_ref::<Scripted>().map_or(0, |object| object.asked.load(Ordering::Relaxed))
    }

    #[test]
    fn identity_comes_before_any_question() {
        let fails = scripted(Err("no"), false);
        assert!(equal(&fails, &fails.clone()).unwrap());
        let (a, b) = (Value::tuple([fails.clone()]), Value::tuple([fails.clone()]));
        assert!(equal(&a, &b).unwrap());
        assert_eq!(asked(&fails), 0);
        assert!(equal_operator(&fails, &fails).is_err(), "the operator asks");
    }

    #[test]
    fn the_right_operand_is_asked_when_the_left_does_not_know() {
        let (yes, unsure) = (
            scripted(Ok(Comparison::Equal), false),
            scripted(Ok(Comparison::NotImplemented), false),
        );
        assert!(equal(&unsure, &yes).unwrap() && equal(&yes, &unsure).unwrap());
        assert_eq!((asked(&unsure), asked(&yes)), (1, 2));
        assert!(equal(&Value::from(1), &yes).unwrap() && equal(&yes, &Value::None).unwrap());
        assert!(!equal(&Value::from(1), &unsure).unwrap());
        let other = scripted(Ok(Comparison::NotImplemented), false);
        assert!(!equal(&unsure, &other).unwrap(), "neither knows, and they are not one object");
        assert_eq!(asked(&other), 1);
    }

    #[test]
    fn a_right_operand_that_goes_before_is_asked_first() {
        let (no, first) =
            (scripted(Ok(Comparison::Different), false), scripted(Ok(Comparison::Equal), true));
        assert!(equal(&no, &first).unwrap());
        assert_eq!((asked(&no), asked(&first)), (0, 1));
    }

    #[test]
    fn an_error_passes_through_nested_tuples() {
        let fails = scripted(Err("broken"), false);
        let nest = |value: &Value| Value::tuple([Value::from(1), Value::tuple([value.clone()])]);
        let error = equal(&nest(&Value::from(2)), &nest(&fails)).unwrap_err();
        assert_eq!((error.python_type(), error.to_string().as_str()), ("RuntimeError", "broken"));
        assert!(!equal(&nest(&fails), &Value::tuple([])).unwrap(), "lengths are compared first");
    }

    /// Its equality compares a tuple that holds it, which recurses without end.
    struct Endless;

    impl Object for Endless {
        fn type_name(&self) -> &str {
            "Endless"
        }

        fn hash(&self, me: &Value) -> Result<i64, ObjectError> {
            hash(&Value::tuple([me.clone()]), &HashPolicy::cpython(0))
        }

        fn eq(&self, me: &Value, other: &Value) -> Result<Comparison, ObjectError> {
            let (me, other) = (Value::tuple([me.clone()]), Value::tuple([other.clone()]));
            Ok(if equal(&me, &other)? { Comparison::Equal } else { Comparison::Different })
        }

        fn as_any(&self) -> &dyn Any {
            self
        }
    }

    #[test]
    fn callbacks_count_as_nesting() {
        let (a, b) = (Value::from(ObjectRef::new(Endless)), Value::from(ObjectRef::new(Endless)));
        assert!(matches!(equal(&a, &b), Err(ObjectError::Recursion)));
        assert!(matches!(hash(&a, &HashPolicy::cpython(0)), Err(ObjectError::Recursion)));
        assert!(equal(&a, &a).unwrap());
    }

    #[test]
    fn values_without_an_address_are_the_same_by_their_bits() {
        assert!(is(&Value::from(0.0), &Value::from(0.0)));
        assert!(!is(&Value::from(0.0), &Value::from(-0.0)));
        assert!(equal(&Value::from(0.0), &Value::from(-0.0)).unwrap());
        assert!(!is(&Value::from(1), &Value::from(true)) && !is(&Value::None, &Value::Ellipsis));
        let text = Value::from("text");
        assert!(is(&text, &text.clone()) && !is(&text, &Value::from("text")));
        assert!(!equal(&Value::from("a"), &Value::bytes(b"a")).unwrap());
    }
}

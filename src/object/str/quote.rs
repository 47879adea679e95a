//! Text and bytes between quotes, escaped as `repr` shows them.

use std::fmt::Write;

use super::printable::is_printable;
use super::units::CodePoints;
use crate::object::python_version::Unicode;

/// Writes text as `unicode_repr` does.
pub(in crate::object) fn quote_str(out: &mut String, text: CodePoints<'_>, unicode: Unicode) {
    let has = |wanted: char| text.clone().any(|point| point == u32::from(wanted));
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    out.push(quote);
    for point in text {
        match char::from_u32(point) {
            Some(char) if char == quote || char == '\\' => out.extend(['\\', char]),
            Some('\t') => out.push_str("\\t"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some(char) if is_printable(point, unicode) => out.push(char),
            _ => write_escape(out, point),
        }
    }
    out.push(quote);
}

/// Writes bytes as `PyBytes_Repr` does.
pub(in crate::object) fn quote_bytes(out: &mut String, bytes: &[u8]) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    out.push('b');
    out.push(char::from(quote));
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            _ if byte == quote => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => write_escape(out, u32::from(byte)),
        }
    }
    out.push(char::from(quote));
}

fn write_escape(out: &mut String, point: u32) {
    match point {
        0..=0xff => append(out, format_args!("\\x{point:02x}")),
        0x100..=0xffff => append(out, format_args!("\\u{point:04x}")),
        _ => append(out, format_args!("\\U{point:08x}")),
    }
}

fn append(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}

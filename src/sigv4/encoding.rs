//! SigV4's percent-encoding: everything but `A-Z a-z 0-9 - . _ ~` becomes `%XX`, upper-case, of the UTF-8 bytes.

use crate::text::push_ascii;

const HEX_UPPER: &[u8; 16] = b"0123456789ABCDEF";
const HEX_LOWER: &[u8; 16] = b"0123456789abcdef";

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn push_byte(out: &mut String, byte: u8) {
    if is_unreserved(byte) {
        push_ascii(out, byte);
    } else {
        push_ascii(out, b'%');
        push_ascii(out, HEX_UPPER[usize::from(byte >> 4)]);
        push_ascii(out, HEX_UPPER[usize::from(byte & 15)]);
    }
}

/// Encodes a text that carries no encoding yet.
pub fn encode(out: &mut String, text: &str) {
    encode_with(out, text, Slash::Encoded);
}

/// Encodes the segments of a path and leaves its slashes.
pub(super) fn encode_path(out: &mut String, path: &str) {
    encode_with(out, path, Slash::Kept);
}

/// What stays as it is goes in whole runs: a session token is a thousand characters long.
fn encode_with(out: &mut String, text: &str, slash: Slash) {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if !is_unreserved(byte) && (byte != b'/' || slash == Slash::Encoded) {
            out.push_str(text.get(plain..at - 1).unwrap_or_default());
            push_byte(out, byte);
            plain = at;
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
}

/// What becomes of a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slash {
    /// In a query, it is a character like any other.
    Encoded,
    /// In a path, it separates.
    Kept,
}

/// Decodes a percent-encoded text and encodes it by SigV4's rule, byte by byte. A `+` is a space, in a query and in
/// the path of an S3 object alike; a `%` that starts no escape stands for itself.
pub(super) fn recode(out: &mut String, text: &str, slash: Slash) {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if is_unreserved(byte) || (byte == b'/' && slash == Slash::Kept) {
            continue;
        }
        out.push_str(text.get(plain..at - 1).unwrap_or_default());
        match byte {
            b'%' => match (hex_value(bytes.get(at)), hex_value(bytes.get(at + 1))) {
                (Some(high), Some(low)) => {
                    at += 2;
                    push_byte(out, high << 4 | low);
                }
                _ => push_byte(out, b'%'),
            },
            b'+' => push_byte(out, b' '),
            _ => push_byte(out, byte),
        }
        plain = at;
    }
    out.push_str(text.get(plain..).unwrap_or_default());
}

pub(super) fn hex_value(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).map(|digit| digit as u8)
}

/// Lower-case hex of some bytes.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        push_ascii(&mut out, HEX_LOWER[usize::from(byte >> 4)]);
        push_ascii(&mut out, HEX_LOWER[usize::from(byte & 15)]);
    }
    out
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn recoded(text: &str, slash: Slash) -> String {
        let mut out = String::new();
        recode(&mut out, text, slash);
        out
    }

    #[test]
    fn a_plain_text_is_encoded_byte_by_byte() {
        for (text, expected) in
            [("", ""), ("a-Z_0.~", "a-Z_0.~"), ("é", "%C3%A9"), ("a/+=é☂b", "a%2F%2B%3D%C3%A9%E2%98%82b")]
        {
            let mut out = String::new();
            encode(&mut out, text);
            assert_eq!(out, expected);
            out.clear();
            encode_path(&mut out, text);
            assert_eq!(out, expected.replace("%2F", "/"));
        }
    }

    #[test]
    fn escapes_are_written_one_way_whatever_way_they_came() {
        assert_eq!(recoded("%7e%41%c3%A9!*'()", Slash::Encoded), "~A%C3%A9%21%2A%27%28%29");
    }

    #[test]
    fn plus_is_a_space_and_a_slash_separates_paths_only() {
        assert_eq!(recoded("a+b/c", Slash::Encoded), "a%20b%2Fc");
        assert_eq!(recoded("a+b%2B/c", Slash::Kept), "a%20b%2B/c");
    }

    #[test]
    fn a_percent_sign_that_starts_no_escape_stands_for_itself() {
        assert_eq!(recoded("100%", Slash::Encoded), "100%25");
        assert_eq!(recoded("%zz%4", Slash::Encoded), "%25zz%254");
        assert_eq!(recoded("%FF", Slash::Encoded), "%FF");
    }
}

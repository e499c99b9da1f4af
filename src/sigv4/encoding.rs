//! Percent-encoding by SigV4's rule: every byte of the UTF-8 text becomes `%XX`, in upper case, except
//! `A-Z a-z 0-9 - . _ ~`.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// Appends `text` percent-encoded, a slash too.
pub(crate) fn percent_encode(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, ENCODED));
}

/// Appends `path` percent-encoded; its slashes stay.
pub(super) fn percent_encode_path(out: &mut String, path: &str) {
    out.extend(utf8_percent_encode(path, ENCODED_IN_PATH));
}

/// Appends a text that is percent-encoded already, in whatever way, as SigV4 encodes it. A `+` is a space, in a query
/// and in the path of an S3 object alike; a `%` that starts no escape stands for itself.
pub(super) fn normalize_encoding(out: &mut String, text: &str) {
    let text = if text.contains('+') { Cow::Owned(text.replace('+', "%20")) } else { Cow::Borrowed(text) };
    let bytes: Cow<'_, [u8]> = percent_decode_str(&text).into();
    out.extend(percent_encoding::percent_encode(&bytes, ENCODED));
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn normalized(text: &str) -> String {
        let mut out = String::new();
        normalize_encoding(&mut out, text);
        out
    }

    #[test]
    fn a_plain_text_is_encoded_byte_by_byte() {
        for (text, expected) in
            [("", ""), ("a-Z_0.~", "a-Z_0.~"), ("é", "%C3%A9"), ("a/+=é☂b", "a%2F%2B%3D%C3%A9%E2%98%82b")]
        {
            let mut out = String::new();
            percent_encode(&mut out, text);
            assert_eq!(out, expected);
            out.clear();
            percent_encode_path(&mut out, text);
            assert_eq!(out, expected.replace("%2F", "/"));
        }
    }

    #[test]
    fn escapes_are_written_one_way_whatever_way_they_came() {
        assert_eq!(normalized("%7e%41%c3%A9!*'()"), "~A%C3%A9%21%2A%27%28%29");
        assert_eq!(normalized("a/b%2Fc"), "a%2Fb%2Fc");
    }

    #[test]
    fn a_plus_is_a_space_and_an_escaped_plus_is_a_plus() {
        assert_eq!(normalized("a+b%2B"), "a%20b%2B");
    }

    #[test]
    fn a_percent_sign_that_starts_no_escape_stands_for_itself() {
        assert_eq!(normalized("100%"), "100%25");
        assert_eq!(normalized("%zz%4"), "%25zz%254");
        assert_eq!(normalized("%+1"), "%25%201");
        assert_eq!(normalized("%FF"), "%FF");
    }
}

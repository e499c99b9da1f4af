//! JSON of the wire.

/// An object of JSON, written member by member: it takes members whose values are JSON already, byte for byte as they
/// were signed. Texts are written as `JSON.stringify` writes them.
#[derive(Default)]
pub(crate) struct JsonObject(String);

impl JsonObject {
    /// Adds a text member.
    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.begin(name);
        push_text(&mut self.0, value);
        self
    }

    /// Adds a member with a list of texts.
    pub(crate) fn texts(mut self, name: &str, values: &[String]) -> Self {
        self.begin(name);
        for (index, value) in values.iter().enumerate() {
            self.0.push(if index == 0 { '[' } else { ',' });
            push_text(&mut self.0, value);
        }
        self.0.push_str(if values.is_empty() { "[]" } else { "]" });
        self
    }

    /// Adds a member whose value is JSON already.
    pub(crate) fn json(mut self, name: &str, value: &str) -> Self {
        self.begin(name);
        self.0.push_str(value);
        self
    }

    /// The whole text.
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }

    fn begin(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        push_text(&mut self.0, name);
        self.0.push(':');
    }
}

/// By hand, as serde_json would bring the formatting of numbers and errors along.
fn push_text(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            '\0'..' ' => {
                json.push_str("\\u00");
                json.extend([hex(character as u8 >> 4), hex(character as u8 & 15)]);
            }
            _ => json.push(character),
        }
    }
    json.push('"');
}

fn hex(digit: u8) -> char {
    char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 })
}

/// A number in decimal: `to_string` would bring the machinery of formatting along.
pub(crate) fn decimal(mut number: u32) -> String {
    let mut digits = [0; 10];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return digits[start..].iter().copied().map(char::from).collect();
        }
    }
}

/// The subprotocol that authorizes a socket: a page cannot set headers, and URLs are logged. `base64` is that of the
/// authorization, in the standard alphabet; a subprotocol has to be a token (RFC 6455, section 4.1).
pub(crate) fn authorization_subprotocol(base64: &str) -> String {
    let url_safe = |character| match character {
        '+' => '-',
        '/' => '_',
        other => other,
    };
    let mut subprotocol = String::from("header-");
    subprotocol.extend(base64.chars().filter(|character| *character != '=').map(url_safe));
    subprotocol
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    use base64::Engine;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    proptest::proptest! {
        #[test]
        fn json_is_written_as_serde_json_writes_it(
            value in "(?s).*", list in proptest::collection::vec("(?s)[\\x00-\\x7f]*|(?s).*", 0..4),
        ) {
            let text = JsonObject::default().text("value", &value).texts("list", &list).finish();
            let written = |value| serde_json::to_string(&value).unwrap();
            let list = serde_json::json!(list);
            proptest::prop_assert_eq!(text, format!("{{\"value\":{},\"list\":{list}}}", written(serde_json::json!(value))));
        }

        #[test]
        fn numbers_are_written_as_they_are(number: u32) {
            proptest::prop_assert_eq!(decimal(number), number.to_string());
        }

        #[test]
        fn a_subprotocol_is_base64_for_urls(text in "(?s).*") {
            let expected = format!("header-{}", BASE64_URL_SAFE_NO_PAD.encode(&text));
            proptest::prop_assert_eq!(authorization_subprotocol(&BASE64_STANDARD.encode(&text)), expected);
        }
    }
}

//! Plain HTTP shapes, and JSON documents as they cross the border.

use crate::clock::Millis;
use crate::secret::Secret;
use crate::text::{concat, contains, cut, cut_last, parse_decimal, push_ascii};

/// A call of an AWS JSON 1.1 service that a pure room wants sent: a POST whose answer is JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceCall {
    /// The absolute URL.
    pub url: String,
    /// `x-amz-target`.
    pub target: String,
    /// The body; it may hold login tokens.
    pub body: String,
}

impl core::fmt::Debug for ServiceCall {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ServiceCall").field("url", &self.url).field("target", &self.target).finish_non_exhaustive()
    }
}

/// What came back, as far as a browser shows it.
#[derive(Clone, Debug)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// `x-amzn-errortype`, empty if absent or hidden.
    pub error_type: String,
    /// `x-amzn-requestid`, empty if absent or hidden.
    pub request_id: String,
    /// The body, if it is JSON or XML. Headers that matter stand before it under names that start with a colon:
    /// `:date` and `:retry-at` (numbers, in milliseconds), `:retry-after` (text).
    pub document: Document,
}

/// Where the JSON and XML protocols of AWS put the name of an error, and its text.
const NAMES: [&str; 5] = ["__type", "code", "Code", "Error.Code", "errors.0.errorType"];
const TEXTS: [&str; 4] = ["message", "Message", "Error.Message", "errors.0.message"];

impl HttpReply {
    /// When the server wrote the answer; none if the header is absent, hidden, or came with `Age`, out of a cache.
    pub fn date(&self) -> Option<Millis> {
        self.document.whole_number(":date")
    }

    /// AWS's bare name of the error, from wherever the service puts it; empty if there is none.
    pub fn error_name(&self) -> &str {
        error_name(if self.error_type.is_empty() { self.first(&NAMES) } else { &self.error_type })
    }

    /// What AWS says about the error; empty if nothing.
    pub fn error_text(&self) -> &str {
        self.first(&TEXTS)
    }

    fn first(&self, paths: &[&str]) -> &str {
        paths.iter().find_map(|path| self.document.text(path)).unwrap_or_default()
    }
}

/// A JSON document laid flat: for every text and number in it a U+0002, its path of member names and array indices
/// joined by dots (with `#` behind it for a number), a U+0001, and its value. These control characters occur nowhere
/// else. The platform's own parser is in the JavaScript half of the edge; this form is what crosses the border. It may
/// hold credentials.
#[derive(Clone, Debug, Default)]
pub struct Document(Secret);

impl Document {
    /// Takes a flat document.
    pub fn new(flat: String) -> Self {
        Self(Secret::new(flat))
    }

    /// The text at a path; none if there is nothing, or nothing but an empty text.
    pub fn text(&self, path: &str) -> Option<&str> {
        let value = cut(self.0.expose(), &concat(&["\u{2}", path, "\u{1}"]))?.1;
        let value = cut(value, "\u{2}").map_or(value, |(value, _)| value);
        (!value.is_empty()).then_some(value)
    }

    /// The number at a path, without its fraction; none if it is negative or none.
    pub fn whole_number(&self, path: &str) -> Option<i64> {
        let text = self.text(&concat(&[path, "#"]))?;
        let digits = cut(text, ".").map_or(text, |(digits, _)| digits);
        parse_decimal(digits)
    }
}

/// The bare name of an error, however a service writes it: `com.amazon.coral.service#Name:http://…` is `Name`.
pub fn error_name(written: &str) -> &str {
    let end = written.bytes().position(|byte| matches!(byte, b':' | b','));
    let head = end.and_then(|end| written.get(..end)).unwrap_or(written);
    cut_last(head, b'#').map_or(head, |(_, name)| name)
}

/// Writes `{"name":"value",…}`.
#[derive(Debug, Default)]
pub struct JsonObject(String);

impl JsonObject {
    /// Adds a text member.
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        push_json_text(&mut self.0, value);
        self
    }

    /// Adds an object member.
    pub fn object(mut self, name: &str, value: JsonObject) -> Self {
        self.name(name);
        self.0.push_str(&value.finish());
        self
    }

    fn name(&mut self, name: &str) {
        self.0.push_str(if self.0.is_empty() { "{" } else { "," });
        push_json_text(&mut self.0, name);
        self.0.push_str(":");
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        if self.0.is_empty() {
            self.0.push_str("{");
        }
        self.0.push_str("}");
        self.0
    }
}

/// RFC 8259, section 7: quotes, backslashes and control characters are escaped.
fn push_json_text(out: &mut String, text: &str) {
    out.push_str("\"");
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        if byte >= b' ' {
            out.push_str("\\");
            push_ascii(out, byte);
        } else {
            out.push_str(if byte < 16 { "\\u000" } else { "\\u001" });
            push_ascii(out, b"0123456789abcdef"[usize::from(byte & 15)]);
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push_str("\"");
}

/// The parts of an absolute http or https URL, as the platform's URL parser writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Url<'a> {
    /// `http` or `https`; `ws` and `wss` too.
    pub scheme: &'a str,
    /// Host and port as in the `Host` header.
    pub authority: &'a str,
    /// The path, starting with `/`.
    pub path: &'a str,
    /// The query without `?`.
    pub query: &'a str,
}

impl<'a> Url<'a> {
    /// Splits a serialised URL; none if it is not absolute, has no host or carries a user name. None, too, with a
    /// backslash in the host: to browsers it is a slash, and no parser of theirs leaves one there.
    pub fn split(url: &'a str) -> Option<Self> {
        let (scheme, rest) = cut(url, "://")?;
        let rest = cut(rest, "#").map_or(rest, |(rest, _)| rest);
        let (rest, query) = cut(rest, "?").unwrap_or((rest, ""));
        let (authority, path) = match rest.bytes().position(|byte| byte == b'/') {
            Some(at) => rest.split_at_checked(at)?,
            None => (rest, "/"),
        };
        if authority.is_empty() || contains(authority, "@") || contains(authority, "\\") {
            return None;
        }
        Some(Self { scheme, authority, path, query })
    }

    /// The host without its port.
    pub fn host(&self) -> &'a str {
        match cut_last(self.authority, b':') {
            // The colons of an IPv6 address stand inside brackets.
            Some((host, port)) if !contains(port, "]") => host,
            _ => self.authority,
        }
    }

    /// The port with its colon; empty if it is the scheme's own.
    pub fn port(&self) -> &'a str {
        self.authority.get(self.host().len()..).unwrap_or_default()
    }

    /// Whether it is a WebSocket's, whose handshake takes no headers from a page.
    pub fn is_socket(&self) -> bool {
        matches!(self.scheme, "ws" | "wss")
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod tests {
    use super::*;

    /// Lays a document flat, as the JavaScript half does.
    pub(crate) fn flat(value: &serde_json::Value) -> Document {
        fn lay(out: &mut String, path: &str, value: &serde_json::Value) {
            let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            match value {
                serde_json::Value::Object(members) => {
                    members.iter().for_each(|(name, value)| lay(out, &at(name), value));
                }
                serde_json::Value::Array(items) => {
                    items.iter().enumerate().for_each(|(index, value)| lay(out, &at(&index.to_string()), value));
                }
                serde_json::Value::String(text) => *out += &format!("\u{2}{path}\u{1}{text}"),
                serde_json::Value::Number(number) => *out += &format!("\u{2}{path}#\u{1}{number}"),
                _ => {}
            }
        }
        let mut out = String::new();
        lay(&mut out, "", value);
        Document::new(out)
    }

    #[test]
    fn a_flat_document_is_read_by_path() {
        let document = flat(&serde_json::json!({
            "a": { "b": "text", "n": 1442877512.5, "neg": -1 }, "e": "", "list": [{ "x": "first" }], "nul": null }));
        assert_eq!(document.text("a.b"), Some("text"));
        assert_eq!(document.text("list.0.x"), Some("first"));
        assert_eq!((document.text("a.n"), document.text("nul")), (None, None));
        assert_eq!((document.text("e"), document.text("b"), document.text("a")), (None, None, None));
        assert_eq!(document.whole_number("a.n"), Some(1_442_877_512));
        assert_eq!((document.whole_number("a.neg"), document.whole_number("a.b")), (None, None));
    }

    #[test]
    fn a_url_is_split_into_what_is_signed() {
        let url = Url::split("https://h.example:8443/a/b?x=1&y#part").unwrap();
        assert_eq!((url.scheme, url.authority, url.host()), ("https", "h.example:8443", "h.example"));
        assert_eq!((url.path, url.query), ("/a/b", "x=1&y"));
        assert_eq!(Url::split("http://[::1]/").unwrap().host(), "[::1]");
        assert_eq!(Url::split("http://[::1]:80/").unwrap().host(), "[::1]");
        assert_eq!(Url::split("http://[::1]:80/").unwrap().port(), ":80");
        assert_eq!((url.port(), Url::split("wss://h/").unwrap().port()), (":8443", ""));
        assert!(Url::split("wss://h/").unwrap().is_socket() && !url.is_socket());
        assert_eq!(Url::split("https://h").unwrap().path, "/");
        for bad in ["https://\\.h.example/", "", "/relative", "https://", "https://user@host/", "mailto:a@b"] {
            assert_eq!(Url::split(bad), None, "{bad}");
        }
    }

    #[test]
    fn error_names_are_bare() {
        for written in [
            "NotAuthorizedException:",
            "NotAuthorizedException:http://internal.amazon.com/coral/",
            "com.amazonaws.cognito#NotAuthorizedException",
            "NotAuthorizedException, more",
        ] {
            assert_eq!(error_name(written), "NotAuthorizedException");
        }
    }

    proptest::proptest! {
        #[test]
        fn written_json_reads_back(name in ".*", value in "(?s).*") {
            let text = JsonObject::default().text(&name, &value).object("o", JsonObject::default()).finish();
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            if name != "o" {
                proptest::prop_assert_eq!(read[&name].as_str(), Some(value.as_str()));
            }
            proptest::prop_assert!(read["o"].is_object());
        }

        #[test]
        fn any_text_is_split_or_refused(url in ".*") {
            if let Some(parts) = Url::split(&url) {
                proptest::prop_assert!(!parts.host().is_empty() || parts.authority.starts_with(':'));
            }
        }
    }
}

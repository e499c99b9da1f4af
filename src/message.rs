//! Plain HTTP shapes, and a reader for JSON documents that does not say who parsed them.

/// A request that a pure room wants sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The absolute URL.
    pub url: String,
    /// Headers; every request of ours is a POST.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// What came back, as far as a browser shows it.
#[derive(Clone, Debug)]
pub struct HttpReply<D> {
    /// The HTTP status.
    pub status: u16,
    /// `x-amzn-errortype`, empty if absent or hidden.
    pub error_type: String,
    /// `x-amzn-requestid`, empty if absent or hidden.
    pub request_id: String,
    /// The body as a JSON document; none if it is no JSON object.
    pub document: Option<D>,
}

/// A JSON object. The edge reads the platform's own parse of it, tests read serde_json's.
pub trait Document {
    /// The text at a path of member names.
    fn text(&self, path: &[&str]) -> Option<String>;
    /// The finite number at a path of member names.
    fn number(&self, path: &[&str]) -> Option<f64>;
}

/// The bare name of an error, however a service writes it: `com.amazon.coral.service#Name:http://…` is `Name`.
pub fn error_name(written: &str) -> &str {
    let head = written.split([':', ',']).next().unwrap_or("");
    head.rsplit('#').next().unwrap_or(head).trim()
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
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        push_json_text(&mut self.0, name);
        self.0.push(':');
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }
}

/// RFC 8259, section 7: quotes, backslashes and control characters are escaped.
fn push_json_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\0'..='\u{1f}' => {
                out.push_str("\\u00");
                let byte = character as u32;
                for digit in [byte >> 4, byte & 15] {
                    out.extend(char::from_digit(digit, 16));
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
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
    /// Splits a serialised URL; none if it is not absolute, has no host or carries a user name.
    pub fn split(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at_checked(at)?,
            None => (rest, "/"),
        };
        if authority.is_empty() || authority.contains('@') {
            return None;
        }
        Some(Self { scheme, authority, path, query })
    }

    /// The host without its port.
    pub fn host(&self) -> &'a str {
        match self.authority.rsplit_once(':') {
            // The colons of an IPv6 address stand inside brackets.
            Some((host, port)) if !port.contains(']') => host,
            _ => self.authority,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    impl Document for serde_json::Value {
        fn text(&self, path: &[&str]) -> Option<String> {
            at(self, path)?.as_str().map(str::to_owned)
        }

        fn number(&self, path: &[&str]) -> Option<f64> {
            at(self, path)?.as_f64()
        }
    }

    fn at<'a>(value: &'a serde_json::Value, path: &[&str]) -> Option<&'a serde_json::Value> {
        path.iter().try_fold(value, |value, name| value.get(name))
    }

    #[test]
    fn a_url_is_split_into_what_is_signed() {
        let url = Url::split("https://h.example:8443/a/b?x=1&y#part").unwrap();
        assert_eq!((url.scheme, url.authority, url.host()), ("https", "h.example:8443", "h.example"));
        assert_eq!((url.path, url.query), ("/a/b", "x=1&y"));
        assert_eq!(Url::split("http://[::1]/").unwrap().host(), "[::1]");
        assert_eq!(Url::split("http://[::1]:80/").unwrap().host(), "[::1]");
        assert_eq!(Url::split("https://h").unwrap().path, "/");
        for bad in ["", "/relative", "https://", "https://user@host/", "mailto:a@b"] {
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
                proptest::prop_assert_eq!(read.text(&[&name]), Some(value));
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

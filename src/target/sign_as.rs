//! Signing for one address and sending to another: what a proxy in between rewrites.

use super::host_of;
use crate::endpoint::canonical;
use crate::text::{concat, cut, parse_decimal};

/// What AWS will see in place of what the browser sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignAs {
    /// The host, with a port where it has one.
    pub host: String,
    /// The path that the proxy puts in place of the declared one, such as a stage; none if it leaves paths alone.
    path: Option<String>,
}

impl SignAs {
    /// Reads `host`, `host/path` or `https://host/path`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.strip_prefix("https://").unwrap_or(text);
        let (host, path) = match cut(text, "/") {
            Some((host, path)) => (host, Some(path)),
            None => (text, None),
        };
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#');
        let name = host_of(host);
        let port = host.get(name.len()..).unwrap_or_default();
        let is_port = port.is_empty() || parse_decimal(port.get(1..).unwrap_or_default()).is_some();
        match canonical(name) {
            Some(name) if is_port && text.bytes().all(plain) => {
                let path = path.map(|path| path.strip_suffix("/").unwrap_or(path));
                let path = path.map(|path| concat(&[if path.is_empty() { "" } else { "/" }, path]));
                Ok(Self { host: concat(&[&name, port]), path })
            }
            _ => Err("must be a host, or a host and a path"),
        }
    }

    /// The path to sign for what is sent to `path` below `declared`; none if it is the same.
    pub(super) fn path(&self, path: &str, declared: &str) -> Option<String> {
        let rest = path.strip_prefix(declared).unwrap_or(path);
        self.path.as_ref().map(|start| match concat(&[start, rest]) {
            path if path.is_empty() => "/".into(),
            path => path,
        })
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_host_leaves_the_path_and_a_path_replaces_the_declared_one() {
        let signed = |text: &str, path: &str, declared: &str| SignAs::parse(text).unwrap().path(path, declared);
        assert_eq!(signed("abc.example.com", "/api/x", "/api"), None);
        for text in ["abc.example.com/prod", "https://abc.example.com/prod/"] {
            assert_eq!(signed(text, "/api/x", "/api").as_deref(), Some("/prod/x"));
            assert_eq!(signed(text, "/api", "/api").as_deref(), Some("/prod"));
            assert_eq!(signed(text, "/x", "").as_deref(), Some("/prod/x"));
        }
        assert_eq!(signed("abc.example.com/", "/api/x", "/api").as_deref(), Some("/x"));
        assert_eq!(signed("abc.example.com/", "/api", "/api").as_deref(), Some("/"));
    }

    #[test]
    fn the_host_is_written_as_it_is_signed() {
        assert_eq!(SignAs::parse("ABC.example.com:8443/p").unwrap().host, "abc.example.com:8443");
        for text in [
            "",
            "/",
            "/prod",
            "http://abc.example.com",
            "u@abc.example.com",
            "abc.example.com?x",
            "abc.example.com:a",
            "abc.example.com/p?x",
            "abc.example.com/p#x",
            "abc.example.com/p q",
            "abc.example.com\nx-amz-target:y",
            "abc.example.com/\n",
            "*.example.com",
            "abc..com",
            "[::1]",
            "é.example.com",
            "abc.example.com/é",
        ] {
            assert!(SignAs::parse(text).is_err(), "{text:?}");
        }
    }
}

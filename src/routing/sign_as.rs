//! Signing for one address and sending to another, for a proxy in between that rewrites requests.

use crate::endpoint::canonical;

/// The address that AWS will see in place of the one that the browser sends to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignAs {
    /// The host, without its port.
    pub(super) hostname: String,
    /// The value of the `host` header: the port is part of it if one is given.
    pub(super) host: String,
    /// The path that the proxy puts in place of the declared one, such as a stage; none if it leaves paths alone.
    path: Option<String>,
}

impl SignAs {
    /// Reads `host`, `host/path` or `https://host/path`; the host may have a port.
    ///
    /// # Errors
    ///
    /// What it has to be, to follow the field's name.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        Self::read(text).ok_or("must be a host, or a host and a path")
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.strip_prefix("https://").unwrap_or(text);
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#')) {
            return None;
        }
        let (authority, path) = match text.split_once('/') {
            Some((authority, path)) => (authority, Some(path.strip_suffix('/').unwrap_or(path))),
            None => (text, None),
        };
        let (hostname, port) = match authority.split_once(':') {
            Some((hostname, port)) => (hostname, Some(port)),
            None => (authority, None),
        };
        let hostname = canonical(hostname)?;
        let host = match port {
            Some(port) if is_port(port) => format!("{hostname}:{port}"),
            Some(_) => return None,
            None => hostname.clone(),
        };
        let path = path.map(|path| if path.is_empty() { String::new() } else { format!("/{path}") });
        Some(Self { hostname, host, path })
    }

    /// Whether it puts a path in place of the declared one.
    pub(super) fn replaces_path(&self) -> bool {
        self.path.is_some()
    }

    /// The path to sign for a request to `path`, below the path `declared`; none if it is the same.
    pub(super) fn path(&self, path: &str, declared: &str) -> Option<String> {
        let start = self.path.as_deref()?;
        let rest = path.strip_prefix(declared).unwrap_or(path);
        Some(if start.is_empty() && rest.is_empty() { "/".into() } else { [start, rest].concat() })
    }
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
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
        let sign_as = SignAs::parse("ABC.example.com:8443/p").unwrap();
        assert_eq!((sign_as.host.as_str(), sign_as.hostname.as_str()), ("abc.example.com:8443", "abc.example.com"));
        for text in [
            "",
            "/",
            "/prod",
            "http://abc.example.com",
            "u@abc.example.com",
            "abc.example.com?x",
            "abc.example.com:a",
            "abc.example.com:",
            "abc.example.com:+1",
            "abc.example.com:65536",
            "abc.example.com:1:2",
            "abc.example.com/p?x",
            "abc.example.com/p#x",
            "abc.example.com/p q",
            "abc.example.com\nx-amz-target:y",
            "abc.example.com/\n",
            "*.example.com",
            "abc..com",
            "[::1]",
            "[::1]:80",
            "é.example.com",
            "abc.example.com/é",
        ] {
            assert!(SignAs::parse(text).is_err(), "{text:?}");
        }
    }
}

//! The parts of a URL that are signed.

/// The parts of an absolute http, https, ws or wss URL, as the platform's URL parser writes it.
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
    /// backslash, a blank or a control character in host or port: no browser's parser leaves one there.
    pub fn split(url: &'a str) -> Option<Self> {
        // A `blob:` URL has another one behind its own scheme.
        let end = url.match_indices(':').map(|(at, _)| at).find(|at| url[at + 1..].starts_with("//"))?;
        let (scheme, rest) = (&url[..end], &url[end + 3..]);
        let rest = rest.split_once('#').map_or(rest, |(rest, _)| rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        if authority.is_empty() || authority.contains(|c: char| matches!(c, '\0'..=' ' | '@' | '\\')) {
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

    /// The port with its colon; empty if it is the scheme's own.
    pub fn port(&self) -> &'a str {
        self.authority.strip_prefix(self.host()).unwrap_or_default()
    }

    /// Whether it is a WebSocket's, whose handshake takes no headers from a page.
    pub fn is_socket(&self) -> bool {
        matches!(self.scheme, "ws" | "wss")
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

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
        for bad in [
            "https://\\.h.example/",
            "https://h: ",
            "https://h:\n/",
            "https://h x/",
            "",
            "/relative",
            "https://",
            "https://user@host/",
            "mailto:a@b",
        ] {
            assert_eq!(Url::split(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_split_or_refused(url in ".*") {
            if let Some(parts) = Url::split(&url) {
                proptest::prop_assert!(!parts.host().is_empty() || parts.authority.starts_with(':'));
            }
        }
    }
}

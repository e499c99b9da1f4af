//! Endpoints that the options declare.

use super::{HostPattern, NO_REGION, NO_SAFE_SCHEME, NO_SIGNING_NAME, SignAs, is_safe_scheme};
use crate::endpoint::is_region;
use crate::message::Url;
use crate::sigv4::is_signing_name;
use crate::text::{concat, contains, for_people};

/// An endpoint that the options declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// `http` or `https`: a socket is declared by the URL that its handshake goes to.
    scheme: &'static str,
    host: HostPattern,
    /// The port with its colon; empty if it is the scheme's own.
    port: String,
    /// The path below which it holds; `/` is the empty one.
    pub(super) path: String,
    /// Its signing name.
    pub service: String,
    /// Its region; none takes the client's.
    pub region: Option<String>,
    /// What to sign for, where it is not what is sent to.
    pub sign_as: Option<SignAs>,
}

impl Declared {
    /// Checks an entry of `options.endpoints`; `url` is as the platform's parser writes it. The error names the member.
    pub fn check(url: &str, service: &str, region: Option<&str>) -> Result<Self, (&'static str, &'static str)> {
        if region.is_some_and(|region| !is_region(region)) {
            return Err(("region", NO_REGION));
        }
        if !is_signing_name(service) {
            return Err(("service", NO_SIGNING_NAME));
        }
        let mut declared = Self::parse(url, service).map_err(|what| ("url", what))?;
        declared.region = region.map(Into::into);
        Ok(declared)
    }

    /// An endpoint with the client's region.
    pub fn parse(url: &str, service: &str) -> Result<Self, &'static str> {
        let parts = Url::split(url).ok_or(for_people("must be an absolute URL"))?;
        if contains(url, "?") || contains(url, "#") || contains(parts.path, "*") {
            return Err(for_people("must end with its path; it holds for all below, without *"));
        }
        let host = parts.host();
        let host = if host.starts_with("[") { HostPattern::exact(host) } else { HostPattern::parse(host)? };
        if !is_safe_scheme(parts.scheme, host.name()) {
            return Err(NO_SAFE_SCHEME);
        }
        Ok(Self {
            scheme: http_scheme(parts.scheme),
            host,
            port: parts.port().into(),
            path: parts.path.strip_suffix("/").unwrap_or(parts.path).into(),
            service: service.into(),
            region: None,
            sign_as: None,
        })
    }

    /// Whether it holds for a URL.
    pub(super) fn holds(&self, url: &Url<'_>) -> bool {
        self.scheme == http_scheme(url.scheme)
            && self.port == url.port()
            && self.host.holds(url.host())
            // A prefix of whole segments: `/prod` is not above `/production`.
            && url.path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("/"))
    }

    /// What decides between two that hold for the same URL: the closer host, then the longer path.
    pub(super) fn weight(&self) -> (usize, usize) {
        (self.host.weight(), self.path.len())
    }

    /// Where the service itself listens; none if the entry stands for many hosts.
    pub fn base(&self) -> Option<String> {
        Some(concat(&[self.scheme, "://", self.host.host()?, &self.port, &self.path, "/"]))
    }
}

fn http_scheme(scheme: &str) -> &'static str {
    match scheme {
        "ws" | "http" => "http",
        _ => "https",
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn holds(declared: &str, url: &str) -> bool {
        Declared::parse(declared, "execute-api").unwrap().holds(&Url::split(url).unwrap())
    }

    #[test]
    fn an_entry_holds_for_its_own_scheme_host_port_and_whole_segments_below() {
        for url in ["https://x.example/api", "https://x.example/api/a", "wss://x.example/api/"] {
            assert!(holds("https://x.example/api/", url) && holds("wss://x.example/api", url), "{url}");
        }
        for url in [
            "https://x.example/apiary",
            "https://x.example/",
            "https://x.example:8443/api",
            "http://x.example/api",
            "https://y.x.example/api",
            "https://x.example./api",
        ] {
            assert!(!holds("https://x.example/api/", url), "{url}");
        }
        assert!(holds("http://[::1]:80/", "http://[::1]:80/a") && !holds("http://[::1]/", "http://[::1]:80/a"));
    }

    #[test]
    fn a_pattern_takes_the_place_of_the_host() {
        for declared in ["https://*.example.com:8443/api", "https://%2A.example.com:8443/api"] {
            assert!(holds(declared, "https://a.b.example.com:8443/api/x"));
            for url in ["https://example.com:8443/api", "https://a.example.com/api", "https://a.example.com:8443/"] {
                assert!(!holds(declared, url), "{declared} {url}");
            }
        }
        assert!(holds("http://*.localhost:5173", "http://app.localhost:5173/x"));
    }

    #[test]
    fn what_is_ambiguous_or_insecure_is_refused() {
        for url in [
            "https://*.com/",
            "https://*/",
            "https://a.*.com/",
            "https://a*.example.com/",
            "https://a.example.com/api/*",
            "https://a.example.com/api?x",
            "https://a.example.com/?",
            "https://a.example.com/#x",
            "http://a.example.com/",
            "http://*.example.com/",
            "ftp://a.example.com/",
            "https://u@a.example.com/",
            "nonsense",
        ] {
            assert!(Declared::parse(url, "execute-api").is_err(), "{url}");
        }
    }

    #[test]
    fn one_host_is_an_address_and_a_pattern_is_none() {
        let base = |url| Declared::parse(url, "sts").unwrap().base();
        assert_eq!(base("http://sts.localhost:4599/").as_deref(), Some("http://sts.localhost:4599/"));
        assert_eq!(base("https://proxy.example/sts").as_deref(), Some("https://proxy.example/sts/"));
        assert_eq!(base("https://*.example.com/"), None);
    }
}

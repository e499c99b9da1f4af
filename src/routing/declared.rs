//! Endpoints that the options declare.

use super::path_escape::may_lead_upward;
use super::{HostPattern, REGION_EXPECTED, SAFE_SCHEME_EXPECTED, SIGNING_NAME_EXPECTED, SignAs, is_safe_scheme};
use crate::endpoint::is_region;
use crate::http::Url;
use crate::sigv4::is_signing_name;

/// An endpoint that the options declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredEndpoint {
    /// `http` or `https`; a WebSocket is declared by the URL of its handshake.
    scheme: &'static str,
    host: HostPattern,
    /// The port with its colon; empty for the scheme's default.
    port: String,
    /// The path below which it applies, without a slash at its end.
    pub(super) path: String,
    /// Its signing name.
    pub(crate) service: String,
    /// Its region; none for the client's.
    pub(super) region: Option<String>,
    /// What to sign for, if that differs from where requests are sent.
    pub(super) sign_as: Option<SignAs>,
}

/// What is wrong with an entry of `options.endpoints`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidMember {
    /// The member, such as `url`.
    pub member: &'static str,
    /// What it has to be, to follow the member's name.
    pub problem: &'static str,
}

impl DeclaredEndpoint {
    /// Checks an entry of `options.endpoints`; `url` is as the platform's parser writes it.
    ///
    /// # Errors
    ///
    /// The first member that is malformed.
    pub fn new(url: &str, service: &str, region: Option<&str>, sign_as: Option<&str>) -> Result<Self, InvalidMember> {
        let invalid = |member| move |problem| InvalidMember { member, problem };
        if region.is_some_and(|region| !is_region(region)) {
            return Err(invalid("region")(REGION_EXPECTED));
        }
        if !is_signing_name(service) {
            return Err(invalid("service")(SIGNING_NAME_EXPECTED));
        }
        let endpoint = Self::parse(url, service).map_err(invalid("url"))?;
        let sign_as = sign_as.map(SignAs::parse).transpose().map_err(invalid("signAs"))?;
        Ok(Self { region: region.map(Into::into), sign_as, ..endpoint })
    }

    fn parse(url: &str, service: &str) -> Result<Self, &'static str> {
        let parts = Url::split(url).ok_or("must be an absolute URL")?;
        if url.contains(['?', '#']) || parts.path.contains('*') {
            return Err("must end with its path, without *: it applies to everything below");
        }
        if may_lead_upward(parts.path) {
            return Err("must not have .. in its path");
        }
        let host = parts.host();
        let host = if host.starts_with('[') { HostPattern::exact(host) } else { HostPattern::parse(host)? };
        if !is_safe_scheme(parts.scheme, host.name()) {
            return Err(SAFE_SCHEME_EXPECTED);
        }
        Ok(Self {
            scheme: http_scheme(parts.scheme),
            host,
            port: parts.port().into(),
            path: parts.path.strip_suffix('/').unwrap_or(parts.path).into(),
            service: service.into(),
            region: None,
            sign_as: None,
        })
    }

    /// Whether it applies to a URL.
    pub(super) fn matches(&self, url: &Url<'_>) -> bool {
        self.scheme == http_scheme(url.scheme)
            && self.port == url.port()
            && self.host.matches(url.host())
            // Whole segments: `/prod` does not apply to `/production`.
            && url.path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Decides between two that match the same URL, the higher one wins: the closer host, then the longer path.
    pub(super) fn specificity(&self) -> (usize, usize) {
        (self.host.specificity(), self.path.len())
    }

    /// Whether it applies to a part of its host's paths only, or puts another path in place of its own, so that a
    /// request must not leave that path.
    pub(super) fn is_limited_to_path(&self) -> bool {
        !self.path.is_empty() || self.sign_as.as_ref().is_some_and(SignAs::replaces_path)
    }

    /// The URL at which the service itself listens, with a slash at its end; none if the entry is a pattern: that is
    /// not an address, and nothing must be sent to a host that is literally called `*.example.com`.
    pub(crate) fn base_url(&self) -> Option<String> {
        Some(format!("{}://{}{}{}/", self.scheme, self.host.as_host()?, self.port, self.path))
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

    fn declare(url: &str) -> Result<DeclaredEndpoint, InvalidMember> {
        DeclaredEndpoint::new(url, "execute-api", None, None)
    }

    fn matches(declared: &str, url: &str) -> bool {
        declare(declared).unwrap().matches(&Url::split(url).unwrap())
    }

    #[test]
    fn an_entry_applies_to_its_own_scheme_host_port_and_whole_segments_below() {
        for url in ["https://x.example/api", "https://x.example/api/a", "wss://x.example/api/"] {
            assert!(matches("https://x.example/api/", url) && matches("wss://x.example/api", url), "{url}");
        }
        for url in [
            "https://x.example/apiary",
            "https://x.example/",
            "https://x.example:8443/api",
            "http://x.example/api",
            "https://y.x.example/api",
            "https://x.example./api",
        ] {
            assert!(!matches("https://x.example/api/", url), "{url}");
        }
        assert!(matches("http://[::1]:80/", "http://[::1]:80/a") && !matches("http://[::1]/", "http://[::1]:80/a"));
    }

    #[test]
    fn a_pattern_takes_the_place_of_the_host() {
        for declared in ["https://*.example.com:8443/api", "https://%2A.example.com:8443/api"] {
            assert!(matches(declared, "https://a.b.example.com:8443/api/x"));
            for url in ["https://example.com:8443/api", "https://a.example.com/api", "https://a.example.com:8443/"] {
                assert!(!matches(declared, url), "{declared} {url}");
            }
        }
        assert!(matches("http://*.localhost:5173", "http://app.localhost:5173/x"));
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
            "https://a.example.com/api/..%2fx",
            "http://a.example.com/",
            "http://*.example.com/",
            "ftp://a.example.com/",
            "https://u@a.example.com/",
            "nonsense",
        ] {
            assert_eq!(declare(url).unwrap_err().member, "url", "{url}");
        }
    }

    #[test]
    fn the_malformed_member_is_named() {
        let member =
            |url, service, region, sign_as| DeclaredEndpoint::new(url, service, region, sign_as).unwrap_err().member;
        let url = "https://a.example.com/";
        assert_eq!(member(url, "a b", None, None), "service");
        assert_eq!(member(url, "s3", Some("moon"), None), "region");
        assert_eq!(member(url, "s3", Some("eu-west-1"), Some("a b")), "signAs");
        assert_eq!(member("x", "s3", Some("eu-west-1"), Some("a b")), "url");
    }

    #[test]
    fn one_host_is_an_address_and_a_pattern_is_none() {
        let base_url = |url| declare(url).unwrap().base_url();
        assert_eq!(base_url("http://sts.localhost:4599/").as_deref(), Some("http://sts.localhost:4599/"));
        assert_eq!(base_url("https://proxy.example/sts").as_deref(), Some("https://proxy.example/sts/"));
        assert_eq!(base_url("http://[::1]:4599/").as_deref(), Some("http://[::1]:4599/"));
        for pattern in ["https://*.example.com/", "https://%2A.example.com/", "http://*.localhost:4599/cognito"] {
            assert_eq!(base_url(pattern), None, "{pattern}");
        }
    }
}

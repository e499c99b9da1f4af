//! Hosts as options name them: one host, or all hosts below a name.

use crate::endpoint::canonical;

/// A host, or `*.` and the name that hosts end in. The star stands for one or more labels, as in a Content Security
/// Policy, and only in front: anywhere else, labels that the user does not own could match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Exact(String),
    Below(String),
}

impl HostPattern {
    /// Reads `api.example.com` or `*.example.com`. Some browsers write the star of a URL's host as `%2A`.
    ///
    /// # Errors
    ///
    /// What a host has to be, to follow the field's name.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let below = text.strip_prefix("*.").or_else(|| text.strip_prefix("%2A."));
        let name = canonical(below.unwrap_or(text)).ok_or("must be a host, with at most *. in front")?;
        if below.is_none() {
            return Ok(Self::exact(name));
        }
        // `*.com` would match hosts that anybody can register.
        if !name.contains('.') && name != "localhost" {
            return Err("must have at least two labels after *.");
        }
        Ok(Self(Kind::Below(name)))
    }

    /// One host, as URLs print it; IPv6 addresses, which no pattern can name, included.
    pub(crate) fn exact(host: impl Into<String>) -> Self {
        Self(Kind::Exact(host.into()))
    }

    /// Whether a host, as URLs print it, matches.
    pub fn matches(&self, host: &str) -> bool {
        match &self.0 {
            Kind::Exact(name) => host == name,
            Kind::Below(name) => {
                host.strip_suffix(name.as_str()).is_some_and(|front| front.len() > 1 && front.ends_with('.'))
            }
        }
    }

    /// How closely it describes the hosts that match: of two patterns that match the same host, the one with the higher
    /// number is the closer one, and the host itself is closer than any pattern.
    pub(super) fn specificity(&self) -> usize {
        match &self.0 {
            Kind::Exact(name) => name.len(),
            Kind::Below(name) => name.len() + 1,
        }
    }

    /// The host, or the name that matching hosts end in.
    pub(super) fn name(&self) -> &str {
        match &self.0 {
            Kind::Exact(name) | Kind::Below(name) => name,
        }
    }

    /// The host; none for a pattern, which is not an address.
    pub(super) fn as_host(&self) -> Option<&str> {
        match &self.0 {
            Kind::Exact(name) => Some(name),
            Kind::Below(_) => None,
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_what_is_below_its_name() {
        for text in ["*.example.com", "%2A.Example.com"] {
            let pattern = HostPattern::parse(text).unwrap();
            for host in ["a.example.com", "b.a.example.com", "xn--4ca.example.com"] {
                assert!(pattern.matches(host), "{text} {host}");
            }
            for host in ["example.com", ".example.com", "aexample.com", "a.example.com.evil.com", "a.example.com."] {
                assert!(!pattern.matches(host), "{text} {host}");
            }
            assert_eq!(pattern.as_host(), None);
        }
        let one = HostPattern::parse("a.example.com").unwrap();
        assert!(one.matches("a.example.com") && !one.matches("b.a.example.com") && !one.matches("example.com"));
        assert!(HostPattern::parse("*.localhost").unwrap().matches("app.localhost"));
    }

    #[test]
    fn what_is_ambiguous_is_no_pattern() {
        for text in [
            "",
            "*",
            "*.",
            "*.com",
            "*.*.example.com",
            "a.*.example.com",
            "a*.example.com",
            "*a.example.com",
            "example.*",
            "*example.com",
            "%2A",
            "a.%2A.com",
            "https://a.example.com",
            "a.example.com:443",
            "a.example.com/x",
            "*.[::1]",
            "[::1]",
            "a b.com",
            "é.com",
            "u@a.com",
            ".example.com",
            "a..com",
        ] {
            assert!(HostPattern::parse(text).is_err(), "{text:?}");
        }
    }
}

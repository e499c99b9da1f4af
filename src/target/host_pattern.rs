//! Hosts as the options name them: one, or all below a name.

use crate::endpoint::canonical;
use crate::text::{concat, contains, for_people};

/// A host, or `*.` and the name that hosts end in. The star stands for one label or more, as in a Content Security
/// Policy, and only in front: anywhere else it would be a guess which labels are the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(String);

impl HostPattern {
    /// Reads a pattern. Some browsers write the star of a URL's host as `%2A`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let below = text.strip_prefix("*.").or_else(|| text.strip_prefix("%2A."));
        let name = canonical(below.unwrap_or(text)).ok_or(for_people("must be a host, at most with *. in front"))?;
        if below.is_none() {
            return Ok(Self(name));
        }
        // Whoever registers a name below a top-level domain would be meant too.
        if !contains(&name, ".") && name != "localhost" {
            return Err(for_people("must have two labels or more after *."));
        }
        Ok(Self(concat(&[".", &name])))
    }

    /// The host itself, however it is written: IPv6 addresses, which no pattern has, included.
    pub(crate) fn exact(host: &str) -> Self {
        Self(host.into())
    }

    /// Whether it holds for a host as URLs print it.
    pub fn holds(&self, host: &str) -> bool {
        if self.0.starts_with(".") {
            return host.len() > self.0.len() && host.ends_with(self.0.as_str());
        }
        host == self.0
    }

    /// How much of a host it says: the more, the closer it is to the host. A host says more than any pattern that
    /// holds for it.
    pub(super) fn weight(&self) -> usize {
        self.0.len()
    }

    /// The host, or the name that the hosts of a pattern end in.
    pub(super) fn name(&self) -> &str {
        self.0.strip_prefix(".").unwrap_or(&self.0)
    }

    /// The host, if it is one and no pattern.
    pub(super) fn host(&self) -> Option<&str> {
        (!self.0.starts_with(".")).then_some(self.0.as_str())
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_holds_for_what_is_below_its_name() {
        for text in ["*.example.com", "%2A.Example.com"] {
            let pattern = HostPattern::parse(text).unwrap();
            for host in ["a.example.com", "b.a.example.com", "xn--4ca.example.com"] {
                assert!(pattern.holds(host), "{text} {host}");
            }
            for host in ["example.com", ".example.com", "aexample.com", "a.example.com.evil.com", "a.example.com."] {
                assert!(!pattern.holds(host), "{text} {host}");
            }
        }
        let one = HostPattern::parse("a.example.com").unwrap();
        assert!(one.holds("a.example.com") && !one.holds("b.a.example.com") && !one.holds("example.com"));
        assert!(HostPattern::parse("*.localhost").unwrap().holds("app.localhost"));
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

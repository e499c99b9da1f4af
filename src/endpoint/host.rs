//! Host names as text: their form, their labels, what they end in.

use super::Partition;
use crate::text::{self, next_piece};

/// AWS's suffixes of service hosts, standard and dual-stack. None of them is the end of another.
const SUFFIXES: [(&str, Suffix); 15] = [
    ("amazonaws.com", Suffix::Services(Partition::Aws)),
    ("api.aws", Suffix::Services(Partition::Aws)),
    ("on.aws", Suffix::OnAws),
    ("amazonaws.com.cn", Suffix::Services(Partition::AwsCn)),
    ("api.amazonwebservices.com.cn", Suffix::Services(Partition::AwsCn)),
    ("amazonaws.eu", Suffix::Services(Partition::AwsEusc)),
    ("api.amazonwebservices.eu", Suffix::Services(Partition::AwsEusc)),
    ("c2s.ic.gov", Suffix::Services(Partition::AwsIso)),
    ("api.aws.ic.gov", Suffix::Services(Partition::AwsIso)),
    ("sc2s.sgov.gov", Suffix::Services(Partition::AwsIsoB)),
    ("api.aws.scloud", Suffix::Services(Partition::AwsIsoB)),
    ("cloud.adc-e.uk", Suffix::Services(Partition::AwsIsoE)),
    ("api.cloud-aws.adc-e.uk", Suffix::Services(Partition::AwsIsoE)),
    ("csp.hci.ic.gov", Suffix::Services(Partition::AwsIsoF)),
    ("api.aws.hci.ic.gov", Suffix::Services(Partition::AwsIsoF)),
];

/// What answers under a suffix of AWS.
#[derive(Clone, Copy)]
pub(super) enum Suffix {
    /// The services of a partition. GovCloud counts as commercial here: only the region tells them apart.
    Services(Partition),
    /// `on.aws`: customers' servers, and a few families that AWS answers itself.
    OnAws,
}

/// The host in lower case without a trailing dot, or `None` if it is not a plain DNS name. Ports, IPv6 brackets, user
/// information and characters outside ASCII all end here, so that nothing after this has to think of them.
pub(crate) fn canonical(host: &str) -> Option<String> {
    let host = host.strip_suffix(".").unwrap_or(host);
    let mut before = b'.';
    for b in host.bytes() {
        let plain = b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !plain && (b != b'.' || before == b'.') {
            return None;
        }
        before = b;
    }
    (before != b'.' && host.len() <= 253).then(|| host.to_ascii_lowercase())
}

/// What stands in front of `suffix`, if the host ends in it and has more labels.
fn below<'a>(host: &'a str, suffix: &str) -> Option<&'a str> {
    host.strip_suffix(suffix)?.strip_suffix(".")
}

/// What stands in front of AWS's suffix, and which suffix that is.
pub(super) fn split_suffix(host: &str) -> Option<(&str, Suffix)> {
    SUFFIXES.iter().find_map(|&(text, suffix)| Some((below(host, text)?, suffix)))
}

/// Everything before the last label (empty if there is nothing), and the last label.
pub(super) fn cut_last(name: &str) -> (&str, &str) {
    text::cut_last(name, b'.').unwrap_or(("", name))
}

/// Whether the text is a single label: not nothing, and no dot.
pub(super) fn is_one_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b != b'.')
}

/// The name without the mark of FIPS endpoints, which stands at the end of any label or as a label in front.
pub(super) fn without_fips(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut rest = Some(name.strip_prefix("fips.").unwrap_or(name));
    while let Some(label) = next_piece(&mut rest, b'.') {
        if !plain.is_empty() {
            plain.push_str(".");
        }
        plain.push_str(label.strip_suffix("-fips").unwrap_or(label));
    }
    plain
}

/// Whether a host is the user's own machine, the only place where plain http is allowed: `localhost`, names under it,
/// 127.0.0.0/8 and `[::1]`. The host is expected as URLs print it, with IPv6 in brackets.
pub fn is_loopback(host: &str) -> bool {
    if host == "[::1]" {
        return true;
    }
    canonical(host)
        .is_some_and(|host| host == "localhost" || below(&host, "localhost").is_some() || is_loopback_ipv4(&host))
}

/// Dotted decimal with all four numbers, as URLs print it. Numbers above 255 need no thought: no URL has such a host.
fn is_loopback_ipv4(host: &str) -> bool {
    host.strip_prefix("127.").is_some_and(|rest| {
        rest.bytes().filter(|b| *b == b'.').count() == 2 && rest.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_canonical() {
        assert_eq!(canonical("A.Example.COM.").as_deref(), Some("a.example.com"));
        assert_eq!(canonical("my_bucket.s3").as_deref(), Some("my_bucket.s3"));
        for host in [
            "", ".", "..", ".a", "a..", "a..b", "a:443", "[::1]", "u@a", "a/b", "a\\b", "a b", "a\0", "é.a", "a%2eb",
            "a?b", "a#b",
        ] {
            assert_eq!(canonical(host), None, "{host:?}");
        }
        assert_eq!(canonical(&"a.".repeat(127)).map(|host| host.len()), Some(253));
        assert_eq!(canonical(&"a.".repeat(128)), None);
    }

    #[test]
    fn no_suffix_is_the_end_of_another() {
        for (i, (longer, _)) in SUFFIXES.iter().enumerate() {
            for (j, (shorter, _)) in SUFFIXES.iter().enumerate() {
                assert!(i == j || below(longer, shorter).is_none(), "{longer} and {shorter}");
            }
        }
    }

    #[test]
    fn fips_marks_are_taken_off_wherever_they_stand() {
        assert_eq!(without_fips("sts-fips.us-east-1"), "sts.us-east-1");
        assert_eq!(without_fips("fips.transcribe.us-east-1"), "transcribe.us-east-1");
        assert_eq!(without_fips("runtime-fips.lex.us-east-1"), "runtime.lex.us-east-1");
        assert_eq!(without_fips("data.iot-fips.us-east-1"), "data.iot.us-east-1");
        assert_eq!(without_fips("fipsy.a-fipsy"), "fipsy.a-fipsy");
    }

    #[test]
    fn the_users_own_machine_is_loopback() {
        for host in ["localhost", "LOCALHOST", "localhost.", "app.localhost", "127.0.0.1", "127.255.0.9", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
    }

    #[test]
    fn nothing_else_is_loopback() {
        for host in [
            "",
            "localhost:80",
            "localhost.example.com",
            "notlocalhost",
            ".localhost",
            "a..localhost",
            "127.0.0.1.example.com",
            "127.0.0",
            "127.1",
            "127.0.0.x",
            "127.0.0.0.1",
            "128.0.0.1",
            "10.0.0.1",
            "0.0.0.0",
            "::1",
            "[::2]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(!is_loopback(host), "{host:?}");
        }
    }
}

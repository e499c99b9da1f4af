//! The form, labels and suffixes of host names.

use super::Partition;

/// AWS's suffixes of service hosts, standard and dual-stack. No suffix ends in another one.
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

/// Who answers under a suffix of AWS.
#[derive(Clone, Copy)]
pub(super) enum Suffix {
    /// The services of a partition. GovCloud is part of the commercial cloud here: only the region tells them apart.
    Services(Partition),
    /// `on.aws`: servers of customers, and a few families in which AWS itself answers.
    OnAws,
}

/// The host in lower case without a trailing dot, or none if it is not a plain DNS name. Ports, IPv6 brackets, user
/// information and characters outside ASCII are refused here, so nothing after this has to handle them.
pub(crate) fn canonical(host: &str) -> Option<String> {
    let host = host.strip_suffix(".").unwrap_or(host);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let are_labels = host.split('.').all(|label| !label.is_empty() && label.bytes().all(is_plain));
    (are_labels && host.len() <= 253).then(|| host.to_ascii_lowercase())
}

/// What stands in front of `suffix`, if the host ends in it and has more labels.
fn below<'a>(host: &'a str, suffix: &str) -> Option<&'a str> {
    host.strip_suffix(suffix)?.strip_suffix(".")
}

/// What stands in front of AWS's suffix, and the suffix.
pub(super) fn split_suffix(host: &str) -> Option<(&str, Suffix)> {
    SUFFIXES.iter().find_map(|&(text, suffix)| Some((below(host, text)?, suffix)))
}

/// Everything before the last label (empty if there is nothing), and the last label.
pub(super) fn split_last_label(name: &str) -> (&str, &str) {
    name.rsplit_once('.').unwrap_or(("", name))
}

/// Whether the text is a single label: not empty and without a dot.
pub(super) fn is_one_label(text: &str) -> bool {
    !text.is_empty() && !text.contains('.')
}

/// The name without the mark of FIPS endpoints: `-fips` at the end of a label, or a first label `fips`.
pub(super) fn without_fips(name: &str) -> String {
    let name = name.strip_prefix("fips.").unwrap_or(name);
    let labels: Vec<_> = name.split('.').map(|label| label.strip_suffix("-fips").unwrap_or(label)).collect();
    labels.join(".")
}

/// Whether a host is the user's own machine, the only one to which plain http is allowed: `localhost`, names below it,
/// 127.0.0.0/8 and `[::1]`. The host is given as URLs print it, IPv6 in brackets.
pub fn is_loopback(host: &str) -> bool {
    if host == "[::1]" {
        return true;
    }
    canonical(host)
        .is_some_and(|host| host == "localhost" || below(&host, "localhost").is_some() || is_loopback_ipv4(&host))
}

/// Whether it is 127. and three more numbers. They may be above 255: no URL has such a host.
fn is_loopback_ipv4(host: &str) -> bool {
    host.strip_prefix("127.").is_some_and(|rest| {
        rest.split('.').count() == 3 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
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

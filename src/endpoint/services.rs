//! From the part of a host in front of the region to the signing name.

use super::host::{cut_last, is_one_label};
use super::table::{GLOBALS, SERVICES};
use super::{Partition, partition_of_region};
use crate::text::{cut, next_piece};

/// The signing name for what stands in front of the region (FIPS mark taken off).
///
/// The table holds what differs. Most services, those to come included, are reached and signed for under one and the
/// same label, and in front of a region and AWS's suffix only AWS gives out such labels: so a single label that is not
/// in the table is its own signing name. Anything longer has to be in the table.
pub(super) fn service_of<'a>(prefix: &'a str, path: &str) -> Option<&'a str> {
    let listed = listed_service(prefix, path);
    listed.or_else(|| is_one_label(prefix).then_some(prefix))
}

/// The signing name that the table or a family of names gives.
pub(super) fn listed_service(prefix: &str, path: &str) -> Option<&'static str> {
    let (id, name) = cut_last(prefix);
    let service = if name == "iot" && is_one_label(id) && id.ends_with("-ats") {
        "iotdata"
    } else if name.starts_with("s3express-") {
        "s3express"
    } else {
        // S3 marks its dual-stack hosts with a label; other services have a suffix for them.
        listed(prefix.strip_suffix(".dualstack").unwrap_or(prefix))?
    };
    Some(by_path(service, prefix, path))
}

/// Looks a prefix up as it stands, then with its first label taken for an id, then with more of them.
fn listed(prefix: &str) -> Option<&'static str> {
    let (mut mark, mut rest) = ("", prefix);
    loop {
        if let Some(service) = lookup(mark, rest) {
            return Some(service);
        }
        mark = if mark.is_empty() { "*." } else { "**." };
        rest = cut(rest, ".")?.1;
    }
}

/// Finds the line of the table that has `mark` followed by `name` as a word. One pass over the bytes:
/// splitting into lines and words takes five times as long.
fn lookup(mark: &str, name: &str) -> Option<&'static str> {
    let (mut service, mut start, mut opens_line) = ("", 0, true);
    let mut next = 0;
    while let Some(&byte) = SERVICES.as_bytes().get(next) {
        let at = next;
        next += 1;
        if byte > b' ' {
            continue;
        }
        if opens_line || at - start == mark.len() + name.len() {
            let word = SERVICES.get(start..at)?;
            if opens_line {
                service = word;
            }
            if word.strip_prefix(mark) == Some(name) {
                return Some(service.strip_prefix(">").unwrap_or(service));
            }
        }
        start = next;
        opens_line = byte == b'\n';
    }
    None
}

/// All of a path that [`by_path`] looks at.
pub(super) fn telling_path(path: &str) -> &'static str {
    match path {
        "/mqtt" => "/mqtt",
        _ if path.starts_with("/v2/") => "/v2/",
        _ => "/",
    }
}

/// Tells apart services that share a host. On Location's hosts, the newer APIs all live below `/v2/`.
fn by_path(service: &'static str, prefix: &str, path: &str) -> &'static str {
    match prefix {
        "maps.geo" if path.starts_with("/v2/") => "geo-maps",
        "places.geo" if path.starts_with("/v2/") => "geo-places",
        "routes.geo" if path.starts_with("/v2/") => "geo-routes",
        _ if service == "iotdata" && path == "/mqtt" => "iotdevicegateway",
        _ => service,
    }
}

/// The region that a host without one signs for, in the given partition.
pub(super) fn global_region(name: &str, partition: Partition) -> Option<&'static str> {
    let mut lines = Some(GLOBALS);
    let line = core::iter::from_fn(|| next_piece(&mut lines, b'\n'))
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(" "))?;
    let mut regions = Some(line);
    core::iter::from_fn(|| next_piece(&mut regions, b' ')).find(|region| partition_of_region(region) == Some(partition))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_each_prefix_once() {
        let mut words: Vec<_> = SERVICES.split_ascii_whitespace().collect();
        let count = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), count);
    }

    #[test]
    fn every_global_name_is_a_known_service_with_known_regions() {
        for line in GLOBALS.split('\n') {
            let mut words = line.split(' ');
            let name = words.next().unwrap_or_default();
            assert!(is_one_label(name), "{name}");
            assert!(words.clone().count() > 0 && words.all(super::super::is_region), "{line}");
        }
    }

    #[test]
    fn no_part_of_a_line_is_a_prefix() {
        for text in ["", "x", "mobiletargeting", "sts\nsupport", "email mail-manager", "st"] {
            assert_eq!(listed_service(text, "/"), None, "{text:?}");
        }
    }

    #[test]
    fn a_global_name_must_match_whole() {
        assert_eq!(global_region("iam", Partition::AwsCn), Some("cn-north-1"));
        assert_eq!(global_region("ia", Partition::Aws), None);
        assert_eq!(global_region("", Partition::Aws), None);
        assert_eq!(global_region("waf", Partition::AwsCn), None);
    }
}

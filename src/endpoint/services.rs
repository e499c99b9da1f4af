//! Finds the signing name for the part of a host in front of the region.

use super::host::{is_one_label, split_last_label};
use super::table::{GLOBALS, SERVICES};
use super::{Partition, partition_of_region};

/// The signing name for what stands in front of the region (FIPS mark taken off).
///
/// The table holds the exceptions. Most services, those to come included, have a single label that is both prefix and
/// signing name, and in front of a region and AWS's suffix only AWS gives out labels. So a single label that is not in
/// the table is its own signing name; anything longer has to be in the table.
pub(super) fn service_of<'a>(prefix: &'a str, path: &str) -> Option<&'a str> {
    let listed = listed_service(prefix, path);
    listed.or_else(|| is_one_label(prefix).then_some(prefix))
}

/// The signing name by the table or a family of names.
pub(super) fn listed_service(prefix: &str, path: &str) -> Option<&'static str> {
    let (id, name) = split_last_label(prefix);
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

/// Looks up a prefix as it is, then with its first label taken as an id, then with more labels taken as a name.
fn listed(prefix: &str) -> Option<&'static str> {
    let (mut wildcard, mut rest) = ("", prefix);
    loop {
        if let Some(service) = lookup(wildcard, rest) {
            return Some(service);
        }
        wildcard = if wildcard.is_empty() { "*." } else { "**." };
        (_, rest) = rest.split_once('.')?;
    }
}

/// The service whose line in the table contains the word `wildcard` + `name`.
fn lookup(wildcard: &str, name: &str) -> Option<&'static str> {
    SERVICES.lines().find_map(|line| {
        let has_word = line.split(' ').any(|word| word.strip_prefix(wildcard) == Some(name));
        let service = line.split(' ').next()?;
        has_word.then(|| service.strip_prefix('>').unwrap_or(service))
    })
}

/// The part of a path that [`by_path`] distinguishes.
pub(super) fn significant_path(path: &str) -> &'static str {
    match path {
        "/mqtt" => "/mqtt",
        _ if path.starts_with("/v2/") => "/v2/",
        _ => "/",
    }
}

/// Tells services apart that share a host. On Location's hosts, the paths of the newer APIs start with `/v2/`.
fn by_path(service: &'static str, prefix: &str, path: &str) -> &'static str {
    match prefix {
        "maps.geo" if path.starts_with("/v2/") => "geo-maps",
        "places.geo" if path.starts_with("/v2/") => "geo-places",
        "routes.geo" if path.starts_with("/v2/") => "geo-routes",
        _ if service == "iotdata" && path == "/mqtt" => "iotdevicegateway",
        _ => service,
    }
}

/// The region that requests to a host without a region are signed for, in this partition.
pub(super) fn global_region(name: &str, partition: Partition) -> Option<&'static str> {
    let regions = GLOBALS.split('\n').find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    regions.split(' ').find(|region| partition_of_region(region) == Some(partition))
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

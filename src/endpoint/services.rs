//! From the part of a host in front of the region to the signing name.

use super::host::{cut_last, is_one_label};
use super::table::{GLOBALS, SERVICES};
use super::{Partition, partition_of_region};

/// The signing name for what stands in front of the region (FIPS mark taken off).
///
/// A name that is neither in the table nor of a known family has none. Taking an unknown name for a service would
/// need fewer bytes, but then a slip of the pen (`dynamdb`) would sign instead of being explained, and every future
/// name under the suffixes would be trusted unseen.
pub(super) fn service_of(prefix: &str, path: &str) -> Option<&'static str> {
    let service = lookup("", prefix).or_else(|| behind_id(prefix))?;
    Some(by_path(service, prefix, path))
}

/// A service that has something of the customer's in front of its name.
fn behind_id(prefix: &str) -> Option<&'static str> {
    let prefix = prefix.strip_suffix(".dualstack").unwrap_or(prefix);
    let (id, name) = cut_last(prefix);
    if name == "iot" && is_one_label(id) && id.ends_with("-ats") {
        return Some("iotdata");
    }
    if name.starts_with("s3express-") {
        return Some("s3express");
    }
    let mut mark = "";
    let mut rest = prefix;
    loop {
        if let Some(service) = lookup(mark, rest) {
            return Some(service);
        }
        mark = if mark.is_empty() { "*." } else { "**." };
        rest = rest.split_once('.')?.1;
    }
}

/// Finds the line of the table that has `mark` followed by `name` as a word.
fn lookup(mark: &str, name: &str) -> Option<&'static str> {
    let line = SERVICES.split('\n').find(|line| line.split(' ').any(|word| word.strip_prefix(mark) == Some(name)))?;
    let service = line.split(' ').next()?;
    Some(service.strip_prefix('>').unwrap_or(service))
}

/// Tells apart services that share a host. On Location's hosts, the newer APIs all live below `/v2/`.
fn by_path(service: &'static str, prefix: &str, path: &str) -> &'static str {
    match (service, prefix) {
        ("geo", "maps.geo") if path.starts_with("/v2/") => "geo-maps",
        ("geo", "places.geo") if path.starts_with("/v2/") => "geo-places",
        ("geo", "routes.geo") if path.starts_with("/v2/") => "geo-routes",
        ("iotdata", _) if path == "/mqtt" => "iotdevicegateway",
        _ => service,
    }
}

/// The region that a host without one signs for, in the given partition.
pub(super) fn global_region(name: &str, partition: Partition) -> Option<&'static str> {
    let line = GLOBALS.split('\n').find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.split(' ').find(|region| partition_of_region(region) == Some(partition))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_each_prefix_once() {
        let mut words: Vec<_> = SERVICES.split([' ', '\n']).collect();
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
            assert!(lookup("", name).is_some(), "{name}");
            assert!(words.clone().count() > 0 && words.all(super::super::is_region), "{line}");
        }
    }

    #[test]
    fn no_part_of_a_line_is_a_prefix() {
        for text in ["", "x", "mobiletargeting", "sts\nsupport", "email mail-manager", "st"] {
            assert_eq!(service_of(text, "/"), None, "{text:?}");
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

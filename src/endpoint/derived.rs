//! Hosts that are derived: from a service and a region, or from the other host of an AppSync API.

use super::host::{Suffix, canonical, split_last_label, split_suffix};
use super::partition_of_region;

/// The regional host of a service whose host begins with its signing name, such as `sts`. None if `region` is not a
/// region.
pub fn service_host(service: &str, region: &str) -> Option<String> {
    let suffix = partition_of_region(region)?.dns_suffix();
    Some(format!("{service}.{region}.{suffix}"))
}

/// The HTTP host of the AppSync API behind a realtime host. Connections and subscriptions go to the realtime host, but
/// are signed for this one. None for any other host.
pub fn appsync_http_host(realtime_host: &str) -> Option<String> {
    replace_family(realtime_host, REALTIME_FAMILY, HTTP_FAMILY)
}

/// The realtime host of the AppSync API behind an HTTP host. None for any other host.
pub fn appsync_realtime_host(http_host: &str) -> Option<String> {
    replace_family(http_host, HTTP_FAMILY, REALTIME_FAMILY)
}

/// Whether a host is under one of AWS's suffixes, whatever answers there.
pub fn is_aws_host(host: &str) -> bool {
    canonical(host).is_some_and(|host| split_suffix(&host).is_some())
}

const HTTP_FAMILY: &str = ".appsync-api";
const REALTIME_FAMILY: &str = ".appsync-realtime-api";

fn replace_family(host: &str, from: &str, to: &str) -> Option<String> {
    let host = canonical(host)?;
    let (name, suffix) = split_suffix(&host)?;
    let Suffix::Services(partition) = suffix else { return None };
    let (front, region) = split_last_label(name);
    partition.of_served_region(region)?;
    let api_id = front.strip_suffix(from)?;
    let region_and_suffix = host.strip_prefix(front)?;
    (!api_id.contains('.')).then(|| [api_id, to, region_and_suffix].concat())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn regions_give_the_hosts_of_cognito_and_sts() {
        for (region, cognito, sts) in [
            ("eu-west-1", "cognito-identity.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com"),
            ("us-gov-west-1", "cognito-identity.us-gov-west-1.amazonaws.com", "sts.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", "cognito-identity.cn-north-1.amazonaws.com.cn", "sts.cn-north-1.amazonaws.com.cn"),
            ("eusc-de-east-1", "cognito-identity.eusc-de-east-1.amazonaws.eu", "sts.eusc-de-east-1.amazonaws.eu"),
        ] {
            assert_eq!(service_host("cognito-identity", region).as_deref(), Some(cognito));
            assert_eq!(service_host("sts", region).as_deref(), Some(sts));
        }
    }

    #[test]
    fn no_host_is_made_from_what_is_not_a_region() {
        for region in ["", "us-east", "us-east-1.evil.com", "evil.com/us-east-1", "us-east-1\r\n"] {
            assert_eq!(service_host("cognito-identity", region), None, "{region:?}");
            assert_eq!(service_host("sts", region), None, "{region:?}");
        }
    }

    #[test]
    fn the_two_hosts_of_an_appsync_api_give_each_other() {
        for (http, realtime) in [
            ("abc123.appsync-api.us-east-1.amazonaws.com", "abc123.appsync-realtime-api.us-east-1.amazonaws.com"),
            ("abc.appsync-api.cn-north-1.amazonaws.com.cn", "abc.appsync-realtime-api.cn-north-1.amazonaws.com.cn"),
        ] {
            assert_eq!(appsync_http_host(realtime).as_deref(), Some(http));
            assert_eq!(appsync_realtime_host(http).as_deref(), Some(realtime));
            assert_eq!((appsync_http_host(http), appsync_realtime_host(realtime)), (None, None));
        }
        assert_eq!(
            appsync_http_host("Abc123.appsync-realtime-api.us-east-1.amazonaws.com.").as_deref(),
            Some("abc123.appsync-api.us-east-1.amazonaws.com")
        );
    }

    #[test]
    fn other_hosts_give_no_appsync_host() {
        for (front, end) in [
            ("", ".us-east-1.amazonaws.com"),
            ("a.b.", ".us-east-1.amazonaws.com"),
            ("abc.", ".us-east-1.amazonaws.com.evil.com"),
            ("abc.", ".us-east-1.amazonaws.com.cn"),
            ("abc.", ".amazonaws.com"),
            ("abc.", ".us-east-1.on.aws"),
            ("abc.", ".example.com"),
            (".", ".us-east-1.amazonaws.com"),
        ] {
            let host = format!("{front}appsync-realtime-api{end}");
            assert_eq!(appsync_http_host(&host), None, "{host}");
            let host = format!("{front}appsync-api{end}");
            assert_eq!(appsync_realtime_host(&host), None, "{host}");
        }
    }
}

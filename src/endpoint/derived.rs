//! Hosts that follow from something else: from a region, or from the host of a socket.

use super::host::{Suffix, canonical, cut_last, split_suffix};
use super::partition_of_region;
use crate::text::concat;

/// The regional host of a service that is called by its signing name, such as `sts`. `None` if `region` is not one.
pub fn service_host(service: &str, region: &str) -> Option<String> {
    let suffix = partition_of_region(region)?.dns_suffix();
    Some(concat(&[service, ".", region, ".", suffix]))
}

/// The HTTP host of the API behind an AppSync realtime host; its name is the one that is signed, although the socket
/// goes to the other. `None` for every other host.
pub fn appsync_http_host(host: &str) -> Option<String> {
    let host = canonical(host)?;
    let (name, suffix) = split_suffix(&host)?;
    let Suffix::Services(partition) = suffix else { return None };
    let (front, region) = cut_last(name);
    partition.of_served_region(region)?;
    let id = front.strip_suffix(".appsync-realtime-api")?;
    let tail = host.strip_prefix(front)?;
    (!id.contains('.')).then(|| concat(&[id, ".appsync-api", tail]))
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
    fn a_realtime_host_gives_the_http_host_of_its_api() {
        assert_eq!(
            appsync_http_host("Abc123.appsync-realtime-api.us-east-1.amazonaws.com.").as_deref(),
            Some("abc123.appsync-api.us-east-1.amazonaws.com")
        );
        assert_eq!(
            appsync_http_host("abc.appsync-realtime-api.cn-north-1.amazonaws.com.cn").as_deref(),
            Some("abc.appsync-api.cn-north-1.amazonaws.com.cn")
        );
    }

    #[test]
    fn other_hosts_give_no_appsync_host() {
        for host in [
            "abc.appsync-api.us-east-1.amazonaws.com",
            "appsync-realtime-api.us-east-1.amazonaws.com",
            "a.b.appsync-realtime-api.us-east-1.amazonaws.com",
            "abc.appsync-realtime-api.us-east-1.amazonaws.com.evil.com",
            "abc.appsync-realtime-api.us-east-1.amazonaws.com.cn",
            "abc.appsync-realtime-api.amazonaws.com",
            "api.example.com",
        ] {
            assert_eq!(appsync_http_host(host), None, "{host}");
        }
    }
}

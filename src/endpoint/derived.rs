//! Hosts that are derived: from a service and a region, or from the other host of an AppSync API.

use super::host::{canonical, split_suffix};
use super::partition_of_region;

/// The regional host of a service whose host begins with its signing name, such as `sts`. None if `region` is not a
/// region.
pub fn service_host(service: &str, region: &str) -> Option<String> {
    let suffix = partition_of_region(region)?.dns_suffix();
    Some(format!("{service}.{region}.{suffix}"))
}

/// The HTTP host and the realtime host of the AppSync API that one of them belongs to: connections and subscriptions go to
/// the realtime host, but are signed for the other. It goes by the form alone, not by who answers there. None for a host
/// of any other form.
pub fn appsync_hosts(host: &str) -> Option<(String, String)> {
    let (api_id, rest) = host.split_once('.')?;
    let end = rest.strip_prefix(HTTP_LABEL).or_else(|| rest.strip_prefix(REALTIME_LABEL))?;
    let end = end.strip_prefix('.').filter(|end| !api_id.is_empty() && !end.is_empty())?;
    let host = |label| [api_id, ".", label, ".", end].concat();
    Some((host(HTTP_LABEL), host(REALTIME_LABEL)))
}

/// Whether a host is under one of AWS's suffixes, whatever answers there.
pub fn is_aws_host(host: &str) -> bool {
    canonical(host).is_some_and(|host| split_suffix(&host).is_some())
}

const HTTP_LABEL: &str = "appsync-api";
const REALTIME_LABEL: &str = "appsync-realtime-api";

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
    fn either_host_of_an_appsync_api_gives_both() {
        for end in ["us-east-1.amazonaws.com", "cn-north-1.amazonaws.com.cn", "localhost"] {
            let hosts = (format!("abc.appsync-api.{end}"), format!("abc.appsync-realtime-api.{end}"));
            assert_eq!(appsync_hosts(&hosts.0).as_ref(), Some(&hosts));
            assert_eq!(appsync_hosts(&hosts.1).as_ref(), Some(&hosts));
        }
    }

    #[test]
    fn hosts_of_other_forms_give_none() {
        for host in [
            "",
            "abc",
            "appsync-api.us-east-1.amazonaws.com",
            ".appsync-api.us-east-1.amazonaws.com",
            "a.b.appsync-api.us-east-1.amazonaws.com",
            "abc.appsync-api",
            "abc.appsync-api.",
            "abc.appsync-apis.us-east-1.amazonaws.com",
            "abc.xappsync-api.us-east-1.amazonaws.com",
            "api.example.com",
        ] {
            assert_eq!(appsync_hosts(host), None, "{host}");
        }
    }
}

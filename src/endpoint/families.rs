//! Host families with a label between the region and the suffix, or with a suffix of their own.

use super::host::{is_one_label, split_last_label};
use super::services::{listed_service, service_of};

/// OpenSearch domains: the region stands in front of `es`.
pub(super) fn search_domain(front: &str) -> Option<&'static str> {
    let named = front.starts_with("search-") || front.starts_with("vpc-");
    (named && is_one_label(front)).then_some("es")
}

/// OpenSearch Serverless collections: the region stands in front of `aoss`.
pub(super) fn collection(front: &str) -> Option<&'static str> {
    is_one_label(front).then_some("aoss")
}

/// Interface endpoints of AWS's services in a VPC: `vpce-{id}` directly in front of the service, or, for S3, anywhere in
/// front of it. `vpce-svc-{id}` in that place is a service that a customer offers.
pub(super) fn interface_endpoint<'a>(front: &'a str, path: &str) -> Option<&'a str> {
    let (id, prefix) = front.split_once('.')?;
    let is_aws_service = id.starts_with("vpce-") && !prefix.starts_with("vpce-");
    listed_service(front, path).or_else(|| if is_aws_service { service_of(prefix, path) } else { None })
}

/// Service and region of a host under `on.aws`: function URLs, dual-stack OpenSearch domains, OpenSearch Serverless.
pub(super) fn on_aws(name: &str) -> Option<(&'static str, &str)> {
    let (front, region) = split_last_label(name);
    let (id, family) = split_last_label(front);
    let service = match family {
        "lambda-url" => "lambda",
        "aos" => "es",
        "aoss" => "aoss",
        _ => return None,
    };
    is_one_label(id).then_some((service, region))
}

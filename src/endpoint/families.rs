//! Host families in which a label stands between the region and the suffix, or whose suffix is not the services' own.

use super::host::{cut_last, is_one_label};
use super::services::{listed_service, service_of};
use crate::text::cut;

/// OpenSearch domains, whose region stands in front of `es`.
pub(super) fn search_domain(front: &str) -> Option<&'static str> {
    let named = front.starts_with("search-") || front.starts_with("vpc-");
    (named && is_one_label(front)).then_some("es")
}

/// OpenSearch Serverless collections, whose region stands in front of `aoss`.
pub(super) fn collection(front: &str) -> Option<&'static str> {
    is_one_label(front).then_some("aoss")
}

/// Interface endpoints of AWS's own services inside a VPC: `vpce-{id}` in front of a prefix, or, with S3, anywhere in
/// front of it. Services that customers offer the same way are called `vpce-svc-{id}`.
pub(super) fn interface_endpoint<'a>(front: &'a str, path: &str) -> Option<&'a str> {
    let (id, prefix) = cut(front, ".")?;
    let is_awss = id.starts_with("vpce-") && !prefix.starts_with("vpce-");
    listed_service(front, path).or_else(|| if is_awss { service_of(prefix, path) } else { None })
}

/// Service and region of a host under `on.aws`: function URLs, dual-stack OpenSearch domains, OpenSearch Serverless.
pub(super) fn on_aws(name: &str) -> Option<(&'static str, &str)> {
    let (front, region) = cut_last(name);
    let (id, family) = cut_last(front);
    let service = match family {
        "lambda-url" => "lambda",
        "aos" => "es",
        "aoss" => "aoss",
        _ => return None,
    };
    is_one_label(id).then_some((service, region))
}

//! Reads from a host name what its requests are signed for: service, region and partition.
//!
//! A host is recognised only if AWS itself answers there: a service's own name under one of AWS's suffixes, or one of
//! the families in which AWS puts a customer's id in front of a service. Servers that customers run under the same
//! suffixes (instances, load balancers, static sites) are not, because the receiver of a signed request gets a session
//! token. An unknown host is therefore an error, never a guess.

mod derived;
mod families;
mod host;
mod known;
mod partition;
mod services;
mod table;

pub use derived::{appsync_hosts, is_aws_host, service_host};
pub use host::is_loopback;
pub use known::KnownHosts;
pub use partition::{Partition, is_region, partition_of_region};

pub(crate) use host::canonical;
use host::{Suffix, split_last_label, split_suffix, without_fips};
use services::{global_region, listed_service, service_of};

/// How requests to a host are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The signing name, which often differs from the name in the host (`email` signs as `ses`).
    pub service: String,
    /// The signing region.
    pub region: String,
    /// The partition the region belongs to.
    pub partition: Partition,
}

/// Why a host is not recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unrecognised {
    /// Not a host name under one of AWS's suffixes: a custom domain, a CDN, a proxy.
    NotAws,
    /// Under an AWS suffix, but not a known service, or a name behind which customers run their own servers.
    UnknownService,
    /// The service is known, but this host does not tell its region.
    RegionNotInHost {
        /// The signing name of the service.
        service: &'static str,
    },
}

use Unrecognised::{NotAws, RegionNotInHost, UnknownService};

/// Reads service, region and partition from `host` (without port, in any case; one trailing dot is allowed).
///
/// `path` is the URL's path without its query. It matters for the few hosts on which two services live: Location's
/// `maps.geo`, `places.geo` and `routes.geo`, and IoT's data hosts.
pub fn recognise(host: &str, path: &str) -> Result<Endpoint, Unrecognised> {
    let host = canonical(host).ok_or(NotAws)?;
    let (name, suffix) = split_suffix(&host).ok_or(NotAws)?;
    let name = without_fips(name);
    let (service, region, partition) = read(&name, suffix, path)?;
    // A region under the suffix of another partition is a mistake or an attack.
    let partition = partition.of_served_region(region).ok_or(UnknownService)?;
    Ok(Endpoint { service: service.to_owned(), region: region.to_owned(), partition })
}

/// Service and region in the part of a host in front of the suffix, and the partition that the region must belong to.
fn read<'a>(name: &'a str, suffix: Suffix, path: &str) -> Result<(&'a str, &'a str, Partition), Unrecognised> {
    let Suffix::Services(partition) = suffix else {
        // Customers run servers under on.aws too, so only AWS's own families are recognised there.
        let (service, region) = families::on_aws(name).ok_or(UnknownService)?;
        return Ok((service, region, Partition::Aws));
    };
    let (name, partition) = match name.strip_suffix(".us-gov") {
        Some(name) if partition == Partition::Aws => (name, Partition::AwsUsGov),
        _ => (name, partition),
    };
    if let Some((service, region)) = regional(name, path) {
        return Ok((service, region, partition));
    }
    let name = name.strip_suffix(".global").unwrap_or(name);
    let listed = listed_service(name, path);
    // In front of S3's own name stands that of a bucket.
    let key = if listed == Some("s3") { split_last_label(name).1 } else { name };
    match (listed, global_region(key, partition)) {
        (listed, Some(region)) => Ok((listed.unwrap_or(key), region, partition)),
        (Some(service), None) => Err(RegionNotInHost { service }),
        (None, None) => Err(UnknownService),
    }
}

/// Hosts with a region label.
fn regional<'a>(name: &'a str, path: &str) -> Option<(&'a str, &'a str)> {
    let (front, last) = split_last_label(name);
    if is_region(last) {
        return Some((service_of(front, path)?, last));
    }
    // S3's oldest form has service and region in one label.
    if let Some(region) = last.strip_prefix("s3-")
        && is_region(region)
    {
        return Some(("s3", region));
    }
    // Only in front of these labels is it a region; elsewhere it is the name of a bucket or of a server.
    let (front, region) = split_last_label(front);
    let service = match last {
        "es" => families::search_domain(front),
        "aoss" => families::collection(front),
        "vpce" => families::interface_endpoint(front, path),
        _ => None,
    };
    is_region(region).then_some((service?, region))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

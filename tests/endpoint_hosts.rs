//! Every host in botocore's rules is read as botocore signs it, and no other text is taken for one.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use proptest::sample::{Index, select};
use sigfetch::endpoint::{
    Partition, Unrecognised, appsync_hosts, is_loopback, is_region, partition_of_region, recognise, service_host,
};

const SERVICE_HOSTS: &str = include_str!("vectors/endpoint/service-hosts.csv");
const SIGNING_NAMES: &str = include_str!("vectors/endpoint/signing-names.csv");

const COMMERCIAL: [&str; 4] = ["us-east-1", "ap-northeast-3", "eu-central-2", "mx-central-1"];
const GOV: [&str; 2] = ["us-gov-east-1", "us-gov-west-1"];
const CHINA: [&str; 2] = ["cn-north-1", "cn-northwest-1"];

/// What hosts that are recognised may end in.
const SUFFIXES: [&str; 15] = [
    ".amazonaws.com",
    ".api.aws",
    ".on.aws",
    ".amazonaws.com.cn",
    ".api.amazonwebservices.com.cn",
    ".amazonaws.eu",
    ".api.amazonwebservices.eu",
    ".c2s.ic.gov",
    ".api.aws.ic.gov",
    ".sc2s.sgov.gov",
    ".api.aws.scloud",
    ".cloud.adc-e.uk",
    ".api.cloud-aws.adc-e.uk",
    ".csp.hci.ic.gov",
    ".api.aws.hci.ic.gov",
];

/// One row of `service-hosts.csv`.
#[derive(Clone, Copy)]
struct Row {
    host: &'static str,
    service: &'static str,
    region: &'static str,
    suffixes: &'static str,
}

fn rows() -> impl Iterator<Item = Row> {
    SERVICE_HOSTS.lines().skip(1).map(|line| {
        let cells: Vec<_> = line.split(',').collect();
        let [host, service, region, _, suffixes] = cells[..] else {
            panic!("not five cells: {line}");
        };
        Row { host, service, region, suffixes }
    })
}

/// Regions of the partitions that a suffix serves.
fn regions_under(suffix: &str) -> Vec<&'static str> {
    match suffix {
        "amazonaws.com" | "api.aws" => [&COMMERCIAL[..], &GOV].concat(),
        "amazonaws.com.cn" | "api.amazonwebservices.com.cn" => CHINA.to_vec(),
        _ => panic!("the data has a suffix this test does not know: {suffix}"),
    }
}

/// The row's hosts under one suffix, each with the region it stands for.
fn hosts(row: Row, suffix: &str) -> Vec<(String, &'static str)> {
    let fill = |region: &str| {
        let name = row.host.replace("{region}", region);
        let name = name.replace("{AccountId}", "123456789012").replace("{RequestRoute}", "my.bucket");
        format!("{name}.{suffix}")
    };
    if !row.host.contains("{region}") {
        return vec![(fill(""), row.region)];
    }
    let regions = regions_under(suffix).into_iter();
    // This label exists in GovCloud only.
    let regions = regions.filter(|region| !row.host.ends_with(".us-gov") || GOV.contains(region));
    regions.map(|region| (fill(region), region)).collect()
}

/// Rows that are read otherwise by design. Each is asserted below; a row that needs no exception must not be here.
#[derive(PartialEq)]
enum Exception {
    /// The console's sign-in pages: not API endpoints, and not under AWS's service suffixes.
    NotAnEndpoint,
    /// The rules leave the region open; AWS's documentation names it, or the caller must.
    RegionLeftOpen,
    /// GovCloud rows on a host that is also the commercial one (or differs from it in the suffix only).
    SharedWithGovCloud,
    /// The data itself gives two answers for one host; the other row is the one that is followed.
    OtherRowFollowed,
}

fn exception(row: Row) -> Option<Exception> {
    let name = row.host.replace("-fips", "");
    match (name.as_str(), row.service, row.region) {
        _ if row.suffixes.is_empty() => Some(Exception::NotAnEndpoint),
        (_, _, "?") => Some(Exception::RegionLeftOpen),
        ("budgets" | "cloudfront", _, "us-gov-west-1") => Some(Exception::SharedWithGovCloud),
        ("importexport.{region}", "importexport", _)
        | ("importexport.{region}" | "api.sustainability.{region}", _, "us-east-1") => {
            Some(Exception::OtherRowFollowed)
        }
        _ => None,
    }
}

/// A path on which the row's service answers.
fn path_for(service: &str) -> &'static str {
    if service.starts_with("geo-") { "/v2/x" } else { "/" }
}

fn scope(host: &str, path: &str) -> Result<(String, String), Unrecognised> {
    recognise(host, path).map(|endpoint| (endpoint.service, endpoint.region))
}

#[test]
fn every_host_of_the_data_is_read_as_botocore_signs_it() {
    let (mut read, mut excepted) = (0, 0);
    for row in rows() {
        if exception(row).is_some() {
            excepted += 1;
            continue;
        }
        for suffix in row.suffixes.split('|') {
            for (host, region) in hosts(row, suffix) {
                let expected = Ok((row.service.to_owned(), region.to_owned()));
                assert_eq!(scope(&host, path_for(row.service)), expected, "{host}");
                read += 1;
            }
        }
    }
    assert_eq!((rows().count(), excepted), (1096, 17));
    assert!(read > 10_000, "only {read} hosts");
}

#[test]
fn exceptions_behave_as_their_reason_says() {
    for row in rows() {
        let Some(exception) = exception(row) else { continue };
        if exception == Exception::NotAnEndpoint {
            let host = row.host.replace("{region}", "us-east-1");
            assert_eq!(scope(&host, "/"), Err(Unrecognised::NotAws), "{host}");
            continue;
        }
        for suffix in row.suffixes.split('|') {
            for (host, region) in hosts(row, suffix) {
                let expected = match exception {
                    Exception::RegionLeftOpen if row.service == "sdb" => Ok(("sdb", "us-east-1")),
                    Exception::RegionLeftOpen => {
                        // Which of the two it is depends on whether the table has a line for the service.
                        assert!(scope(&host, "/").is_err(), "{host}");
                        continue;
                    }
                    Exception::SharedWithGovCloud => Ok((row.service, "us-east-1")),
                    Exception::OtherRowFollowed if row.service == "importexport" => Ok(("IngestionService", region)),
                    _ => Ok((row.service, region)),
                };
                let expected = expected.map(|(service, region): (&str, &str)| (service.to_owned(), region.to_owned()));
                assert_eq!(scope(&host, "/"), expected, "{host}");
            }
        }
    }
}

#[test]
fn every_endpoint_prefix_gives_its_signing_name() {
    for line in SIGNING_NAMES.lines().skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        let [prefix, service, ..] = cells[..] else { panic!("too few cells: {line}") };
        // One host, two names: service-hosts.csv has the other row as well.
        let service = if prefix == "importexport" { "IngestionService" } else { service };
        for region in COMMERCIAL {
            let host = format!("{prefix}.{region}.amazonaws.com");
            let expected = Ok((service.to_owned(), region.to_owned()));
            assert_eq!(scope(&host, path_for(service)), expected, "{host}");
        }
    }
}

#[test]
fn derived_hosts_are_recognised_as_what_they_are_for() {
    for region in [&COMMERCIAL[..], &GOV, &CHINA, &["eusc-de-east-1", "us-iso-east-1", "eu-isoe-west-1"]].concat() {
        let cognito = service_host("cognito-identity", region).unwrap();
        assert_eq!(scope(&cognito, "/"), Ok(("cognito-identity".to_owned(), region.to_owned())));
        assert_eq!(scope(&service_host("sts", region).unwrap(), "/"), Ok(("sts".to_owned(), region.to_owned())));
    }
}

/// A host that is recognised, from the data.
fn real_host() -> impl Strategy<Value = String> {
    let all: Vec<String> = rows()
        .filter(|row| exception(*row).is_none())
        .flat_map(|row| row.suffixes.split('|').map(move |suffix| hosts(row, suffix).swap_remove(0).0))
        .collect();
    select(all)
}

/// Text that stays close to host names, so that it often gets past the first checks.
fn host_like() -> impl Strategy<Value = String> {
    let words = [
        ".",
        "-",
        "s3",
        "s3-",
        "fips",
        "-fips",
        "dualstack",
        "us-east-1",
        "us-gov-west-1",
        "cn-north-1",
        "execute-api",
        "appsync-realtime-api",
        "appsync-api",
        "iot",
        "-ats",
        "geo",
        "vpce",
        "vpce-1",
        "us-gov",
        "global",
        "es",
        "aoss",
        "on.aws",
        "lambda-url",
        "amazonaws.com",
        "api.aws",
        "amazonaws.com.cn",
        "evil",
        "é",
        "。",
        "\0",
        ":443",
        ">",
        "\n",
    ];
    prop::collection::vec(select(words.to_vec()), 0..12).prop_map(|words| words.concat())
}

/// Everything the room offers, on one text: it must return, whatever the text.
fn read_all(text: &str, path: &str) {
    let host = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    if let Ok(endpoint) = recognise(text, path) {
        assert!(SUFFIXES.iter().any(|suffix| host.ends_with(suffix)), "{text:?} is recognised");
        assert_eq!(partition_of_region(&endpoint.region), Some(endpoint.partition));
        assert!(endpoint.partition == Partition::AwsCn || !host.ends_with(".cn"), "{text:?}");
        assert!(host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "{text:?}");
    }
    if let Some(hosts) = appsync_hosts(&host) {
        assert!(hosts.0 == host || hosts.1 == host, "{text:?}");
        for other in [&hosts.0, &hosts.1] {
            assert_eq!(scope(other, path), scope(text, path), "{text:?}");
            assert_eq!(appsync_hosts(other).as_ref(), Some(&hosts), "{text:?}");
        }
    }
    if is_loopback(text) {
        assert_eq!(recognise(text, path), Err(Unrecognised::NotAws));
    }
    assert_eq!(is_region(text), service_host("cognito-identity", text).is_some());
    assert_eq!(is_region(text), service_host("sts", text).is_some());
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in any::<String>(), path in any::<String>()) {
        read_all(&text, &path);
    }

    #[test]
    fn text_like_hosts_is_read_without_panic(text in host_like(), path in select(vec!["/", "/mqtt", "/v2/"])) {
        read_all(&text, path);
    }

    #[test]
    fn changed_hosts_are_read_without_panic(
        host in real_host(),
        at in any::<Index>(),
        with in any::<char>(),
        cut in any::<bool>(),
    ) {
        let mut chars: Vec<char> = host.chars().collect();
        let at = at.index(chars.len());
        if cut { chars.truncate(at) } else { chars.insert(at, with) }
        read_all(&chars.into_iter().collect::<String>(), "/");
    }

    #[test]
    fn a_known_host_is_no_longer_known_under_another_name(host in real_host(), tail in "[a-z]{1,9}(\\.[a-z]{2,6})?") {
        let others = [
            format!("{host}.{tail}"),
            format!("{host}{tail}"),
            format!("{tail}.com/{host}"),
            format!("{host}@{tail}"),
        ];
        for other in others {
            prop_assert_eq!(recognise(&other, "/"), Err(Unrecognised::NotAws));
        }
    }

    #[test]
    fn case_does_not_matter(host in real_host()) {
        prop_assert_eq!(recognise(&host.to_ascii_uppercase(), "/"), recognise(&host, "/"));
    }

    #[test]
    fn a_server_in_front_of_a_known_host_is_not_trusted_for_it(host in real_host(), name in "[a-z]{1,9}\\.[a-z]{1,9}") {
        // Only S3 takes any name in front: those are buckets.
        if let Ok(endpoint) = recognise(&format!("{name}.{host}"), "/") {
            prop_assert!(endpoint.service.starts_with("s3"), "{name}.{host} signs as {}", endpoint.service);
        }
    }
}

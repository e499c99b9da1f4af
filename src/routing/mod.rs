//! Where a request may go and what it is signed for: declared endpoints first, then AWS's own hosts, both refined by
//! `init.aws`. Any other host gets no credentials.

mod declared;
mod host_pattern;
mod path_escape;
mod placement;
mod sign_as;

pub use declared::{DeclaredEndpoint, InvalidMember};
pub use host_pattern::HostPattern;
pub(crate) use placement::{check_header_signing, check_presigning};
pub use sign_as::SignAs;

use crate::endpoint::{Endpoint, KnownHosts, Unrecognised, is_loopback, is_region};
use crate::error::{Code, Error};
use crate::http::Url;
use crate::sigv4::{Scope, SigningRequest, effective_payload_hash, is_signing_name, takes_unsigned_payload};
use path_escape::may_lead_upward;

/// What the options say about where credentials may go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules<'a> {
    /// The declared endpoints, which are allowed by being declared.
    pub declared: &'a [DeclaredEndpoint],
    /// Which of AWS's hosts may be called without being declared; none for all of them.
    pub allowed: Option<&'a [HostPattern]>,
    /// The client's own region, for declared endpoints without one.
    pub region: Option<&'a str>,
}

/// What `init.aws` says about one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides<'a> {
    /// The signing name.
    pub service: Option<&'a str>,
    /// The region.
    pub region: Option<&'a str>,
    /// What to sign for, as [`SignAs::parse`] reads it.
    pub sign_as: Option<&'a str>,
    /// Whether the body is left out of the signature.
    pub unsigned_payload: bool,
}

/// What a request is signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningTarget {
    /// Service and region.
    pub scope: Scope,
    /// The value of `host` that is signed.
    pub host: String,
    /// The path that is signed; none if it is the one that is sent.
    pub path: Option<String>,
    /// Whether the body is left out of the signature.
    pub unsigned_payload: bool,
}

impl SigningTarget {
    /// The request to `url` as AWS will receive it. Header names are in lower case; `payload_hash` is that of the body,
    /// which the caller's own `x-amz-content-sha256` replaces.
    pub(crate) fn signing_request<'a>(
        &'a self,
        url: &Url<'a>,
        method: &'a str,
        headers: &'a [(&'a str, &'a str)],
        payload_hash: &'a str,
    ) -> SigningRequest<'a> {
        SigningRequest {
            method,
            host: &self.host,
            path: self.path.as_deref().unwrap_or(url.path),
            query: url.query,
            headers,
            payload_hash: effective_payload_hash(headers, payload_hash),
        }
    }
}

const SAFE_SCHEME_EXPECTED: &str = "must be https, or http on a loopback host";
const SIGNING_NAME_EXPECTED: &str = "must be a signing name, such as execute-api";

/// What is wrong with a malformed region, to follow the field's name.
pub(crate) const REGION_EXPECTED: &str = "must be a region, such as eu-west-1";

/// The error for a URL that is neither http nor https.
pub(crate) fn unsupported_url() -> Error {
    Error::new(Code::InvalidRequest, "The URL must be http or https").field("input")
}

/// Decides whether a URL may be called and what it is signed for.
///
/// # Errors
///
/// `INSECURE_URL` for http to any but a loopback host; `UNKNOWN_ENDPOINT` for a host that is neither declared nor AWS's,
/// that `allow` leaves out, or whose service or region is not known; `INVALID_REQUEST` for malformed overrides, and for a
/// path that may lead out of the declared one.
pub fn resolve(
    url: &Url<'_>,
    rules: Rules<'_>,
    overrides: Overrides<'_>,
    hosts: &mut KnownHosts,
) -> Result<SigningTarget, Error> {
    if !is_safe_scheme(url.scheme, url.host()) {
        return Err(Error::new(Code::InsecureUrl, format!("The URL {SAFE_SCHEME_EXPECTED}")).field("input"));
    }
    if overrides.region.is_some_and(|region| !is_region(region)) {
        return Err(invalid_override("region", REGION_EXPECTED));
    }
    if overrides.service.is_some_and(|service| !is_signing_name(service)) {
        return Err(invalid_override("service", SIGNING_NAME_EXPECTED));
    }
    let declared = closest_declared(url, rules.declared);
    let mut recognised = hosts.recognise(url.host(), url.path);
    check_permission(url, declared, recognised.err(), rules.allowed)?;

    let override_sign_as = overrides.sign_as.map(SignAs::parse).transpose();
    let override_sign_as = override_sign_as.map_err(|problem| invalid_override("signAs", problem))?;
    let sign_as = override_sign_as.as_ref().or_else(|| declared?.sign_as.as_ref());
    let (mut host, mut path) = (url.authority, None);
    if let Some(sign_as) = sign_as {
        host = &sign_as.host;
        path = sign_as.path(url.path, declared.map_or("", |endpoint| &endpoint.path));
        recognised = hosts.recognise(&sign_as.hostname, path.as_deref().unwrap_or(url.path));
    }

    let (service, region) = service_and_region(declared, recognised, rules.region);
    let Some(service) = overrides.service.or(service) else {
        return Err(unknown_endpoint(url, "The host does not tell its service"));
    };
    let Some(region) = overrides.region.or(region) else {
        return Err(unknown_endpoint(url, "The host does not tell its region"));
    };
    if overrides.unsigned_payload && !takes_unsigned_payload(service) {
        return Err(invalid_override("unsignedPayload", "is for S3 only: other services demand the body's hash"));
    }
    Ok(SigningTarget {
        scope: Scope { service: service.into(), region: region.into() },
        host: host.into(),
        path,
        unsigned_payload: overrides.unsigned_payload,
    })
}

/// Checks whether credentials may go to a URL. `init.aws` has no say in it: overrides refine a permitted host, they
/// never vouch for a foreign one.
fn check_permission(
    url: &Url<'_>,
    declared: Option<&DeclaredEndpoint>,
    unrecognised: Option<Unrecognised>,
    allowed: Option<&[HostPattern]>,
) -> Result<(), Error> {
    if let Some(endpoint) = declared {
        if endpoint.is_limited_to_path() && may_lead_upward(url.path) {
            let message = "The path may lead out of the declared endpoint's path: it has .. in it, encoded or not";
            return Err(Error::new(Code::InvalidRequest, message)
                .field("input")
                .advise("Remove the .. segment, or declare the endpoint without a path."));
        }
        return Ok(());
    }
    match unrecognised {
        Some(Unrecognised::NotAws) => Err(unknown_endpoint(url, "Neither an AWS host nor declared")),
        Some(Unrecognised::UnknownService) => Err(unknown_endpoint(url, "AWS host of an unknown service")),
        _ if allowed.is_some_and(|allowed| !allowed.iter().any(|pattern| pattern.matches(url.host()))) => {
            Err(unknown_endpoint(url, "AWS host that `allow` does not list")
                .advise("Add it to `allow`, if it is meant."))
        }
        _ => Ok(()),
    }
}

/// Service and region: those of the declared endpoint, or else of the host, or else, for the region of a declared
/// endpoint, the client's own.
fn service_and_region<'a>(
    declared: Option<&'a DeclaredEndpoint>,
    recognised: Result<&'a Endpoint, Unrecognised>,
    client_region: Option<&'a str>,
) -> (Option<&'a str>, Option<&'a str>) {
    let (host_service, host_region) = match recognised {
        Ok(endpoint) => (Some(endpoint.service.as_str()), Some(endpoint.region.as_str())),
        Err(Unrecognised::RegionNotInHost { service }) => (Some(service), None),
        Err(_) => (None, None),
    };
    let service = declared.map(|endpoint| endpoint.service.as_str()).or(host_service);
    let declared_region = declared.and_then(|endpoint| endpoint.region.as_deref());
    (service, declared_region.or(host_region).or(declared.and(client_region)))
}

/// The declared endpoint for a URL: of several, the one with the closest host and the longest path; of equals, the
/// first.
fn closest_declared<'a>(url: &Url<'_>, declared: &'a [DeclaredEndpoint]) -> Option<&'a DeclaredEndpoint> {
    let matching = declared.iter().rev().filter(|endpoint| endpoint.matches(url));
    // `max_by_key` gives the last of equals, which is the first one from behind.
    matching.max_by_key(|endpoint| endpoint.specificity())
}

fn is_safe_scheme(scheme: &str, host: &str) -> bool {
    match scheme {
        "https" | "wss" => true,
        "http" | "ws" => is_loopback(host),
        _ => false,
    }
}

/// The host is in the message because nobody could act on it without; it is the caller's own input and no secret.
fn unknown_endpoint(url: &Url<'_>, reason: &str) -> Error {
    Error::new(Code::UnknownEndpoint, format!("{reason}: {}", url.host())).field("input")
}

fn invalid_override(member: &str, problem: &str) -> Error {
    let field = format!("init.aws.{member}");
    Error::new(Code::InvalidRequest, format!("{field} {problem}")).field(field)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn decide(url: &str, declared: &[DeclaredEndpoint], overrides: Overrides<'_>) -> Result<SigningTarget, Error> {
        let rules = Rules { declared, allowed: None, region: Some("eu-west-1") };
        resolve(&Url::split(url).unwrap(), rules, overrides, &mut KnownHosts::default())
    }

    fn scope(target: Result<SigningTarget, Error>) -> (String, String, String) {
        let target = target.unwrap();
        (target.scope.service, target.scope.region, target.host)
    }

    fn texts(service: &str, region: &str, host: &str) -> (String, String, String) {
        (service.into(), region.into(), host.into())
    }

    #[test]
    fn aws_hosts_need_no_declaration() {
        let url = "https://abc123.execute-api.us-east-2.amazonaws.com/prod";
        let host = "abc123.execute-api.us-east-2.amazonaws.com";
        assert_eq!(scope(decide(url, &[], Overrides::default())), texts("execute-api", "us-east-2", host));
    }

    fn declare(url: &str, service: &str) -> DeclaredEndpoint {
        DeclaredEndpoint::new(url, service, None, None).unwrap()
    }

    fn declare_signed_as(url: &str, service: &str, sign_as: &str) -> DeclaredEndpoint {
        DeclaredEndpoint::new(url, service, None, Some(sign_as)).unwrap()
    }

    #[test]
    fn the_closest_host_then_the_longest_path_wins_then_the_first() {
        let graph = DeclaredEndpoint::new("https://x.example/api/graphql", "appsync", Some("us-west-2"), None);
        let all = [
            declare("https://*.x.example/api/graphql", "kendra"),
            declare("https://*.a.x.example", "lambda"),
            declare("https://b.a.x.example", "sqs"),
            declare("https://x.example/api/", "execute-api"),
            graph.unwrap(),
            declare("https://x.example/api", "s3"),
        ];
        let at = |url| scope(decide(url, &all, Overrides::default()));
        assert_eq!(at("https://x.example/api/a"), texts("execute-api", "eu-west-1", "x.example"));
        assert_eq!(at("https://x.example/api/graphql"), texts("appsync", "us-west-2", "x.example"));
        assert_eq!(at("https://c.x.example/api/graphql/v2"), texts("kendra", "eu-west-1", "c.x.example"));
        assert_eq!(at("https://c.a.x.example/api/graphql"), texts("lambda", "eu-west-1", "c.a.x.example"));
        assert_eq!(at("https://b.a.x.example/api/graphql"), texts("sqs", "eu-west-1", "b.a.x.example"));
        for undeclared in ["https://x.example/", "https://c.x.example/api", "https://y.example/api"] {
            let error = decide(undeclared, &all, Overrides::default()).unwrap_err();
            assert_eq!(error.code, Code::UnknownEndpoint, "{undeclared}");
        }
    }

    #[test]
    fn signing_for_another_host_takes_that_hosts_scope_and_path() {
        let sign_as = "abc.execute-api.us-east-1.amazonaws.com";
        let front = declare_signed_as("https://api.example.com", "execute-api", sign_as);
        let target = decide("https://api.example.com/prod", &[front], Overrides::default()).unwrap();
        assert_eq!(target.path, None);
        assert_eq!(scope(Ok(target)), texts("execute-api", "us-east-1", "abc.execute-api.us-east-1.amazonaws.com"));
        let sign_as = "https://maps.geo.eu-west-1.amazonaws.com/v2";
        let proxy = declare_signed_as("http://localhost:5173/api", "geo", sign_as);
        let target =
            decide("http://localhost:5173/api/tiles", std::slice::from_ref(&proxy), Overrides::default()).unwrap();
        assert_eq!(target.path.as_deref(), Some("/v2/tiles"));
        let overrides = Overrides { sign_as: Some("other.example.com/"), ..Overrides::default() };
        let target = decide("http://localhost:5173/api/tiles", &[proxy], overrides).unwrap();
        assert_eq!((target.host.as_str(), target.path.as_deref()), ("other.example.com", Some("/tiles")));
        let overrides = Overrides { sign_as: Some("not a host"), ..Overrides::default() };
        let error = decide("https://sqs.us-east-1.amazonaws.com/", &[], overrides).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("init.aws.signAs"));
    }

    #[test]
    fn an_allow_list_narrows_aws_and_leaves_declared_endpoints() {
        let own = declare("https://api.example.com", "execute-api");
        let allowed = ["*.execute-api.us-east-1.amazonaws.com", "sqs.us-east-1.amazonaws.com"]
            .map(|text| HostPattern::parse(text).unwrap());
        let decide = |url: &str, allowed: &[HostPattern]| {
            let rules =
                Rules { declared: std::slice::from_ref(&own), allowed: Some(allowed), region: Some("eu-west-1") };
            resolve(&Url::split(url).unwrap(), rules, Overrides::default(), &mut KnownHosts::default())
        };
        for url in [
            "https://abc.execute-api.us-east-1.amazonaws.com/prod",
            "https://sqs.us-east-1.amazonaws.com/",
            "https://api.example.com/",
        ] {
            assert!(decide(url, &allowed).is_ok(), "{url}");
        }
        for url in [
            "https://abc.execute-api.us-east-2.amazonaws.com/prod",
            "https://sqs.us-east-1.amazonaws.com./",
            "https://other.example.com/",
        ] {
            assert_eq!(decide(url, &allowed).unwrap_err().code, Code::UnknownEndpoint, "{url}");
        }
        assert!(decide("https://api.example.com/", &[]).is_ok());
        assert!(decide("https://sqs.us-east-1.amazonaws.com/", &[]).is_err());
    }

    #[test]
    fn a_service_that_could_break_out_of_its_header_is_refused() {
        for service in ["s3\nx-evil:1", "s3/aws4_request", "a b", "\u{e9}"] {
            let overrides = Overrides { service: Some(service), ..Overrides::default() };
            let error = decide("https://b.s3.us-east-1.amazonaws.com/k", &[], overrides).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("init.aws.service"), "{service:?}");
        }
    }

    #[test]
    fn only_s3_goes_without_the_hash_of_the_body() {
        let overrides = Overrides { unsigned_payload: true, ..Overrides::default() };
        let s3 = decide("https://b.s3.us-east-1.amazonaws.com/k", &[], overrides).unwrap();
        assert!(s3.unsigned_payload);
        for host in ["abc.lambda-url.us-east-1.on.aws", "c.us-east-1.aoss.amazonaws.com", "sqs.us-east-1.amazonaws.com"]
        {
            let error = decide(&format!("https://{host}/"), &[], overrides).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("init.aws.unsignedPayload"), "{host}");
        }
    }

    #[test]
    fn overrides_refine_but_do_not_vouch_for_a_foreign_host() {
        let overrides = Overrides {
            service: Some("execute-api"),
            region: Some("us-east-1"),
            sign_as: Some("abc.execute-api.us-east-1.amazonaws.com"),
            unsigned_payload: false,
        };
        let error = decide("https://evil.example/", &[], overrides).unwrap_err();
        assert_eq!(error.code, Code::UnknownEndpoint);
        let accelerate = "https://b.s3-accelerate.amazonaws.com/k";
        assert_eq!(decide(accelerate, &[], Overrides::default()).unwrap_err().code, Code::UnknownEndpoint);
        assert_eq!(scope(decide(accelerate, &[], Overrides { service: None, sign_as: None, ..overrides })).0, "s3");
    }

    #[test]
    fn plain_http_is_for_loopback_only_even_if_declared() {
        assert!(DeclaredEndpoint::new("http://api.example.com", "execute-api", None, None).is_err());
        let local = declare("http://abc.localhost:4599", "execute-api");
        assert!(decide("http://abc.localhost:4599/x", &[local], Overrides::default()).is_ok());
        let error = decide("http://sqs.us-east-1.amazonaws.com/", &[], Overrides::default()).unwrap_err();
        assert_eq!(error.code, Code::InsecureUrl);
    }

    #[test]
    fn a_path_that_may_lead_out_of_the_declared_one_is_refused() {
        let declared = [
            declare("https://x.example/api/", "execute-api"),
            declare("https://*.y.example/api/", "execute-api"),
            declare_signed_as("https://proxy.example/", "execute-api", "abc.execute-api.us-east-1.amazonaws.com/prod"),
        ];
        for rest in
            ["..%2fadmin", "..%5cadmin", "%2e%2e/admin", "..;/admin", "..;v=1/admin", "%252e%252e/x", "a/..%2F.."]
        {
            for base in ["https://x.example/api/", "https://a.y.example/api/", "https://proxy.example/"] {
                let url = format!("{base}{rest}");
                let error = decide(&url, &declared, Overrides::default()).unwrap_err();
                assert_eq!((error.code, error.field.as_deref()), (Code::InvalidRequest, Some("input")), "{url}");
                assert!(!error.message.contains("admin"), "{}", error.message);
            }
        }
        for rest in ["", "items", "a..b", "%2Fa", "a;v=..", "100%25"] {
            let url = format!("https://x.example/api/{rest}");
            assert!(decide(&url, &declared, Overrides::default()).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_whole_host_takes_every_path() {
        let declared = [declare("https://x.example/", "execute-api")];
        for url in ["https://x.example/a/..%2fb", "https://b.s3.us-east-1.amazonaws.com/a/..%2fb"] {
            assert!(decide(url, &declared, Overrides::default()).is_ok(), "{url}");
        }
    }
}

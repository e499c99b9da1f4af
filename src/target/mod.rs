//! Where a request goes and what it is signed for: per-call overrides first, then declared endpoints, then the hosts
//! that AWS itself gives. Anything else gets no credentials.

mod declared;
mod host_pattern;
mod placement;
mod sign_as;

pub use declared::Declared;
pub use host_pattern::HostPattern;
pub use placement::{can_sign_headers, check_header_signed, check_presigned};
pub use sign_as::SignAs;

use crate::endpoint::{Endpoint, KnownHosts, Unrecognised, is_loopback, is_region, recognise};
use crate::error::{Code, Error};
use crate::message::Url;
use crate::sigv4::{Scope, is_signing_name, takes_unsigned_payload};
use crate::text::{concat, for_people};

/// The error of a URL that is neither http nor https.
pub fn not_http() -> Error {
    Error::new(Code::InvalidRequest, "The URL must be http or https").field("input")
}

/// What the options say about where credentials may go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules<'a> {
    /// The declared endpoints. Declaring is allowing.
    pub declared: &'a [Declared],
    /// Which hosts of AWS may be called without being declared; none for all of them.
    pub allowed: Option<&'a [HostPattern]>,
    /// The client's own region, for declared endpoints that name none.
    pub region: Option<&'a str>,
}

/// What `init.aws` says of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides<'a> {
    /// The signing name.
    pub service: Option<&'a str>,
    /// The region.
    pub region: Option<&'a str>,
    /// What to sign for, as [`SignAs::parse`] reads it.
    pub sign_as: Option<&'a str>,
    /// Whether the body is to be left out of the signature.
    pub unsigned_payload: bool,
}

/// What to sign for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Service and region.
    pub scope: Scope,
    /// The value of `host` that is signed.
    pub host: String,
    /// The path that is signed, if it is not the one that is sent.
    pub path: Option<String>,
    /// Whether the body is left out of the signature.
    pub unsigned_payload: bool,
}

fn is_safe_scheme(scheme: &str, host: &str) -> bool {
    match scheme {
        "https" | "wss" => true,
        "http" | "ws" => is_loopback(host),
        _ => false,
    }
}

const NO_SAFE_SCHEME: &str = for_people("must be https, or http on a loopback host");

/// What is wrong with a service that is none.
const NO_SIGNING_NAME: &str = for_people("must be a signing name, such as execute-api");

/// What is wrong with a region that is none.
pub const NO_REGION: &str = for_people("must be a region, such as eu-west-1");

/// Decides for one URL.
pub fn resolve(
    url: &Url<'_>,
    rules: Rules<'_>,
    overrides: Overrides<'_>,
    hosts: &mut KnownHosts,
) -> Result<Target, Error> {
    if !is_safe_scheme(url.scheme, url.host()) {
        return Err(Error::new(Code::InsecureUrl, concat(&["The URL ", NO_SAFE_SCHEME])).field("input"));
    }
    if overrides.region.is_some_and(|region| !is_region(region)) {
        return Err(refused("region", NO_REGION));
    }
    if overrides.service.is_some_and(|service| !is_signing_name(service)) {
        return Err(refused("service", NO_SIGNING_NAME));
    }
    let entry = declared_for(url, rules.declared);
    let unknown = |why: &str| {
        // The host is the caller's own input and no secret; without it nobody could act on the message.
        Error::new(Code::UnknownEndpoint, concat(&[why, ": ", url.host()])).field("input")
    };
    let mut known = hosts.recognise(url.host(), url.path);
    // Only a declaration or AWS's own names open the door: `init.aws` refines, it does not vouch for a foreign host.
    match (entry, known) {
        (None, Err(Unrecognised::NotAws)) => return Err(unknown("Not an AWS host, and not declared")),
        (None, Err(Unrecognised::UnknownService)) => return Err(unknown("AWS host of an unknown service")),
        (None, _) if !is_allowed(url.host(), rules.allowed) => {
            return Err(unknown("AWS host that `allow` leaves out").advise("Add it to `allow`, if it is meant."));
        }
        _ => {}
    }
    let own = overrides.sign_as.map(SignAs::parse).transpose().map_err(|what| refused("signAs", what))?;
    let (mut host, mut path) = (url.authority, None);
    if let Some(sign_as) = own.as_ref().or_else(|| entry?.sign_as.as_ref()) {
        path = sign_as.path(url.path, entry.map_or("", |entry| &entry.path));
        host = &sign_as.host;
        known = hosts.recognise(host_of(host), path.as_deref().unwrap_or(url.path));
    }
    let (service, region) = told(entry, known, rules.region);
    let Some(service) = overrides.service.or(service) else {
        return Err(unknown("The host does not say its service"));
    };
    let Some(region) = overrides.region.or(region) else {
        return Err(unknown("The host does not say its region"));
    };
    if overrides.unsigned_payload && !takes_unsigned_payload(service) {
        return Err(refused("unsignedPayload", "is for S3: other services demand the hash of the body"));
    }
    Ok(Target {
        scope: Scope { service: service.into(), region: region.into() },
        host: host.into(),
        path,
        unsigned_payload: overrides.unsigned_payload,
    })
}

/// What [`resolve`] decides where there is nothing but the URL, declared endpoints and the client's region: no
/// overrides, no list of hosts that are allowed, and nothing to sign for in another's place. None for what it refuses,
/// and without its texts, which are half of the code.
pub fn plain_scope(url: &Url<'_>, declared: &[Declared], region: Option<&str>) -> Option<Scope> {
    let entry = declared_for(url, declared);
    if !is_safe_scheme(url.scheme, url.host()) || entry.is_some_and(|entry| entry.sign_as.is_some()) {
        return None;
    }
    let known = recognise(url.host(), url.path);
    let (service, region) = told(entry, known.as_ref().map_err(|why| *why), region);
    Some(Scope { service: service?.into(), region: region?.into() })
}

/// Service and region, as far as the declared endpoint tells them, or else the host, or for a declared endpoint the
/// client's own region.
fn told<'a>(
    entry: Option<&'a Declared>,
    known: Result<&'a Endpoint, Unrecognised>,
    region: Option<&'a str>,
) -> (Option<&'a str>, Option<&'a str>) {
    let (known_service, known_region) = match known {
        Ok(endpoint) => (Some(endpoint.service.as_str()), Some(endpoint.region.as_str())),
        Err(Unrecognised::RegionNotInHost { service }) => (Some(service), None),
        Err(_) => (None, None),
    };
    let service = entry.map(|entry| entry.service.as_str()).or(known_service);
    let declared = entry.and_then(|entry| entry.region.as_deref());
    (service, declared.or(known_region).or(entry.and(region)))
}

/// The entry that holds for a URL: of several the one with the closest host and the longest path, of equals the first.
fn declared_for<'a>(url: &Url<'_>, declared: &'a [Declared]) -> Option<&'a Declared> {
    let mut best: Option<&Declared> = None;
    for entry in declared {
        if entry.holds(url) && best.is_none_or(|best| best.weight() < entry.weight()) {
            best = Some(entry);
        }
    }
    best
}

fn is_allowed(host: &str, allowed: Option<&[HostPattern]>) -> bool {
    allowed.is_none_or(|allowed| allowed.iter().any(|pattern| pattern.holds(host)))
}

fn refused(member: &str, what: &str) -> Error {
    let field = concat(&["init.aws.", member]);
    Error::new(Code::InvalidRequest, concat(&[&field, " ", what])).field(field)
}

fn host_of(authority: &str) -> &str {
    Url { scheme: "", authority, path: "", query: "" }.host()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn decide(url: &str, declared: &[Declared], overrides: Overrides<'_>) -> Result<Target, Error> {
        let rules = Rules { declared, allowed: None, region: Some("eu-west-1") };
        resolve(&Url::split(url).unwrap(), rules, overrides, &mut KnownHosts::default())
    }

    fn scope(target: Result<Target, Error>) -> (String, String, String) {
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

    fn sign_as(text: &str) -> Option<SignAs> {
        Some(SignAs::parse(text).unwrap())
    }

    #[test]
    fn the_closest_host_then_the_longest_path_wins_then_the_first() {
        let entry = |url, service| Declared::parse(url, service).unwrap();
        let mut graph = entry("https://x.example/api/graphql", "appsync");
        graph.region = Some("us-west-2".into());
        let all = [
            entry("https://*.x.example/api/graphql", "kendra"),
            entry("https://*.a.x.example", "lambda"),
            entry("https://b.a.x.example", "sqs"),
            entry("https://x.example/api/", "execute-api"),
            graph,
            entry("https://x.example/api", "s3"),
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
        let mut front = Declared::parse("https://api.example.com", "execute-api").unwrap();
        front.sign_as = sign_as("abc.execute-api.us-east-1.amazonaws.com");
        let target = decide("https://api.example.com/prod", &[front], Overrides::default()).unwrap();
        assert_eq!(target.path, None);
        assert_eq!(scope(Ok(target)), texts("execute-api", "us-east-1", "abc.execute-api.us-east-1.amazonaws.com"));
        let mut proxy = Declared::parse("http://localhost:5173/api", "geo").unwrap();
        proxy.sign_as = sign_as("https://maps.geo.eu-west-1.amazonaws.com/v2");
        let target = decide("http://localhost:5173/api/tiles", &[proxy.clone()], Overrides::default()).unwrap();
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
        let own = Declared::parse("https://api.example.com", "execute-api").unwrap();
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
            let error = decide(&concat(&["https://", host, "/"]), &[], overrides).unwrap_err();
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
        assert!(Declared::parse("http://api.example.com", "execute-api").is_err());
        let local = Declared::parse("http://abc.localhost:4599", "execute-api").unwrap();
        assert!(decide("http://abc.localhost:4599/x", &[local], Overrides::default()).is_ok());
        let error = decide("http://sqs.us-east-1.amazonaws.com/", &[], Overrides::default()).unwrap_err();
        assert_eq!(error.code, Code::InsecureUrl);
    }
}

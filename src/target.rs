//! Where a request goes and what it is signed for: per-call overrides first, then declared endpoints, then the hosts
//! that AWS itself gives. Anything else gets no credentials.

use crate::endpoint::{Unrecognised, is_loopback, is_region, recognise};
use crate::error::{Code, Error};
use crate::message::Url;
use crate::sigv4::Scope;
use crate::text::{concat, cut};

/// The error of a URL that is neither http nor https.
pub fn not_http() -> Error {
    Error::new(Code::InvalidRequest, "The URL must be http or https").field("input")
}

/// An endpoint that the options declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Scheme and authority, such as `https://api.example.com`.
    pub origin: String,
    /// The path below which it holds.
    pub path: String,
    /// Its signing name.
    pub service: String,
    /// Its region; none takes the client's.
    pub region: Option<String>,
    /// The host to sign for, where it is not the one to send to.
    pub sign_as: Option<String>,
}

/// What `init.aws` says of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The signing name.
    pub service: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The host to sign for.
    pub sign_as: Option<String>,
}

/// What to sign for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Service and region.
    pub scope: Scope,
    /// The value of `host` that is signed.
    pub host: String,
}

impl Declared {
    /// Checks an entry of `options.endpoints`; `url` is as the platform's parser writes it.
    pub fn parse(url: &str, service: &str) -> Result<Self, &'static str> {
        let parts = Url::split(url).ok_or("must be an absolute URL")?;
        check_scheme(&parts)?;
        Ok(Self {
            origin: concat(&[parts.scheme, "://", parts.authority]),
            path: parts.path.strip_suffix("/").unwrap_or(parts.path).into(),
            service: service.into(),
            region: None,
            sign_as: None,
        })
    }

    fn holds(&self, url: &Url<'_>) -> bool {
        let same_origin = cut(&self.origin, "://")
            .is_some_and(|(scheme, authority)| scheme == http_scheme(url.scheme) && authority == url.authority);
        // A prefix of whole segments: `/prod` is not above `/production`.
        same_origin
            && url.path.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with("/"))
    }
}

/// A socket is declared by the origin that its handshake goes to.
fn http_scheme(scheme: &str) -> &str {
    match scheme {
        "ws" => "http",
        "wss" => "https",
        other => other,
    }
}

fn check_scheme(url: &Url<'_>) -> Result<(), &'static str> {
    match url.scheme {
        "https" | "wss" => Ok(()),
        "http" | "ws" if is_loopback(url.host()) => Ok(()),
        _ => Err("must be https, or http on a loopback host"),
    }
}

/// Decides for one URL. `region` is the client's own, for declared endpoints that name none.
pub fn resolve(
    url: &Url<'_>,
    declared: &[Declared],
    overrides: Overrides,
    region: Option<&str>,
) -> Result<Target, Error> {
    if let Err(message) = check_scheme(url) {
        return Err(Error::new(Code::InsecureUrl, concat(&["The URL ", message])).field("input"));
    }
    if overrides.region.as_deref().is_some_and(|region| !is_region(region)) {
        return Err(Error::new(Code::InvalidRequest, "init.aws.region must be a region, such as eu-west-1")
            .field("init.aws.region"));
    }
    let mut entry: Option<&Declared> = None;
    for candidate in declared {
        // The longest declared path wins.
        if candidate.holds(url) && entry.is_none_or(|entry| entry.path.len() < candidate.path.len()) {
            entry = Some(candidate);
        }
    }
    let unknown = |why: &str| {
        // The host is the caller's own input and no secret; without it nobody could act on the message.
        Err(Error::new(Code::UnknownEndpoint, concat(&[why, ": ", url.host()])).field("input"))
    };
    let mut known = recognise(url.host(), url.path);
    // Only a declaration or AWS's own names open the door: `init.aws` refines, it does not vouch for a foreign host.
    match (entry, &known) {
        (None, Err(Unrecognised::NotAws)) => return unknown("Not an AWS host, and not declared"),
        (None, Err(Unrecognised::UnknownService)) => return unknown("AWS host of an unknown service"),
        _ => {}
    }
    let mut host = url.authority.to_owned();
    if let Some(sign_as) = overrides.sign_as.or_else(|| entry?.sign_as.clone()) {
        known = recognise(host_of(&sign_as), url.path);
        host = sign_as;
    }
    let (known_service, known_region) = match known {
        Ok(endpoint) => (Some(endpoint.service), Some(endpoint.region)),
        Err(Unrecognised::RegionNotInHost { service }) => (Some(service.to_owned()), None),
        Err(_) => (None, None),
    };
    let service = overrides.service.or_else(|| entry.map(|entry| entry.service.clone())).or(known_service);
    let own_region = overrides.region.or_else(|| entry?.region.clone()).or(known_region);
    match (service, own_region.or_else(|| entry.and(region).map(str::to_owned))) {
        (Some(service), Some(region)) => Ok(Target { scope: Scope { service, region }, host }),
        (None, _) => unknown("The host does not say its service"),
        (_, None) => unknown("The host does not say its region"),
    }
}

fn host_of(authority: &str) -> &str {
    Url { scheme: "", authority, path: "", query: "" }.host()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn decide(url: &str, declared: &[Declared], overrides: Overrides) -> Result<Target, Error> {
        resolve(&Url::split(url).unwrap(), declared, overrides, Some("eu-west-1"))
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

    #[test]
    fn a_declared_endpoint_holds_for_whole_segments_and_the_longest_wins() {
        let api = Declared::parse("https://x.example/api/", "execute-api").unwrap();
        let graph = Declared {
            region: Some("us-west-2".into()),
            ..Declared::parse("https://x.example/api/graphql", "appsync").unwrap()
        };
        let both = [api, graph];
        let at = |url| scope(decide(url, &both, Overrides::default()));
        assert_eq!(at("https://x.example/api/a"), texts("execute-api", "eu-west-1", "x.example"));
        assert_eq!(at("https://x.example/api/graphql"), texts("appsync", "us-west-2", "x.example"));
        let beside = decide("https://x.example/apiary", &both, Overrides::default()).unwrap_err();
        assert_eq!(beside.code, Code::UnknownEndpoint);
        let other_port = decide("https://x.example:8443/api", &both, Overrides::default()).unwrap_err();
        assert_eq!(other_port.code, Code::UnknownEndpoint);
    }

    #[test]
    fn signing_for_another_host_takes_that_hosts_scope() {
        let mut front = Declared::parse("https://api.example.com", "execute-api").unwrap();
        front.sign_as = Some("abc.execute-api.us-east-1.amazonaws.com".into());
        let target = decide("https://api.example.com/prod", &[front], Overrides::default());
        assert_eq!(scope(target), texts("execute-api", "us-east-1", "abc.execute-api.us-east-1.amazonaws.com"));
    }

    #[test]
    fn overrides_refine_but_do_not_vouch_for_a_foreign_host() {
        let overrides = Overrides {
            service: Some("execute-api".into()),
            region: Some("us-east-1".into()),
            sign_as: Some("abc.execute-api.us-east-1.amazonaws.com".into()),
        };
        let error = decide("https://evil.example/", &[], overrides.clone()).unwrap_err();
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

    proptest::proptest! {
        #[test]
        fn no_undeclared_host_outside_aws_is_ever_signed_for(host in "[a-z0-9.-]{1,40}", path in "(/[a-z%.]{0,8}){0,3}") {
            let url = format!("https://{host}{path}");
            let target = resolve(&Url::split(&url).unwrap(), &[], Overrides::default(), Some("us-east-1"));
            proptest::prop_assert!(target.is_err() || host.contains("aws") || host.contains(".gov") || host.contains(".uk"));
        }
    }
}

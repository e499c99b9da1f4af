//! Which service a host name stands for. Browsers resolve every name under `localhost` to loopback by themselves, so
//! one port can be many hosts.

use serde::{Deserialize, Serialize};

use crate::account::{
    Api, EVENTS_DNS_ID, EVENTS_DOMAIN, GRAPHQL_DNS_ID, GRAPHQL_DOMAIN, HTTP_API, REGION, REST_API,
    REST_API_WITHOUT_CORS,
};
use crate::appsync::Endpoint;
use crate::signed_json::{DYNAMODB, JsonService, KENDRA, SSM, TRANSLATE};

/// A service, by the name that the control's JSON uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Service {
    CognitoIdentity,
    CognitoIdp,
    Sts,
    Rest,
    RestWithoutCors,
    Http,
    Graphql,
    GraphqlRealtime,
    Events,
    EventsRealtime,
    Dynamodb,
    Kendra,
    S3,
    Ssm,
    Translate,
}

/// What a request's host says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// The bare host: the control.
    Control,
    /// A service in a region.
    Service { service: Service, region: String },
    /// An API that nobody deployed.
    UnknownApi,
    /// No host of this server. Such a request was misled, perhaps by a rebound DNS name, and is not answered.
    Unknown,
}

/// What stands behind a service's name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behind {
    CognitoIdentity,
    CognitoIdp,
    Sts,
    AppSync(Endpoint),
    /// One of API Gateway's.
    Api(&'static Api),
    SignedJson(&'static JsonService),
    S3,
}

impl Service {
    /// What answers for this service.
    pub(crate) fn behind(self) -> Behind {
        match self {
            Self::CognitoIdentity => Behind::CognitoIdentity,
            Self::CognitoIdp => Behind::CognitoIdp,
            Self::Sts => Behind::Sts,
            Self::Graphql => Behind::AppSync(Endpoint::Graphql),
            Self::GraphqlRealtime => Behind::AppSync(Endpoint::GraphqlRealtime),
            Self::Events => Behind::AppSync(Endpoint::Events),
            Self::EventsRealtime => Behind::AppSync(Endpoint::EventsRealtime),
            Self::Rest => Behind::Api(&REST_API),
            Self::RestWithoutCors => Behind::Api(&REST_API_WITHOUT_CORS),
            Self::Http => Behind::Api(&HTTP_API),
            Self::Dynamodb => Behind::SignedJson(&DYNAMODB),
            Self::Kendra => Behind::SignedJson(&KENDRA),
            Self::S3 => Behind::S3,
            Self::Ssm => Behind::SignedJson(&SSM),
            Self::Translate => Behind::SignedJson(&TRANSLATE),
        }
    }
}

/// Reads a `Host` header. The path tells the two endpoints of an API apart that share a custom domain.
pub(crate) fn parse_host(header: &str, path: &str) -> Host {
    let name = match header.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => header,
    };
    if matches!(name, "localhost" | "127.0.0.1" | "[::1]") {
        return Host::Control;
    }
    let of_domain = |service| Host::Service { service, region: REGION.to_owned() };
    match (name, path) {
        (GRAPHQL_DOMAIN, "/graphql/realtime") => return of_domain(Service::GraphqlRealtime),
        (GRAPHQL_DOMAIN, _) => return of_domain(Service::Graphql),
        (EVENTS_DOMAIN, "/event/realtime") => return of_domain(Service::EventsRealtime),
        (EVENTS_DOMAIN, _) => return of_domain(Service::Events),
        _ => {}
    }
    let Some(labels) = name.strip_suffix(".localhost") else {
        return Host::Unknown;
    };
    let labels: Vec<&str> = labels.split('.').collect();
    let (service, region) = match labels[..] {
        ["cognito-identity", region] => (Service::CognitoIdentity, region),
        ["cognito-idp", region] => (Service::CognitoIdp, region),
        ["sts", region] => (Service::Sts, region),
        [id, "execute-api", REGION] if id == REST_API.id => (Service::Rest, REGION),
        [id, "execute-api", REGION] if id == REST_API_WITHOUT_CORS.id => (Service::RestWithoutCors, REGION),
        [id, "execute-api", REGION] if id == HTTP_API.id => (Service::Http, REGION),
        [_, "execute-api", _] => return Host::UnknownApi,
        [GRAPHQL_DNS_ID, "appsync-api", REGION] => (Service::Graphql, REGION),
        [GRAPHQL_DNS_ID, "appsync-realtime-api", REGION] => (Service::GraphqlRealtime, REGION),
        [EVENTS_DNS_ID, "appsync-api", REGION] => (Service::Events, REGION),
        [EVENTS_DNS_ID, "appsync-realtime-api", REGION] => (Service::EventsRealtime, REGION),
        ["dynamodb", REGION] => (Service::Dynamodb, REGION),
        ["kendra", REGION] => (Service::Kendra, REGION),
        ["ssm", REGION] => (Service::Ssm, REGION),
        ["translate", REGION] => (Service::Translate, REGION),
        // The bucket stands before, and may have dots in its name. The global host names no region.
        [.., "s3"] => (Service::S3, REGION),
        [.., "s3", region] => (Service::S3, region),
        _ => return Host::Unknown,
    };
    Host::Service { service, region: region.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_services_apart() {
        let service = |service, region: &str| Host::Service { service, region: region.to_owned() };
        for (header, expected) in [
            ("localhost:4599", Host::Control),
            ("127.0.0.1:1", Host::Control),
            ("[::1]:4599", Host::Control),
            ("sts.eu-west-1.localhost:4599", service(Service::Sts, "eu-west-1")),
            ("cognito-identity.us-east-1.localhost", service(Service::CognitoIdentity, REGION)),
            ("a1b2c3d4e5.execute-api.us-east-1.localhost:9", service(Service::Rest, REGION)),
            ("f6g7h8i9j0.execute-api.us-east-1.localhost:9", service(Service::RestWithoutCors, REGION)),
            ("k1l2m3n4o5.execute-api.us-east-1.localhost", service(Service::Http, REGION)),
            ("a1b2c3d4e5.execute-api.eu-west-1.localhost:9", Host::UnknownApi),
            ("nobody.execute-api.us-east-1.localhost:9", Host::UnknownApi),
            ("dynamodb.us-east-1.localhost", service(Service::Dynamodb, REGION)),
            ("dynamodb.eu-west-1.localhost", Host::Unknown),
            ("my.bucket.s3.us-west-2.localhost:9", service(Service::S3, "us-west-2")),
            ("bucket.s3.localhost:9", service(Service::S3, REGION)),
            ("s3.localhost:9", service(Service::S3, REGION)),
            ("example.com", Host::Unknown),
            ("localhost.example.com", Host::Unknown),
            ("sts.localhost", Host::Unknown),
            ("", Host::Unknown),
        ] {
            assert_eq!(parse_host(header, "/"), expected, "{header}");
        }
    }

    #[test]
    fn an_appsync_api_has_two_hosts_or_a_domain_with_two_paths() {
        for (header, path, expected) in [
            ("abcdefghijklmnopqrstuvwx26.appsync-api.us-east-1.localhost:9", "/graphql", Service::Graphql),
            ("abcdefghijklmnopqrstuvwx26.appsync-realtime-api.us-east-1.localhost", "/", Service::GraphqlRealtime),
            ("eventsevents26charslong026.appsync-api.us-east-1.localhost:9", "/event", Service::Events),
            ("eventsevents26charslong026.appsync-realtime-api.us-east-1.localhost", "/", Service::EventsRealtime),
            ("graphql.example.localhost:9", "/graphql", Service::Graphql),
            ("graphql.example.localhost:9", "/graphql/realtime", Service::GraphqlRealtime),
            ("events.example.localhost", "/event", Service::Events),
            ("events.example.localhost", "/event/realtime", Service::EventsRealtime),
        ] {
            let expected = Host::Service { service: expected, region: REGION.to_owned() };
            assert_eq!(parse_host(header, path), expected, "{header}{path}");
        }
    }
}

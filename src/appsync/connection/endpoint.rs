//! From the URL of an API to where its socket opens and what is signed for it.

use super::action::Authorization;
use super::encoding::{JsonObject, decimal};
use super::frame::{Frame, Member, Value, WireId};
use crate::appsync::{events, realtime};
use crate::endpoint::appsync_hosts;
use crate::error::Error;

/// The headers of every request that is signed for a socket, besides host, date and token ("Building a real-time
/// WebSocket client", AppSync Developer Guide; "Understanding the Event API WebSocket protocol", AppSync Events).
pub(crate) const SIGNED_HEADERS: [(&str, &str); 3] = [
    ("accept", "application/json, text/javascript"),
    ("content-encoding", "amz-1.0"),
    ("content-type", "application/json; charset=UTF-8"),
];

/// What is spoken over a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// GraphQL subscriptions.
    GraphQl,
    /// AppSync Events.
    Events,
}

impl Protocol {
    /// The path of an API's HTTP endpoint.
    fn path(self) -> &'static str {
        match self {
            Self::GraphQl => "/graphql",
            Self::Events => "/event",
        }
    }

    pub(super) fn subprotocol(self) -> &'static str {
        match self {
            Self::GraphQl => "graphql-ws",
            Self::Events => "aws-appsync-event-ws",
        }
    }

    pub(super) fn subscribe_message(self, id: WireId, body: &str, authorization: &str) -> String {
        match self {
            Self::GraphQl => realtime::start_message(id, body, authorization),
            Self::Events => events::message("subscribe", id, body, authorization),
        }
    }

    pub(super) fn unsubscribe_message(self, id: WireId) -> String {
        let kind = match self {
            Self::GraphQl => "stop",
            Self::Events => "unsubscribe",
        };
        JsonObject::default().text("type", kind).text("id", &decimal(id)).finish()
    }

    /// Reads a frame; `None` if it is none that a server may send.
    pub(super) fn read<P: Value>(self, value: &P) -> Option<Frame<P>> {
        let kind = value.member(Member::Type)?.text()?;
        Frame::read_common(&kind, value).or_else(|| match self {
            Self::GraphQl => realtime::read_frame(&kind, value),
            Self::Events => events::read_frame(&kind, value),
        })
    }
}

/// The parts of an endpoint's URL, as the platform's URL parser gives them: the host in lower case.
#[derive(Clone, Copy, Debug)]
pub struct EndpointUrl<'a> {
    /// Without its colon.
    pub scheme: &'a str,
    /// Without the port.
    pub host: &'a str,
    /// The port with its colon; empty if it is the scheme's own.
    pub port: &'a str,
    /// The path, with the query if there is one, which no endpoint has.
    pub path: &'a str,
}

/// An API, where it listens and what is signed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    protocol: Protocol,
    http_url: String,
    host: String,
    socket_url: String,
}

impl Endpoint {
    /// From the URL of an API: its HTTP endpoint (`https://….appsync-api.eu-west-1.amazonaws.com/graphql`, `…/event`),
    /// its realtime endpoint (`wss://….appsync-realtime-api.…`), or either of them on a custom domain, where `/realtime`
    /// ends the path of the latter. `is_aws` tells whether its host is under one of AWS's suffixes. Whether credentials
    /// may go there is not decided here.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidRequest`] about the field `endpoint`.
    pub fn new(protocol: Protocol, url: EndpointUrl<'_>, is_aws: bool) -> Result<Self, Error> {
        let (http, socket) = match url.scheme {
            "https" | "wss" => ("https", "wss"),
            "http" | "ws" => ("http", "ws"),
            _ => return Err(invalid("is neither https nor wss")),
        };
        let path = url.path.strip_suffix("/realtime").unwrap_or(url.path);
        if !path.ends_with(protocol.path()) {
            return Err(invalid(match protocol {
                Protocol::GraphQl => "must end in /graphql",
                Protocol::Events => "must end in /event",
            }));
        }
        // Emulators of AWS give APIs names of the same form on the user's own machine, the only one where plain http is
        // signed for. On another domain such a name is a custom one: its owner has declared it, and not the host beside
        // it.
        let hosts = appsync_hosts(url.host).filter(|_| is_aws || http == "http");
        if is_aws && hosts.is_none() {
            return Err(invalid("is not an AppSync API"));
        }
        let is_realtime_in_path = protocol == Protocol::Events || hosts.is_none();
        let (http_host, socket_host) = hosts.unwrap_or_else(|| (url.host.into(), url.host.into()));
        let host = [&http_host, url.port].concat();
        let end = if is_realtime_in_path { "/realtime" } else { "" };
        Ok(Self {
            protocol,
            http_url: [http, "://", &host, path].concat(),
            socket_url: [socket, "://", &socket_host, url.port, path, end].concat(),
            host,
        })
    }

    /// What is spoken there.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Where the API takes requests: queries and mutations, or publishes.
    pub fn http_url(&self) -> &str {
        &self.http_url
    }

    /// Where its socket opens.
    pub fn socket_url(&self) -> &str {
        &self.socket_url
    }

    /// What the signature of a connection is for.
    pub(super) fn connect_url(&self) -> String {
        match self.protocol {
            Protocol::GraphQl => [&self.http_url, "/connect"].concat(),
            Protocol::Events => self.http_url.clone(),
        }
    }

    /// The signed headers as a JSON object.
    pub(super) fn authorization_json(&self, authorization: &Authorization) -> String {
        let mut object = JsonObject::default();
        for (name, value) in SIGNED_HEADERS {
            object = object.text(name, value);
        }
        object = object.text("host", &self.host).text("x-amz-date", &authorization.amz_date);
        if let Some(token) = &authorization.security_token {
            object = object.text("X-Amz-Security-Token", token.expose());
        }
        object.text("Authorization", authorization.authorization.expose()).finish()
    }
}

fn invalid(what: &str) -> Error {
    Error::request("endpoint", what)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::endpoint::is_aws_host;
    use crate::error::Code;
    use crate::http::Url;

    impl Endpoint {
        /// Reads a URL that the platform would write the same.
        pub(crate) fn parse(protocol: Protocol, url: &str) -> Result<Self, Error> {
            let parts = Url::split(url).ok_or_else(|| invalid("is not an absolute URL"))?;
            let path =
                if parts.query.is_empty() { parts.path.into() } else { format!("{}?{}", parts.path, parts.query) };
            let url = EndpointUrl { scheme: parts.scheme, host: parts.host(), port: parts.port(), path: &path };
            Self::new(protocol, url, is_aws_host(parts.host()))
        }
    }

    const ID: &str = "abcdefghijklmnopqrstuvwxyz";

    fn urls(protocol: Protocol, url: &str) -> (String, String, String) {
        let endpoint = Endpoint::parse(protocol, url).unwrap();
        let connect = endpoint.connect_url();
        (endpoint.socket_url, endpoint.http_url, connect)
    }

    #[test]
    fn standard_hosts_have_a_realtime_host_beside_them() {
        for (region, suffix) in [("us-east-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn")] {
            let api = format!("{ID}.appsync-api.{region}.{suffix}");
            let realtime = format!("{ID}.appsync-realtime-api.{region}.{suffix}");
            let graphql = format!("https://{api}/graphql");
            let expected = (format!("wss://{realtime}/graphql"), graphql.clone(), format!("{graphql}/connect"));
            for url in [graphql, format!("wss://{realtime}/graphql")] {
                assert_eq!(urls(Protocol::GraphQl, &url), expected);
            }
            let event = format!("https://{api}/event");
            let expected = (format!("wss://{realtime}/event/realtime"), event.clone(), event.clone());
            for url in [event, format!("wss://{realtime}/event/realtime")] {
                assert_eq!(urls(Protocol::Events, &url), expected);
            }
        }
    }

    #[test]
    fn a_custom_domain_has_the_socket_under_realtime() {
        assert_eq!(
            urls(Protocol::GraphQl, "https://api.example.com/graphql"),
            (
                "wss://api.example.com/graphql/realtime".into(),
                "https://api.example.com/graphql".into(),
                "https://api.example.com/graphql/connect".into()
            )
        );
        assert_eq!(urls(Protocol::Events, "wss://api.example.com/event/realtime").1, "https://api.example.com/event");
    }

    #[test]
    fn servers_on_the_users_own_machine_are_taken_with_either_kind_of_name() {
        let url = "http://abc.appsync-api.localhost:4566/event";
        assert_eq!(urls(Protocol::Events, url).0, "ws://abc.appsync-realtime-api.localhost:4566/event/realtime");
        assert_eq!(urls(Protocol::GraphQl, "http://127.0.0.1:80/graphql").0, "ws://127.0.0.1:80/graphql/realtime");
    }

    #[test]
    fn what_is_no_appsync_api_is_refused_by_name() {
        let standard = format!("https://{ID}.appsync-api.us-east-1.amazonaws.com");
        for url in [
            "",
            "api.example.com/graphql",
            "ftp://api.example.com/graphql",
            "https://api.example.com/",
            "https://api.example.com/graphql?header=x",
            "https://appsync.us-east-1.amazonaws.com/graphql",
            "https://dynamodb.us-east-1.amazonaws.com/graphql",
            "https://bucket.s3.amazonaws.com/graphql",
            &format!("{standard}/event"),
            &format!("{standard}/v2/other"),
        ] {
            let error = Endpoint::parse(Protocol::GraphQl, url).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::InvalidRequest, Some("endpoint")), "{url}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(url in ".*", host in "[a-z.@:/]{0,20}") {
            for protocol in [Protocol::GraphQl, Protocol::Events] {
                let _ = Endpoint::parse(protocol, &url);
                if let Ok(endpoint) = Endpoint::parse(protocol, &format!("https://{host}{}", protocol.path())) {
                    proptest::prop_assert!(endpoint.socket_url.starts_with("wss://") && !endpoint.host.contains('/'));
                }
            }
        }
    }
}

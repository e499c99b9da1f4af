//! A WebSocket client that sends the frames it is told to, and signs as the guides say.

use std::net::Ipv4Addr;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{Credentials, LocalAws, Reply, Request};

/// How long a frame may take that must come.
const PATIENCE: Duration = Duration::from_secs(10);

/// One of the two APIs that have sockets.
#[derive(Clone, Copy)]
pub(crate) enum Api {
    Graphql,
    Events,
}

impl Api {
    fn names(self) -> [&'static str; 4] {
        match self {
            Self::Graphql => ["graphql", "graphqlRealtime", "graphql-ws", "/graphql/connect"],
            Self::Events => ["events", "eventsRealtime", "aws-appsync-event-ws", "/event"],
        }
    }
}

/// The type of a frame that refuses something, and the name of its error, wherever the protocol puts it.
pub(crate) fn refusal(frame: &Value) -> (&str, &str) {
    let errors = frame.get("errors").unwrap_or(&frame["payload"]["errors"]);
    (frame["type"].as_str().unwrap_or_default(), errors[0]["errorType"].as_str().unwrap_or_default())
}

pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
}

impl Credentials {
    /// The `authorization` object for a request to this URL that is never sent.
    pub(crate) fn authorize(&self, url: &str, body: &str) -> Value {
        self.authorize_at(url, body, SystemTime::now())
    }

    pub(crate) fn authorize_at(&self, url: &str, body: &str, time: SystemTime) -> Value {
        let request = Request::new("POST", url)
            .header("accept", "application/json, text/javascript")
            .header("content-encoding", "amz-1.0")
            .header("content-type", "application/json; charset=UTF-8")
            .body(body.to_owned());
        let signed = self.sign_at(request, "appsync", "us-east-1", time);
        let mut object = json!({ "host": signed.url.authority().unwrap().as_str() });
        for (name, value) in signed.headers {
            object[name] = json!(value);
        }
        object
    }
}

impl LocalAws {
    /// The `authorization` object of a connection.
    pub(crate) fn authorize_connect(&self, api: Api, credentials: &Credentials) -> Value {
        let [name, _, _, path] = api.names();
        let url: http::Uri = self.endpoint(name).parse().unwrap();
        credentials.authorize(&format!("http://{}{path}", url.authority().unwrap()), "{}")
    }

    /// Opens a socket to the API's real-time endpoint.
    pub(crate) async fn open(&self, api: Api, authorization: &Value) -> Socket {
        let [_, endpoint, subprotocol, _] = api.names();
        let header = format!("header-{}", URL_SAFE_NO_PAD.encode(authorization.to_string()));
        self.open_url(&self.endpoint(endpoint), &[subprotocol, &header]).await.unwrap()
    }

    /// Opens a socket, or gives the answer with which it is refused.
    pub(crate) async fn open_url(&self, url: &str, subprotocols: &[&str]) -> Result<Socket, Reply> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.unwrap();
        let uri: http::Uri = url.parse().unwrap();
        let request = http::Request::builder()
            .uri(url)
            .header("host", uri.authority().unwrap().as_str())
            .header("connection", "Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("sec-websocket-protocol", subprotocols.join(", "))
            .body(())
            .unwrap();
        match client_async(request, stream).await {
            Ok((stream, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"].to_str().unwrap(), subprotocols[0]);
                Ok(Socket { stream })
            }
            Err(Error::Http(response)) => {
                let (parts, body) = response.into_parts();
                let body = body.unwrap_or_default().into();
                Err(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// A connection that is acknowledged.
    pub(crate) async fn connect(&self, api: Api, credentials: &Credentials) -> Socket {
        let mut socket = self.open(api, &self.authorize_connect(api, credentials)).await;
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.frame().await["type"], "connection_ack");
        socket
    }

    /// A frame that subscribes to a query.
    pub(crate) fn start_frame(&self, credentials: &Credentials, id: &str, query: &str) -> Value {
        let data = json!({ "query": query, "variables": {} }).to_string();
        let authorization = credentials.authorize(&self.endpoint("graphql"), &data);
        let payload = json!({ "data": data, "extensions": { "authorization": authorization } });
        json!({ "id": id, "type": "start", "payload": payload })
    }

    /// A frame that subscribes to a channel.
    pub(crate) fn subscribe_frame(&self, credentials: &Credentials, id: &str, channel: &str) -> Value {
        let body = json!({ "channel": channel }).to_string();
        let authorization = credentials.authorize(&self.endpoint("events"), &body);
        json!({ "type": "subscribe", "id": id, "channel": channel, "authorization": authorization })
    }

    /// A frame that publishes events.
    pub(crate) fn publish_frame(&self, credentials: &Credentials, id: &str, channel: &str, events: &[&str]) -> Value {
        // With `channel` first.
        let body = format!(r#"{{"channel":{},"events":{}}}"#, json!(channel), json!(events));
        let authorization = credentials.authorize(&self.endpoint("events"), &body);
        json!({ "type": "publish", "id": id, "channel": channel, "events": events, "authorization": authorization })
    }
}

impl Socket {
    pub(crate) async fn send(&mut self, frame: Value) {
        self.send_raw(frame.to_string().into()).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// What the server sends next; none if the socket breaks or ends.
    pub(crate) async fn message(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(PATIENCE, self.stream.next()).await;
        next.unwrap().and_then(Result::ok)
    }

    /// The next frame, which must be JSON.
    pub(crate) async fn frame(&mut self) -> Value {
        match self.message().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Sends a frame and takes the next one.
    pub(crate) async fn ask(&mut self, frame: Value) -> Value {
        self.send(frame).await;
        self.frame().await
    }

    /// The code of the close frame that comes next.
    pub(crate) async fn close_code(&mut self) -> u16 {
        match self.message().await {
            Some(Message::Close(Some(CloseFrame { code, .. }))) => code.into(),
            other => panic!("{other:?}"),
        }
    }
}

//! A client that sends exactly what it is told to: no header added but `host` and `content-length`, no path cleaned.

use std::net::Ipv4Addr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A request, with its URL as a client would write it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: http::Uri,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn new(method: &str, url: &str) -> Self {
        Self { method: method.to_owned(), url: url.parse().unwrap(), headers: Vec::new(), body: Bytes::new() }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends something else than what was signed.
    pub(crate) fn with_url(mut self, url: &str) -> Self {
        self.url = url.parse().unwrap();
        self
    }

    pub(crate) fn replace_header(mut self, name: &str, value: &str) -> Self {
        self = self.without_header(name);
        self.header(name, value)
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn get_header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).unwrap()
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The error's name, as an SDK finds it.
    pub(crate) fn error_type(&self) -> &str {
        self.header("x-amzn-errortype").unwrap_or_default()
    }

    /// The error's text. IAM's own refusals have it in `Message`.
    pub(crate) fn message(&self) -> String {
        let body = self.json();
        body["message"].as_str().or(body["Message"].as_str()).unwrap_or_default().to_owned()
    }
}

/// Sends a request to the server on that port, whatever host it names, and reads the answer's head.
pub(crate) async fn begin(port: u16, request: Request) -> hyper::Result<http::Response<Incoming>> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut builder = http::Request::builder()
        .method(request.method.as_str())
        .uri(request.url.path_and_query().unwrap().as_str())
        .header("host", request.url.authority().unwrap().as_str());
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    sender.send_request(builder.body(Full::new(request.body)).unwrap()).await
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(port: u16, request: Request) -> hyper::Result<Reply> {
    let (parts, body) = begin(port, request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
}

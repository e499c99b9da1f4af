//! What can be found out about a failed call by asking, without changing anything: towards an API `GET`, `HEAD` and
//! `OPTIONS` without credentials, towards STS who the caller is, towards Cognito whether it issues credentials for an
//! identity that is known already. The package's JavaScript asks; what comes of it goes into `found` of what the client
//! knew (`known.rs`).

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::case::{Case, is_pool_id};
use super::evidence::Evidence;

/// What to ask.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Questions {
    /// Whether to ask whom the credentials belong to.
    pub caller: bool,
    /// The identity for which to ask whether Cognito issues credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_id: Option<String>,
    /// Requests of which only counts whether the page gets an answer.
    pub requests: Vec<Request>,
}

/// A request without credentials, as `fetch` takes it.
#[derive(Debug, Serialize)]
pub struct Request {
    /// What is learnt: `host`, `plain`, `typed` or `signed`.
    pub name: &'static str,
    /// Where it goes.
    pub url: String,
    /// Its method.
    pub method: &'static str,
    /// `no-cors`: whether anybody answers; `cors`: whether the page may read the answer.
    pub mode: &'static str,
    /// Its headers.
    pub headers: Value,
}

impl Questions {
    /// What to ask about a failed call.
    pub fn about(evidence: &Evidence) -> Self {
        let answer = Answer::read(evidence);
        let case = Case::read(evidence, &answer);
        let context = case.context;
        let is_users = context.is_guest == Some(false) && context.flow.as_deref() == Some("enhanced");
        // The answer of that very question needs no second one.
        let was_asked = case.operation() == "GetCredentialsForIdentity";
        let identity = context.identity_id.clone().filter(|id| is_users && !was_asked && is_pool_id(id));
        let url = context.url.as_deref().filter(|_| case.answer.status.is_none() && case.is_unread());
        Self {
            caller: true,
            identity_id: identity,
            requests: url.map(|url| requests(url, context.headers_sent.as_deref())).unwrap_or_default(),
        }
    }
}

/// The requests that tell apart why the page got no answer.
pub(super) fn requests(url: &str, sent: Option<&[String]>) -> Vec<Request> {
    vec![host(url), plain(url), typed(url), signed(url, sent)]
}

/// Whether anybody answers at that host. At the root: a path or query may say more than a question should.
pub(super) fn host(url: &str) -> Request {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(start..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| start + at);
    let root = format!("{}/", url.get(..end).unwrap_or_default());
    Request { name: "host", url: root, method: "HEAD", mode: "no-cors", headers: json!({}) }
}

/// Whether the page may read what is answered where no preflight is needed.
fn plain(url: &str) -> Request {
    Request { name: "plain", url: url.to_owned(), method: "GET", mode: "cors", headers: json!({}) }
}

/// Whether there is anybody who answers preflights: this one asks for a header that nearly every API allows.
fn typed(url: &str) -> Request {
    Request { name: "typed", headers: json!({ "content-type": "application/json" }), ..plain(url) }
}

/// The same with the names of the headers of a signed request, for which a browser asks first. The values sign nothing.
fn signed(url: &str, sent: Option<&[String]>) -> Request {
    const OF_SIGNATURE: [&str; 3] = ["authorization", "x-amz-date", "x-amz-security-token"];
    let names = sent.unwrap_or_default().iter().map(|header| header.split(':').next().unwrap_or_default().trim());
    // A body's type needs a body, and a GET has none.
    let names = names.filter(|name| *name != "content-type").chain(OF_SIGNATURE);
    let headers: Map<String, Value> = names.map(|name| (name.to_owned(), json!("probe"))).collect();
    Request { name: "signed", url: url.to_owned(), method: "GET", mode: "cors", headers: Value::Object(headers) }
}

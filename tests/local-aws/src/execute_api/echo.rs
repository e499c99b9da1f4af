//! A backend that says what arrived, so that a client can compare it with what it meant to send.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::issued::Caller;

/// Headers that are not passed on: API Gateway keeps a signature to itself.
const KEPT_BACK: [&str; 2] = ["authorization", "x-amz-security-token"];

pub(super) fn answer(request: &Arrived, caller: Option<&Caller>) -> Answer {
    let headers: Vec<Value> = request
        .headers
        .iter()
        .filter(|(name, _)| !KEPT_BACK.contains(&name.as_str()))
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect();
    let hash: String = digest(&SHA256, &request.body).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({
        "method": request.method.as_str(),
        "path": request.path(),
        "query": request.query(),
        "headers": headers,
        "bodyLength": request.body.len(),
        "bodySha256": hash,
        "bodyBase64": STANDARD.encode(&request.body),
        "caller": caller.map(|caller| json!({ "arn": caller.arn(), "identityId": caller.identity_id })),
    });
    Answer::json(StatusCode::OK, &body)
}

//! HTTP APIs: preflights answered by API Gateway itself, and refusals without a reason.

use http::StatusCode;
use serde_json::json;

use super::Refused;
use crate::answer::Answer;

/// API Gateway answers by itself, for every path, from the API's CORS configuration.
pub(super) fn preflight() -> Answer {
    Answer::empty(StatusCode::NO_CONTENT)
        .with_header("access-control-allow-origin", "*")
        .with_header("access-control-allow-headers", "authorization,content-type,x-amz-date,x-amz-security-token")
        .with_header("access-control-allow-methods", "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT")
        .with_header("access-control-max-age", "300")
}

/// Whatever is wrong with a signature or a permission, the answer is the same.
pub(super) fn refuse(refused: &Refused) -> Answer {
    match refused {
        Refused::NoRoute { .. } => failure(StatusCode::NOT_FOUND),
        Refused::Signature(_) | Refused::Denied(_) => failure(StatusCode::FORBIDDEN),
    }
}

/// An answer of API Gateway itself. CORS headers are added to answers of the backend only.
pub(super) fn failure(status: StatusCode) -> Answer {
    let message = status.canonical_reason().unwrap_or("Internal Server Error");
    Answer::json(status, &json!({ "message": message })).counted_as(message)
}

/// The API's CORS configuration, for an answer of the backend.
pub(super) fn allow_origin(answer: Answer, expose_date: bool) -> Answer {
    let exposed = if expose_date { "apigw-requestid,date" } else { "apigw-requestid" };
    answer.with_header("access-control-allow-origin", "*").with_header("access-control-expose-headers", exposed)
}

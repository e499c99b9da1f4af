//! HTTP APIs: preflights answered by API Gateway itself, and refusals without a reason.

use http::StatusCode;
use serde_json::json;

use super::{Deployed, Refused, routes};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::settings::AuthorizationType;

/// API Gateway answers by itself, for every path, from the API's CORS configuration. Without one, a preflight is a
/// request like any other, and no browser signs it.
pub(super) fn preflight(deployed: Deployed<'_>, request: &Arrived) -> Answer {
    let Some(cors) = deployed.settings.cors.as_ref().filter(|_| deployed.settings.default_endpoint) else {
        return match routes::find_method(deployed, request) {
            Some((_, method)) if method.authorization_type == AuthorizationType::None => {
                Answer::empty(StatusCode::NO_CONTENT)
            }
            Some(_) => failure(StatusCode::FORBIDDEN),
            None => failure(StatusCode::NOT_FOUND),
        };
    };
    let mut answer = Answer::empty(StatusCode::NO_CONTENT);
    let Some(origin) = allowed_origin(&cors.allow_origins, request) else { return answer };
    answer = answer
        .with_header("access-control-allow-origin", &origin)
        .with_header("access-control-allow-headers", &cors.allow_headers.join(","))
        .with_header("access-control-allow-methods", &cors.allow_methods.join(","));
    match cors.max_age {
        Some(seconds) => answer.with_header("access-control-max-age", &seconds.to_string()),
        None => answer,
    }
}

fn allowed_origin(allowed: &[String], request: &Arrived) -> Option<String> {
    let origin = request.header("origin").unwrap_or("*");
    if allowed.iter().any(|allowed| allowed == "*") {
        return Some("*".to_owned());
    }
    allowed.iter().find(|allowed| allowed.as_str() == origin).cloned()
}

/// Whatever is wrong with a signature or a permission, the answer is the same.
pub(super) fn refuse(refused: &Refused) -> Answer {
    match refused {
        Refused::NoRoute { .. } | Refused::NoStage => failure(StatusCode::NOT_FOUND),
        Refused::Unauthorized => failure(StatusCode::UNAUTHORIZED),
        Refused::Signature(_)
        | Refused::Denied(_)
        | Refused::DefaultEndpointDisabled
        | Refused::WafFiltered
        | Refused::NoApiKey
        | Refused::AuthorizerDenied { .. } => failure(StatusCode::FORBIDDEN),
    }
}

/// An answer of API Gateway itself. CORS headers are added to answers of the backend only.
pub(super) fn failure(status: StatusCode) -> Answer {
    let message = status.canonical_reason().unwrap_or("Internal Server Error");
    Answer::json(status, &json!({ "message": message })).counted_as(message)
}

/// The API's CORS configuration, for an answer of the backend.
pub(super) fn allow_origin(deployed: Deployed<'_>, request: &Arrived, answer: Answer) -> Answer {
    let Some(cors) = &deployed.settings.cors else { return answer };
    let Some(origin) = allowed_origin(&cors.allow_origins, request) else { return answer };
    let exposed: Vec<&str> = cors
        .expose_headers
        .iter()
        .map(String::as_str)
        .filter(|name| deployed.expose_date || !name.eq_ignore_ascii_case("date"))
        .collect();
    answer
        .with_header("access-control-allow-origin", &origin)
        .with_header("access-control-expose-headers", &exposed.join(","))
}

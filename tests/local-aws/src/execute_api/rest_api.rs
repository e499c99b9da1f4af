//! REST APIs: gateway responses, which say why, and the CORS headers that their owner has to add.

use http::StatusCode;
use serde_json::json;

use super::{Refused, routes};
use crate::account::{Api, ApiKind};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::verify::Refusal;

/// The MOCK integration behind every resource's OPTIONS method. A path that is no resource has no OPTIONS either.
pub(super) fn preflight(api: &Api, request: &Arrived) -> Answer {
    match routes::find_resource(api, request.path()) {
        Some(_) => Answer::empty(StatusCode::OK)
            .with_header("access-control-allow-origin", "*")
            .with_header(
                "access-control-allow-headers",
                "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token",
            )
            .with_header("access-control-allow-methods", "DELETE,GET,HEAD,OPTIONS,PUT,POST,PATCH"),
        None => refuse(api, &Refused::NoRoute { malformed: None }, true),
    }
}

/// The gateway response for a request that does not reach the backend.
pub(super) fn refuse(api: &Api, refused: &Refused, expose_date: bool) -> Answer {
    let (name, message) = match refused {
        // An unknown route sounds like a missing signature, unless the signature is no signature.
        Refused::NoRoute { malformed: None } | Refused::Signature(Refusal::Unsigned) => {
            ("MissingAuthenticationTokenException", "Missing Authentication Token")
        }
        Refused::NoRoute { malformed: Some(text) } | Refused::Signature(Refusal::Incomplete(text)) => {
            ("IncompleteSignatureException", text.as_str())
        }
        Refused::Signature(Refusal::UnknownCredentials) => {
            ("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
        Refused::Signature(Refusal::ExpiredCredentials) => {
            ("ExpiredTokenException", "The security token included in the request is expired")
        }
        Refused::Signature(Refusal::Invalid(text)) => ("InvalidSignatureException", text.as_str()),
        Refused::Denied(text) => ("AccessDeniedException", text.as_str()),
    };
    default_4xx_5xx(api, gateway_response(StatusCode::FORBIDDEN, name, message), expose_date)
}

/// No API has that id. API Gateway's front answers, and no owner could have added CORS headers to it.
pub(crate) fn unknown_api() -> Answer {
    gateway_response(StatusCode::FORBIDDEN, "ForbiddenException", "Forbidden")
}

pub(super) fn throttled(api: &Api) -> Answer {
    let response = gateway_response(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Too Many Requests");
    default_4xx_5xx(api, response, true)
}

pub(super) fn failed(api: &Api, status: StatusCode) -> Answer {
    let message = match status {
        StatusCode::GATEWAY_TIMEOUT => "Endpoint request timed out",
        StatusCode::SERVICE_UNAVAILABLE => "Service Unavailable",
        _ => "Internal server error",
    };
    default_4xx_5xx(api, gateway_response(status, "InternalServerErrorException", message), true)
}

/// The backend's answers may always be read; what else may be is up to the owner.
pub(super) fn allow_origin(api: &Api, answer: Answer, expose_date: bool) -> Answer {
    let answer = answer.with_header("access-control-allow-origin", "*");
    if has_cors_everywhere(api) { expose(answer, expose_date) } else { answer }
}

fn gateway_response(status: StatusCode, name: &'static str, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message })).with_header("x-amzn-errortype", name).counted_as(name)
}

/// What the owner's `DEFAULT_4XX` and `DEFAULT_5XX` add, if anything.
fn default_4xx_5xx(api: &Api, answer: Answer, expose_date: bool) -> Answer {
    if has_cors_everywhere(api) {
        expose(answer.with_header("access-control-allow-origin", "*"), expose_date)
    } else {
        answer
    }
}

fn has_cors_everywhere(api: &Api) -> bool {
    api.kind == ApiKind::Rest { cors_on_gateway_responses: true }
}

fn expose(answer: Answer, expose_date: bool) -> Answer {
    let exposed = "x-amzn-errortype,x-amzn-requestid,retry-after";
    let exposed = if expose_date { format!("{exposed},date") } else { exposed.to_owned() };
    answer.with_header("access-control-expose-headers", &exposed)
}

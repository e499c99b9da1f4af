//! REST APIs: gateway responses, which say why, and the CORS headers that their owner has to add.

use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{Deployed, Refused, http_api, resource_arn_masked, routes};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::settings::{AuthorizationType, ResponseType};
use crate::verify::Refusal;

/// The MOCK integration behind a resource's OPTIONS method. A path that is no resource has no OPTIONS either, and no
/// browser signs a preflight.
pub(super) fn preflight(deployed: Deployed<'_>, request: &Arrived) -> Answer {
    if !deployed.settings.default_endpoint {
        return refuse(deployed, &Refused::DefaultEndpointDisabled);
    }
    if routes::stage(deployed, request.path()).is_none() {
        return refuse(deployed, &Refused::NoStage);
    }
    if deployed.settings.cors.is_some() && routes::find_resource(deployed, request.path()).is_some() {
        return http_api::preflight(deployed, request);
    }
    match routes::find_method(deployed, request) {
        Some((_, method)) if method.authorization_type == AuthorizationType::None => {
            let headers = method.response_headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            with_headers(Answer::empty(StatusCode::OK), headers)
        }
        Some(_) => refuse(deployed, &Refused::Signature(Refusal::Unsigned)),
        None => refuse(deployed, &Refused::NoRoute { malformed: None }),
    }
}

/// The gateway response for a request that does not reach the backend.
pub(super) fn refuse(deployed: Deployed<'_>, refused: &Refused) -> Answer {
    use ResponseType as Kind;
    let message = |text: &str| json!({ "message": text });
    let (kind, name, body) = match refused {
        // API Gateway's front answers here, which knows no gateway responses of the API.
        Refused::DefaultEndpointDisabled | Refused::NoStage => return forbidden(),
        Refused::WafFiltered => (Kind::WafFiltered, "ForbiddenException", message("Forbidden")),
        Refused::NoApiKey => (Kind::InvalidApiKey, "ForbiddenException", message("Forbidden")),
        // An unknown route sounds like a missing signature, unless the signature is no signature.
        Refused::NoRoute { malformed: None } | Refused::Signature(Refusal::Unsigned) => (
            Kind::MissingAuthenticationToken,
            "MissingAuthenticationTokenException",
            message("Missing Authentication Token"),
        ),
        Refused::NoRoute { malformed: Some(text) } | Refused::Signature(Refusal::Incomplete(text)) => {
            (Kind::Default4xx, "IncompleteSignatureException", message(text))
        }
        Refused::Signature(Refusal::UnknownCredentials) => (
            Kind::Default4xx,
            "UnrecognizedClientException",
            message("The security token included in the request is invalid."),
        ),
        Refused::Signature(Refusal::ExpiredCredentials) => (
            Kind::ExpiredToken,
            "ExpiredTokenException",
            message("The security token included in the request is expired"),
        ),
        Refused::Signature(Refusal::Invalid(invalid)) => {
            (Kind::InvalidSignature, "InvalidSignatureException", message(&invalid.text))
        }
        // IAM's own texts come with a capital (seen: serverless#11808).
        Refused::Denied(denied) => {
            let text = denied.text_about(&resource_arn_masked(denied.resource()));
            (Kind::AccessDenied, "AccessDeniedException", json!({ "Message": text }))
        }
        Refused::Unauthorized => {
            let response =
                gateway_response(StatusCode::UNAUTHORIZED, "UnauthorizedException", &message("Unauthorized"));
            return customized(deployed, Kind::Unauthorized, response);
        }
        Refused::AuthorizerDenied { is_explicit } => {
            let end = if *is_explicit { " with an explicit deny" } else { "" };
            let text = format!("User is not authorized to access this resource{end}");
            (Kind::AccessDenied, "AccessDeniedException", message(&text))
        }
    };
    customized(deployed, kind, gateway_response(StatusCode::FORBIDDEN, name, &body))
}

/// No API has that id. API Gateway's front answers, and no owner could have added CORS headers to it.
pub(crate) fn unknown_api() -> Answer {
    forbidden()
}

fn forbidden() -> Answer {
    gateway_response(StatusCode::FORBIDDEN, "ForbiddenException", &json!({ "message": "Forbidden" }))
}

pub(super) fn throttled(deployed: Deployed<'_>) -> Answer {
    let body = json!({ "message": "Too Many Requests" });
    let response = gateway_response(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", &body);
    customized(deployed, ResponseType::Throttled, response)
}

pub(super) fn failed(deployed: Deployed<'_>, status: StatusCode) -> Answer {
    let (kind, message) = match status {
        StatusCode::GATEWAY_TIMEOUT => (ResponseType::IntegrationTimeout, "Endpoint request timed out"),
        StatusCode::SERVICE_UNAVAILABLE => (ResponseType::IntegrationFailure, "Service Unavailable"),
        _ => (ResponseType::ApiConfigurationError, "Internal server error"),
    };
    let response = gateway_response(status, "InternalServerErrorException", &json!({ "message": message }));
    customized(deployed, kind, response)
}

/// What the backend adds to its answers.
pub(super) fn with_integration_headers(deployed: Deployed<'_>, answer: Answer) -> Answer {
    let headers = deployed.settings.integration_headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    without_hidden_date(deployed, with_headers(answer, headers))
}

fn gateway_response(status: StatusCode, name: &'static str, body: &Value) -> Answer {
    Answer::json(status, body).with_header("x-amzn-errortype", name).counted_as(name)
}

/// The gateway response with what the owner added to it.
fn customized(deployed: Deployed<'_>, kind: ResponseType, answer: Answer) -> Answer {
    let headers = deployed.settings.gateway_headers(kind, answer.status.is_server_error());
    without_hidden_date(deployed, with_headers(answer, headers))
}

fn with_headers<'a>(mut answer: Answer, headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Answer {
    for (name, value) in headers {
        // Names and values that no header can have are the owner's mistake, and are left out.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            answer.headers.insert(name, value);
        }
    }
    answer
}

/// Takes `Date` out of the exposed headers, if a fault hides it.
fn without_hidden_date(deployed: Deployed<'_>, answer: Answer) -> Answer {
    const NAME: &str = "access-control-expose-headers";
    let exposed = answer.headers.get(NAME).and_then(|value| value.to_str().ok());
    let Some(exposed) = exposed.filter(|_| !deployed.expose_date) else { return answer };
    let kept: Vec<&str> = exposed.split(',').filter(|name| !name.trim().eq_ignore_ascii_case("date")).collect();
    let kept = kept.join(",");
    answer.with_header(NAME, &kept)
}

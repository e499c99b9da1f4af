//! API Gateway: a REST API whose methods ask for IAM authorization.
//!
//! The API is deployed twice. One deployment has CORS headers on its gateway responses, so that a page can read why it
//! was refused; the other is as API Gateway makes it, and its refusals look like CORS errors to a page.

mod echo;
mod gateway_response;
mod items;
mod routes;

use http::{Method, StatusCode};
use serde_json::json;

use crate::account::{ACCOUNT_ID, REGION, RestApi, STAGE};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::iam::denial;
use crate::issued::Caller;
use crate::verify::{self, Refusal, Scope};
use crate::world::World;

use gateway_response::GatewayResponse;
use routes::{Resource, Route};

pub(crate) use items::Items;

/// Answers a request to the API.
pub(crate) fn answer(world: &World, api: &RestApi, request: &Arrived, region: &str) -> Answer {
    let expose_date = !world.faults.lock().hide_date;
    match respond(world, api, request, region) {
        Ok(answer) => {
            let answer = answer.with_header("access-control-allow-origin", "*");
            gateway_response::expose(api, answer, expose_date)
        }
        Err((operation, refusal)) => refusal.to_answer(Some(api), expose_date).for_operation(operation),
    }
}

/// No API has that id. API Gateway's front answers, and no owner could have added CORS headers to it.
pub(crate) fn unknown_api() -> Answer {
    GatewayResponse::new(StatusCode::FORBIDDEN, "ForbiddenException", "Forbidden").to_answer(None, true)
}

/// The stage's rate limit was reached.
pub(crate) fn throttled(api: Option<&RestApi>) -> Answer {
    GatewayResponse::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Too Many Requests")
        .to_answer(api, true)
}

/// The backend failed or took too long.
pub(crate) fn failed(api: Option<&RestApi>, status: StatusCode) -> Answer {
    let message = match status {
        StatusCode::GATEWAY_TIMEOUT => "Endpoint request timed out",
        StatusCode::SERVICE_UNAVAILABLE => "Service Unavailable",
        _ => "Internal server error",
    };
    GatewayResponse::new(status, "InternalServerErrorException", message).to_answer(api, true)
}

/// The MOCK integration behind every resource's OPTIONS method. A path that is no resource has no OPTIONS either.
pub(crate) fn preflight(api: &RestApi, request: &Arrived) -> Answer {
    match routes::find_resource(request.path()) {
        Some(_) => Answer::empty(StatusCode::OK)
            .with_header("access-control-allow-origin", "*")
            .with_header(
                "access-control-allow-headers",
                "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token",
            )
            .with_header("access-control-allow-methods", "DELETE,GET,HEAD,OPTIONS,PUT,POST,PATCH"),
        None => missing_token().to_answer(Some(api), true),
    }
}

fn missing_token() -> GatewayResponse {
    GatewayResponse::forbidden("MissingAuthenticationTokenException", "Missing Authentication Token")
}

fn respond(world: &World, api: &RestApi, request: &Arrived, region: &str) -> Result<Answer, (String, GatewayResponse)> {
    let Some(route) = routes::find_route(&request.method, request.path()) else {
        // An unknown route sounds like a missing signature, unless the signature is no signature.
        let refusal = match verify::is_malformed(request) {
            Some(text) => GatewayResponse::forbidden("IncompleteSignatureException", text),
            None => missing_token(),
        };
        return Err(("unknown".to_owned(), refusal));
    };
    let operation = format!("{} {}", request.method, route.resource.template());
    let answer = authorize(world, api, request, region)
        .map(|caller| integrate(world, api, request, &route, &caller))
        .map_err(|refusal| (operation.clone(), refusal))?;
    Ok(answer.for_operation(operation))
}

/// Who calls, and whether that caller may.
fn authorize(world: &World, api: &RestApi, request: &Arrived, region: &str) -> Result<Caller, GatewayResponse> {
    let scope = Scope { service: "execute-api", region, window_minutes: 5 };
    let caller = verify::verify(request, scope, &world.issued.lock(), world.now()).map_err(refused)?;
    let action = "execute-api:Invoke";
    let path = routes::path_in_stage(request.path()).unwrap_or_default();
    let resource =
        |account: &str| format!("arn:aws:execute-api:{REGION}:{account}:{}/{STAGE}/{}/{path}", api.id, request.method);
    let decision = caller.role.policy.decide(action, &resource(ACCOUNT_ID));
    // API Gateway shows the last four digits of the account only.
    let masked = format!("********{}", &ACCOUNT_ID[ACCOUNT_ID.len() - 4..]);
    match denial(decision, &caller.arn(), action, &resource(&masked)) {
        None => Ok(caller),
        Some(text) => Err(GatewayResponse::forbidden("AccessDeniedException", text)),
    }
}

fn refused(refusal: Refusal) -> GatewayResponse {
    match refusal {
        Refusal::Unsigned => missing_token(),
        Refusal::Incomplete(text) => GatewayResponse::forbidden("IncompleteSignatureException", text),
        Refusal::UnknownCredentials => GatewayResponse::forbidden(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        Refusal::ExpiredCredentials => {
            GatewayResponse::forbidden("ExpiredTokenException", "The security token included in the request is expired")
        }
        Refusal::Invalid(text) => GatewayResponse::forbidden("InvalidSignatureException", text),
    }
}

/// The backend. It is reached only by callers who may.
fn integrate(world: &World, api: &RestApi, request: &Arrived, route: &Route, caller: &Caller) -> Answer {
    match route.resource {
        Resource::Items | Resource::Item => {
            items::answer(&mut world.items.lock(), api.id, &request.method, route.parameter.as_deref(), &request.body)
        }
        Resource::Echo => echo::answer(request, caller),
        Resource::Reports => {
            let body = json!({ "reports": [{ "id": "2024-q4", "total": 4200 }], "for": caller.arn() });
            Answer::json(StatusCode::OK, &body)
        }
        Resource::Secret => Answer::json(StatusCode::OK, &json!({ "secret": "nobody may read this" })),
    }
}

/// The methods that a resource has.
fn methods(resource: Resource) -> &'static [Method] {
    match resource {
        Resource::Items => &[Method::GET, Method::POST],
        Resource::Item => &[Method::GET, Method::PUT, Method::DELETE],
        Resource::Echo => &[Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE],
        Resource::Reports | Resource::Secret => &[Method::GET],
    }
}

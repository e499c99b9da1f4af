//! API Gateway: an API whose methods ask for IAM authorization.
//!
//! It is deployed three times: as a REST API with CORS headers on its gateway responses, so that a page can read why it
//! was refused; as a REST API as API Gateway makes it, whose refusals look like CORS errors to a page; and as an HTTP
//! API, which gives no reasons.

mod echo;
mod http_api;
mod items;
mod rest_api;
mod routes;

use http::{Method, StatusCode};
use serde_json::json;

use crate::account::{ACCOUNT_ID, Api, ApiKind, REGION};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::iam::denial;
use crate::issued::Caller;
use crate::verify::{self, Refusal, Scope};
use crate::world::World;

use routes::{Resource, Route};

pub(crate) use items::Items;
pub(crate) use rest_api::unknown_api;

/// Why a request does not reach the backend.
#[derive(Debug)]
enum Refused {
    /// No resource or method, and perhaps an `Authorization` that is no signature.
    NoRoute { malformed: Option<String> },
    /// The caller is not known.
    Signature(Refusal),
    /// The caller is known and may not. The text is IAM's.
    Denied(String),
}

/// Answers a request to an API.
pub(crate) fn answer(world: &World, api: &Api, request: &Arrived, region: &str) -> Answer {
    let expose_date = !world.faults.lock().hide_date;
    let Some(route) = routes::find_route(api, &request.method, request.path()) else {
        let refused = Refused::NoRoute { malformed: verify::is_malformed(request) };
        return refuse(api, &refused, expose_date);
    };
    match authorize(world, api, request, region) {
        Ok(caller) => allow_origin(api, integrate(world, api, request, &route, &caller), expose_date),
        Err(refused) => refuse(api, &refused, expose_date),
    }
}

/// The method and the resource that a request is for.
pub(crate) fn operation_name(api: &Api, request: &Arrived) -> String {
    match routes::find_route(api, &request.method, request.path()) {
        Some(route) => format!("{} {}", request.method, route.resource.template()),
        None => "unknown".to_owned(),
    }
}

/// The answer to a browser that asks whether it may send a request.
pub(crate) fn preflight(api: &Api, request: &Arrived) -> Answer {
    match api.kind {
        ApiKind::Rest { .. } => rest_api::preflight(api, request),
        ApiKind::Http => http_api::preflight(),
    }
}

/// The stage's rate limit was reached.
pub(crate) fn throttled(api: &Api) -> Answer {
    match api.kind {
        ApiKind::Rest { .. } => rest_api::throttled(api),
        ApiKind::Http => http_api::failure(StatusCode::TOO_MANY_REQUESTS),
    }
}

/// The backend failed or took too long.
pub(crate) fn failed(api: &Api, status: StatusCode) -> Answer {
    match api.kind {
        ApiKind::Rest { .. } => rest_api::failed(api, status),
        ApiKind::Http => http_api::failure(status),
    }
}

fn refuse(api: &Api, refused: &Refused, expose_date: bool) -> Answer {
    match api.kind {
        ApiKind::Rest { .. } => rest_api::refuse(api, refused, expose_date),
        ApiKind::Http => http_api::refuse(refused),
    }
}

fn allow_origin(api: &Api, answer: Answer, expose_date: bool) -> Answer {
    match api.kind {
        ApiKind::Rest { .. } => rest_api::allow_origin(api, answer, expose_date),
        ApiKind::Http => http_api::allow_origin(answer, expose_date),
    }
}

/// Who calls, and whether that caller may.
fn authorize(world: &World, api: &Api, request: &Arrived, region: &str) -> Result<Caller, Refused> {
    let scope = Scope { service: "execute-api", region, window_minutes: 5 };
    let verdict = verify::verify(request, scope, &world.issued.lock(), request.now);
    let caller = verdict.map_err(Refused::Signature)?;
    let action = "execute-api:Invoke";
    let path = routes::path_in_stage(api, request.path()).unwrap_or_default();
    let resource = |account: &str| {
        format!("arn:aws:execute-api:{REGION}:{account}:{}/{}/{}/{path}", api.id, api.stage, request.method)
    };
    let decision = caller.decide(action, &resource(ACCOUNT_ID));
    // API Gateway shows the last four digits of the account only.
    let masked = format!("********{}", &ACCOUNT_ID[ACCOUNT_ID.len() - 4..]);
    match denial(decision, &caller.arn(), action, &resource(&masked)) {
        None => Ok(caller),
        Some(text) => Err(Refused::Denied(text)),
    }
}

/// The backend. It is reached only by callers who may.
fn integrate(world: &World, api: &Api, request: &Arrived, route: &Route, caller: &Caller) -> Answer {
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

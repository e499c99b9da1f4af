//! STS: who am I, and a role for a web identity (the second half of Cognito's classic flow).

mod query_protocol;
mod web_identity;

use std::collections::BTreeMap;

use http::{Method, StatusCode};

use crate::account::ACCOUNT_ID;
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::verify::{Refusal, Scope};
use crate::world::World;

use query_protocol::{Fields, QueryError};

/// Answers a request to the service.
pub(crate) fn answer(world: &World, request: &Arrived, region: &str) -> Answer {
    let parameters = parameters(request);
    let action = parameters.get("Action").map_or("unknown", String::as_str);
    let result = match action {
        "GetCallerIdentity" => get_caller_identity(world, request, region),
        "AssumeRoleWithWebIdentity" => web_identity::assume_role(world, &parameters),
        _ => Err(QueryError::new(
            StatusCode::BAD_REQUEST,
            "InvalidAction",
            format!("Could not find operation {action} for version 2011-06-15"),
        )),
    };
    match result {
        // Errors are XML always: whether AWS writes them as JSON too is not known.
        Ok(fields) if accepts_json(request) => query_protocol::json_answer(action, &fields, &request.request_id),
        Ok(fields) => query_protocol::xml_answer(action, &fields, &request.request_id),
        Err(error) => error.to_answer(&request.request_id),
    }
}

/// The operation that a request asks for.
pub(crate) fn operation_name(request: &Arrived) -> String {
    parameters(request).remove("Action").unwrap_or_else(|| "unknown".to_owned())
}

/// The service is asked too often.
pub(crate) fn throttled() -> Answer {
    QueryError::new(StatusCode::BAD_REQUEST, "Throttling", "Rate exceeded").to_answer("-")
}

/// The service itself fails.
pub(crate) fn failed(status: StatusCode) -> Answer {
    let (code, message) = if status == StatusCode::SERVICE_UNAVAILABLE {
        ("ServiceUnavailable", "Service is unavailable, try again later.")
    } else {
        ("InternalFailure", "An internal error occurred.")
    };
    QueryError::new(status, code, message).to_answer("-")
}

fn parameters(request: &Arrived) -> BTreeMap<String, String> {
    let encoded = if request.method == Method::GET { request.query().as_bytes() } else { &request.body };
    form_urlencoded::parse(encoded).into_owned().collect()
}

fn accepts_json(request: &Arrived) -> bool {
    request.header("accept").is_some_and(|accept| accept.contains("application/json"))
}

/// Needs no permission: even a caller who may do nothing may ask who it is.
fn get_caller_identity(world: &World, request: &Arrived, region: &str) -> Result<Fields, QueryError> {
    let scope = Scope { service: "sts", region, window_minutes: 15 };
    let caller = world.verify(request, scope).map_err(refused)?;
    let user_id = format!("{}:{}", world.settings().role_id(&caller.role), caller.session_name);
    Ok(vec![("Arn", caller.arn().into()), ("UserId", user_id.into()), ("Account", ACCOUNT_ID.into())])
}

fn refused(refusal: Refusal) -> QueryError {
    let forbidden = |code, message: String| QueryError::new(StatusCode::FORBIDDEN, code, message);
    match refusal {
        Refusal::Unsigned => {
            forbidden("MissingAuthenticationToken", "Request is missing Authentication Token".to_owned())
        }
        Refusal::Incomplete(text) => QueryError::new(StatusCode::BAD_REQUEST, "IncompleteSignature", text),
        Refusal::UnknownCredentials => {
            forbidden("InvalidClientTokenId", "The security token included in the request is invalid".to_owned())
        }
        Refusal::ExpiredCredentials => {
            forbidden("ExpiredToken", "The security token included in the request is expired".to_owned())
        }
        Refusal::Invalid(invalid) => forbidden("SignatureDoesNotMatch", invalid.text),
    }
}

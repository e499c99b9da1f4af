//! AppSync: GraphQL over HTTP with IAM authorization, on a real engine.

mod errors;
mod field_access;
mod notes;
mod schema;

use async_graphql::{Request, Variables};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use crate::account::{ACCOUNT_ID, GRAPHQL_API_ID, REGION};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::iam;
use crate::issued::Caller;
use crate::proxy;
use crate::settings::{Around, AuthenticationType, Settings};
use crate::verify::{Refusal, Scope};
use crate::world::World;

use errors::{HttpError, to_appsync};

pub(crate) use notes::Notes;

const ACTION: &str = "appsync:GraphQL";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphQlRequest {
    query: String,
    #[serde(default)]
    variables: Value,
    operation_name: Option<String>,
}

/// Answers a request to the API.
pub(crate) async fn answer(world: &World, request: &Arrived, region: &str) -> Answer {
    match respond(world, request, region).await {
        Ok((body, outcome)) => {
            Answer::json(StatusCode::OK, &body).with_header("x-amzn-appsync-tokensconsumed", "1").counted_as(outcome)
        }
        Err(error) => error.to_answer(),
    }
}

/// The API is asked too often.
pub(crate) fn throttled() -> Answer {
    HttpError::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Rate exceeded").to_answer()
}

/// The service itself fails.
pub(crate) fn failed(status: StatusCode) -> Answer {
    HttpError::new(status, "InternalFailure", "Internal failure").to_answer()
}

async fn respond(world: &World, request: &Arrived, region: &str) -> Result<(Value, String), HttpError> {
    if request.path() != "/graphql" {
        return Err(HttpError::new(StatusCode::NOT_FOUND, "UnknownOperationException", "Unknown Operation Request."));
    }
    let settings = world.settings();
    let request = &proxy::pass(settings.graphql.proxy.as_ref(), request);
    // A web ACL is asked before anything else.
    if settings.graphql.waf.as_ref().is_some_and(|waf| request.body.len() > waf.max_body_bytes) {
        return Err(HttpError::new(StatusCode::FORBIDDEN, "WAFForbiddenException", "403 Forbidden"));
    }
    check_mode(&settings, request)?;
    let scope = Scope { service: "appsync", region, window_minutes: 5 };
    let caller = world.verify(request, scope).map_err(|refusal| refused(request, refusal))?;
    // A caller who may select no field of the API may not use it at all.
    if !schema::FIELDS.iter().any(|(type_name, field)| is_allowed(&settings, &caller, type_name, field)) {
        return Err(unauthorized("Permission denied"));
    }
    if request.method != Method::POST {
        return Err(malformed());
    }
    if request.body.is_empty() {
        return Err(HttpError::new(StatusCode::BAD_REQUEST, "MalformedHttpRequestException", "Request body is empty."));
    }
    let asked: GraphQlRequest = serde_json::from_slice(&request.body).map_err(|_| malformed())?;
    let mut engine_request =
        Request::new(asked.query).variables(Variables::from_json(asked.variables)).data(caller).data(settings);
    engine_request.operation_name = asked.operation_name;
    let response = schema::execute(world, engine_request).await;
    let outcome = response.errors.first().map_or_else(|| "ok".to_owned(), errors::outcome);
    Ok((to_appsync(&response), outcome))
}

/// Whether the API takes IAM signatures. Without that mode, one is read as whatever the API's own mode expects.
fn check_mode(settings: &Settings, request: &Arrived) -> Result<(), HttpError> {
    let has = |mode| settings.graphql.has_mode(mode);
    let is_signature = request.header("authorization").is_some_and(|value| value.starts_with("AWS4-"));
    if has(AuthenticationType::AwsIam) || !is_signature {
        return Ok(());
    }
    let takes_tokens = has(AuthenticationType::AmazonCognitoUserPools) || has(AuthenticationType::OpenidConnect);
    Err(unauthorized(if takes_tokens {
        "Unable to parse JWT token."
    } else {
        "You are not authorized to make this call."
    }))
}

/// Whether a caller may select a field of one of the root types.
fn may_select(settings: &Settings, caller: &Caller, type_name: &str, field: &str) -> bool {
    settings.graphql.is_field_open_to_iam(type_name, field) && is_allowed(settings, caller, type_name, field)
}

/// Whether IAM allows a caller to select a field.
fn is_allowed(settings: &Settings, caller: &Caller, type_name: &str, field: &str) -> bool {
    let resource =
        format!("arn:aws:appsync:{REGION}:{ACCOUNT_ID}:apis/{GRAPHQL_API_ID}/types/{type_name}/fields/{field}");
    settings.authorize(caller, &iam::Request::new(ACTION, resource), Around::default()).is_ok()
}

fn malformed() -> HttpError {
    HttpError::new(StatusCode::BAD_REQUEST, "MalformedHttpRequestException", "Unable to parse GraphQL query.")
}

fn unauthorized(message: &str) -> HttpError {
    HttpError::new(StatusCode::UNAUTHORIZED, "UnauthorizedException", message)
}

fn refused(request: &Arrived, refusal: Refusal) -> HttpError {
    let forbidden = |name, message: &str| HttpError::new(StatusCode::FORBIDDEN, name, message);
    match refusal {
        Refusal::Unsigned => unauthorized("You are not authorized to make this call."),
        // Anything that does not look like SigV4 is taken for a token of a user pool.
        Refusal::Incomplete(_) if !request.header("authorization").is_some_and(|value| value.starts_with("AWS4-")) => {
            unauthorized("Unable to parse JWT token.")
        }
        Refusal::Incomplete(text) => forbidden("IncompleteSignatureException", &text),
        Refusal::UnknownCredentials => {
            forbidden("UnrecognizedClientException", "The security token included in the request is invalid.")
        }
        Refusal::ExpiredCredentials => {
            forbidden("ExpiredTokenException", "The security token included in the request is expired")
        }
        // Since about 2020 AppSync words signature and clock errors as bad requests.
        Refusal::Invalid(invalid) => HttpError::new(StatusCode::BAD_REQUEST, "BadRequestException", invalid.text),
    }
}

//! Who calls an API, by which authorization mode, and what that caller may do there. Requests over HTTP and frames of
//! sockets are judged alike.

use http::StatusCode;

use super::errors::ApiError;
use crate::account::{ACCOUNT_ID, EVENTS_API_ID, GRAPHQL_API_ID, REGION};
use crate::arrived::Arrived;
use crate::iam;
use crate::issued::Caller;
use crate::settings::{Around, AuthenticationType, Settings};
use crate::verify::{Refusal, Scope};
use crate::world::World;

/// Finds out who sent a request to an API that has these authorization modes.
pub(super) fn verify(
    world: &World,
    has_mode: impl Fn(AuthenticationType) -> bool,
    request: &Arrived,
) -> Result<Caller, ApiError> {
    check_mode(has_mode, request)?;
    let scope = Scope { service: "appsync", region: REGION, window_minutes: 5 };
    world.verify(request, scope).map_err(|refusal| refused(request, refusal))
}

/// Whether IAM allows a caller to select a field of one of the root types, and the schema lets it.
pub(super) fn may_select(settings: &Settings, caller: &Caller, type_name: &str, field: &str) -> bool {
    settings.graphql.is_field_open_to_iam(type_name, field) && is_allowed(settings, caller, type_name, field)
}

/// A caller to whom IAM allows none of these fields may not use the GraphQL API at all.
pub(super) fn check_any_field(settings: &Settings, caller: &Caller, fields: &[(&str, &str)]) -> Result<(), ApiError> {
    if fields.iter().any(|(type_name, field)| is_allowed(settings, caller, type_name, field)) {
        Ok(())
    } else {
        Err(denied())
    }
}

/// What a caller may do with the Events API.
#[derive(Clone, Copy, Debug)]
pub(super) enum EventsAction<'a> {
    Connect,
    /// Subscribe in the namespace of that name.
    Subscribe(&'a str),
    /// Publish in the namespace of that name.
    Publish(&'a str),
}

/// Whether IAM allows it.
pub(super) fn may_use_events(settings: &Settings, caller: &Caller, action: EventsAction<'_>) -> bool {
    let api = format!("arn:aws:appsync:{REGION}:{ACCOUNT_ID}:apis/{EVENTS_API_ID}");
    let (action, resource) = match action {
        EventsAction::Connect => ("appsync:EventConnect", api),
        EventsAction::Subscribe(namespace) => ("appsync:EventSubscribe", format!("{api}/channelNamespace/{namespace}")),
        EventsAction::Publish(namespace) => ("appsync:EventPublish", format!("{api}/channelNamespace/{namespace}")),
    };
    settings.authorize(caller, &iam::Request::new(action, resource), Around::default()).is_ok()
}

/// AppSync's way of saying that IAM denies: without a reason.
pub(super) fn denied() -> ApiError {
    unauthorized("Permission denied")
}

pub(super) fn unauthorized(message: &'static str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "UnauthorizedException", message)
}

/// Nothing that AppSync knows as an authorization arrived.
pub(super) fn not_authorized() -> ApiError {
    unauthorized("You are not authorized to make this call.")
}

/// Whether the API takes IAM signatures. Without that mode, one is read as whatever the API's own mode expects.
fn check_mode(has: impl Fn(AuthenticationType) -> bool, request: &Arrived) -> Result<(), ApiError> {
    if has(AuthenticationType::AwsIam) || !is_signature(request) {
        return Ok(());
    }
    let takes_tokens = has(AuthenticationType::AmazonCognitoUserPools) || has(AuthenticationType::OpenidConnect);
    Err(if takes_tokens { unauthorized("Unable to parse JWT token.") } else { not_authorized() })
}

fn is_signature(request: &Arrived) -> bool {
    request.header("authorization").is_some_and(|value| value.starts_with("AWS4-"))
}

fn is_allowed(settings: &Settings, caller: &Caller, type_name: &str, field: &str) -> bool {
    let resource =
        format!("arn:aws:appsync:{REGION}:{ACCOUNT_ID}:apis/{GRAPHQL_API_ID}/types/{type_name}/fields/{field}");
    settings.authorize(caller, &iam::Request::new("appsync:GraphQL", resource), Around::default()).is_ok()
}

fn refused(request: &Arrived, refusal: Refusal) -> ApiError {
    let forbidden = |name, message: String| ApiError::new(StatusCode::FORBIDDEN, name, message);
    match refusal {
        Refusal::Unsigned => not_authorized(),
        // Anything that does not look like SigV4 is taken for a token of a user pool.
        Refusal::Incomplete(_) if !is_signature(request) => unauthorized("Unable to parse JWT token."),
        Refusal::Incomplete(text) => forbidden("IncompleteSignatureException", text),
        Refusal::UnknownCredentials => {
            forbidden("UnrecognizedClientException", "The security token included in the request is invalid.".into())
        }
        Refusal::ExpiredCredentials => {
            forbidden("ExpiredTokenException", "The security token included in the request is expired".into())
        }
        // Since about 2020 AppSync words signature and clock errors as bad requests.
        Refusal::Invalid(invalid) => ApiError::bad_request(invalid.text),
    }
}

//! AppSync: GraphQL over HTTP with IAM authorization, on a real engine; subscriptions over sockets (`realtime`); and the
//! Events API (`events`).

mod access;
mod changes;
mod errors;
pub(crate) mod events;
mod field_access;
mod injection;
mod notes;
pub(crate) mod realtime;
mod schema;
mod subscriptions;

use std::sync::Arc;

use async_graphql::{Request, Variables};
use http::{Method, StatusCode};
use hyper::upgrade::OnUpgrade;
use serde::Deserialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::proxy;
use crate::settings::Waf;
use crate::world::World;

use access::{check_any_field, verify};
use errors::{ApiError, to_appsync};
use events::EventSocket;
use subscriptions::Subscriptions;

pub(crate) use changes::Changes;
pub(crate) use injection::Injection;
pub(crate) use notes::Notes;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GraphQlRequest {
    query: String,
    #[serde(default)]
    variables: Value,
    operation_name: Option<String>,
}

impl GraphQlRequest {
    /// Reads the body of a request, or what was signed for a subscription.
    fn read(body: &[u8]) -> Result<Self, ApiError> {
        serde_json::from_slice(body).map_err(|_| malformed())
    }

    fn for_engine(self) -> Request {
        let mut request = Request::new(self.query).variables(Variables::from_json(self.variables));
        request.operation_name = self.operation_name;
        request
    }
}

/// Answers a request to the GraphQL API.
pub(crate) async fn answer(world: &World, request: &Arrived) -> Answer {
    match respond(world, request).await {
        Ok((body, outcome)) => {
            Answer::json(StatusCode::OK, &body).with_header("x-amzn-appsync-tokensconsumed", "1").counted_as(outcome)
        }
        Err(error) => error.to_answer(),
    }
}

/// Answers a request for a socket of the GraphQL API.
pub(crate) fn open_graphql_socket(world: &Arc<World>, request: &Arrived, upgrade: Option<OnUpgrade>) -> Answer {
    realtime::answer::<Subscriptions>(world, request, upgrade)
}

/// Answers a request for a socket of the Events API.
pub(crate) fn open_event_socket(world: &Arc<World>, request: &Arrived, upgrade: Option<OnUpgrade>) -> Answer {
    realtime::answer::<EventSocket>(world, request, upgrade)
}

/// The API is asked too often.
pub(crate) fn throttled() -> Answer {
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Rate exceeded").to_answer()
}

/// The service itself fails.
pub(crate) fn failed(status: StatusCode) -> Answer {
    ApiError::new(status, "InternalFailure", "Internal failure").to_answer()
}

async fn respond(world: &World, request: &Arrived) -> Result<(Value, String), ApiError> {
    if request.path() != "/graphql" {
        return Err(unknown_operation());
    }
    let settings = world.settings();
    let request = &proxy::pass(settings.graphql.proxy.as_ref(), request);
    check_waf(settings.graphql.waf.as_ref(), request.body.len())?;
    let caller = verify(world, |mode| settings.graphql.has_mode(mode), request)?;
    check_any_field(&settings, &caller, &schema::FIELDS)?;
    if request.method != Method::POST {
        return Err(malformed());
    }
    if request.body.is_empty() {
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "MalformedHttpRequestException", "Request body is empty."));
    }
    let engine_request = GraphQlRequest::read(&request.body)?.for_engine().data(caller).data(settings);
    let response = schema::execute(world, engine_request).await;
    let outcome = response.errors.first().map_or_else(|| "ok".to_owned(), errors::outcome);
    Ok((to_appsync(&response), outcome))
}

/// A web ACL is asked before anything else.
fn check_waf(waf: Option<&Waf>, bytes: usize) -> Result<(), ApiError> {
    if waf.is_some_and(|waf| bytes > waf.max_body_bytes) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "WAFForbiddenException", "403 Forbidden"));
    }
    Ok(())
}

fn unknown_operation() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "UnknownOperationException", "Unknown Operation Request.")
}

fn malformed() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "MalformedHttpRequestException", "Unable to parse GraphQL query.")
}

//! GraphQL over HTTP with IAM authorization, on a real engine.

use async_graphql::{Request, Variables};
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::access::{check_any_field, verify};
use super::errors::{self, ApiError, to_appsync, unknown_operation};
use super::schema;
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::proxy;
use crate::settings::Waf;
use crate::world::World;

/// A request of GraphQL over HTTP.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GraphQlRequest {
    query: String,
    #[serde(default)]
    variables: Value,
    operation_name: Option<String>,
}

impl GraphQlRequest {
    /// Reads the body of a request, or what was signed for a subscription.
    pub(super) fn read(body: &[u8]) -> Result<Self, ApiError> {
        serde_json::from_slice(body).map_err(|_| malformed())
    }

    /// The request as the engine takes it.
    pub(super) fn for_engine(self) -> Request {
        let mut request = Request::new(self.query).variables(Variables::from_json(self.variables));
        request.operation_name = self.operation_name;
        request
    }
}

/// Answers a request to the API.
pub(super) async fn answer(world: &World, request: &Arrived) -> Answer {
    match respond(world, request).await {
        Ok((body, outcome)) => {
            Answer::json(StatusCode::OK, &body).with_header("x-amzn-appsync-tokensconsumed", "1").counted_as(outcome)
        }
        Err(error) => error.to_answer(),
    }
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
pub(super) fn check_waf(waf: Option<&Waf>, bytes: usize) -> Result<(), ApiError> {
    if waf.is_some_and(|waf| bytes > waf.max_body_bytes) {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "WAFForbiddenException", "403 Forbidden"));
    }
    Ok(())
}

pub(super) fn malformed() -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "MalformedHttpRequestException", "Unable to parse GraphQL query.")
}

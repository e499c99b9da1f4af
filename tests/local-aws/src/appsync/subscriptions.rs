//! GraphQL subscriptions over AppSync's real-time endpoint ("Building a real-time WebSocket client", AppSync Developer
//! Guide).

use std::sync::Arc;

use async_graphql::parser::types::{OperationType, Selection};
use async_graphql::{Request, Response};
use futures_util::future::FutureExt;
use futures_util::stream::{BoxStream, StreamExt};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use super::access::{self, check_any_field};
use super::errors::{self, ApiError, to_appsync};
use super::graphql::{GraphQlRequest, check_waf, malformed};
use super::realtime::{Frame, MESSAGE_LIMIT, Member, Protocol, Refused, Session, Subscriber};
use super::schema;
use crate::arrived::Arrived;
use crate::faults::realtime::Operation;
use crate::host::Service;
use crate::issued::Caller;
use crate::world::World;

/// The protocol: Apollo's older `graphql-ws`, with signatures.
#[derive(Debug)]
pub(super) struct Subscriptions;

impl Protocol for Subscriptions {
    const SERVICE: Service = Service::GraphqlRealtime;
    const SUBPROTOCOL: &'static str = "graphql-ws";
    const PATH: &'static str = "/graphql";
    const CUSTOM_DOMAIN_PATH: &'static str = "/graphql/realtime";
    const CONNECT_PATH: &'static str = "/graphql/connect";

    fn check_connect(world: &World, request: &Arrived) -> Result<(), ApiError> {
        verify(world, request).map(drop)
    }

    fn acknowledgement(timeout_ms: u64) -> Value {
        json!({ "type": "connection_ack", "payload": { "connectionTimeoutMs": timeout_ms } })
    }

    fn connection_error(error: &ApiError) -> Value {
        json!({ "type": "connection_error", "payload": { "errors": [error.to_connection_error()] } })
    }

    fn error(error: &ApiError) -> Value {
        json!({ "type": "error", "payload": { "errors": [error.to_json()] } })
    }

    async fn received(session: &mut Session, frame: &Frame) {
        match frame.kind() {
            "start" => started(session, frame).await,
            "stop" => {
                if let Ok(id) = frame.id()
                    && session.remove(id)
                {
                    session.send(&json!({ "type": "complete", "id": id })).await;
                }
            }
            _ => session.send(&Self::error(&frame.unknown())).await,
        }
    }
}

/// A stream of what a subscription is answered, not looked at yet.
struct Opened {
    field: String,
    responses: BoxStream<'static, Response>,
}

async fn started(session: &mut Session, frame: &Frame) {
    let id = match frame.id() {
        Ok(id) => id,
        Err(error) => return session.send(&Subscriptions::error(&error)).await,
    };
    match session.attempt(Operation::Start, |session| start(session, id, frame)) {
        None => {}
        Some(Ok(opened)) => {
            session.send(&json!({ "type": "start_ack", "id": id })).await;
            run(session, id, opened);
        }
        Some(Err(Refused { error, with_id })) => {
            let mut refusal = Subscriptions::error(&error);
            if with_id {
                refusal["id"] = json!(id);
            }
            session.send(&refusal).await;
        }
    }
}

fn start(session: &mut Session, id: &str, frame: &Frame) -> Result<Opened, ApiError> {
    session.check_room(id)?;
    let payload = frame.member("payload");
    let data = payload["data"].as_str().ok_or_else(malformed)?;
    let world = &session.world;
    let settings = world.settings();
    // A web ACL looks at these frames only.
    check_waf(settings.graphql.waf.as_ref(), data.len())?;
    let request = session.request(&payload["extensions"]["authorization"], "/graphql", data)?;
    let caller = verify(world, &request)?;
    let mut request = GraphQlRequest::read(data.as_bytes())?.for_engine().data(caller).data(settings);
    let field = root_field(&mut request)?;
    let mut responses = schema::subscribe(world, request);
    // What the engine refuses, it refuses at once. From here on it listens.
    match responses.next().now_or_never() {
        None => Ok(Opened { field, responses }),
        Some(Some(response)) if response.errors.is_empty() => {
            let responses = futures_util::stream::once(std::future::ready(response)).chain(responses).boxed();
            Ok(Opened { field, responses })
        }
        Some(response) => Err(refused(response.as_ref())),
    }
}

fn verify(world: &World, request: &Arrived) -> Result<Caller, ApiError> {
    let settings = world.settings();
    let caller = access::verify(world, |mode| settings.graphql.has_mode(mode), request)?;
    check_any_field(&settings, &caller, &schema::FIELDS)?;
    Ok(caller)
}

/// The one field that a subscription is to.
fn root_field(request: &mut Request) -> Result<String, ApiError> {
    let name = request.operation_name.clone();
    let document = request.parsed_query().map_err(|error| ApiError::bad_request(error.message))?;
    let is_meant = |operation: Option<&str>| name.as_deref().is_none_or(|name| operation == Some(name));
    let operation = document.operations.iter().find(|(name, _)| is_meant(name.map(|name| name.as_str())));
    let operation = operation.map(|(_, operation)| &operation.node);
    let subscription = operation.filter(|operation| operation.ty == OperationType::Subscription);
    let subscription = subscription.ok_or_else(|| ApiError::bad_request("The operation must be a subscription."))?;
    match subscription.selection_set.node.items.as_slice() {
        [selection] if let Selection::Field(field) = &selection.node => Ok(field.node.name.node.to_string()),
        _ => Err(ApiError::bad_request("A subscription must have one field.")),
    }
}

fn refused(response: Option<&Response>) -> ApiError {
    match response.and_then(|response| response.errors.first()) {
        Some(error) => ApiError::new(StatusCode::BAD_REQUEST, errors::outcome(error), error.message.clone()),
        None => ApiError::bad_request("The subscription ended at once."),
    }
}

/// Work that ends with its subscription.
#[derive(Debug)]
struct Work(AbortHandle);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn run(session: &mut Session, id: &str, opened: Opened) {
    let subscriber = session.subscriber(id);
    let registration = session.world.fields.register(opened.field, subscriber.clone());
    let work = tokio::spawn(forward(Arc::clone(&session.world), subscriber, opened.responses));
    session.add(id, (registration, Work(work.abort_handle())));
}

async fn forward(world: Arc<World>, subscriber: Subscriber, mut responses: BoxStream<'static, Response>) {
    while let Some(response) = responses.next().await {
        let payload = to_appsync(&response).to_string();
        if payload.len() > MESSAGE_LIMIT {
            world.stats.count(Subscriptions::SERVICE, "data", "tooLarge");
            continue;
        }
        if !subscriber.send(&member(&payload)).await {
            return;
        }
        world.stats.count_deliveries(Subscriptions::SERVICE, 1);
    }
}

/// The member of a message that holds the response.
pub(super) fn member(payload: &str) -> Member {
    Member::new("payload", payload)
}

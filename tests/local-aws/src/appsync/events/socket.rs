//! The protocol of the Events API's real-time endpoint ("Understanding the Event API WebSocket protocol", AppSync Events
//! Developer Guide).

use http::StatusCode;
use serde_json::{Value, json};

use super::channel::ChannelPattern;
use super::publish::Publish;
use crate::appsync::access::{self, EventsAction, denied};
use crate::appsync::errors::ApiError;
use crate::appsync::realtime::{Frame, Protocol, Refused, Session};
use crate::arrived::Arrived;
use crate::faults::realtime::Operation;
use crate::host::Service;
use crate::world::World;

/// The path that all signatures are for.
const PATH: &str = "/event";

/// The protocol.
#[derive(Debug)]
pub(in crate::appsync) struct EventSocket;

impl Protocol for EventSocket {
    const SERVICE: Service = Service::EventsRealtime;
    const SUBPROTOCOL: &'static str = "aws-appsync-event-ws";
    const PATH: &'static str = "/event/realtime";
    const CUSTOM_DOMAIN_PATH: &'static str = "/event/realtime";
    const CONNECT_PATH: &'static str = PATH;

    fn check_connect(world: &World, request: &Arrived) -> Result<(), ApiError> {
        let settings = world.settings();
        let caller = access::verify(world, |mode| settings.events.connects_with(mode), request)?;
        if !access::may_use_events(&settings, &caller, EventsAction::Connect) {
            return Err(denied());
        }
        Ok(())
    }

    fn acknowledgement(timeout_ms: u64) -> Value {
        json!({ "type": "connection_ack", "connectionTimeoutMs": timeout_ms })
    }

    fn connection_error(error: &ApiError) -> Value {
        json!({ "type": "connection_error", "errors": [error.to_connection_error()] })
    }

    fn error(error: &ApiError) -> Value {
        json!({ "type": "error", "errors": [error.to_json()] })
    }

    async fn received(session: &mut Session, frame: &Frame) {
        let id = match frame.id() {
            Ok(id) => id,
            Err(error) => return session.send(&Self::error(&error)).await,
        };
        match frame.kind() {
            "subscribe" => {
                let result = session.attempt(Operation::Subscribe, |session| subscribe(session, id, frame));
                let result = result.map(|result| result.map(|()| json!({})));
                answer(session, id, "subscribe", result).await;
            }
            "unsubscribe" => {
                let result = if session.remove(id) { Ok(json!({})) } else { Err(unknown_subscription(id)) };
                answer(session, id, "unsubscribe", Some(result)).await;
            }
            "publish" => {
                let result = session.attempt(Operation::Publish, |session| publish(session, frame));
                answer(session, id, "publish", result).await;
            }
            _ => {
                let mut error = Self::error(&frame.unknown());
                error["id"] = json!(id);
                session.send(&error).await;
            }
        }
    }
}

/// Answers `…_success` or `…_error`.
async fn answer(session: &Session, id: &str, kind: &str, result: Option<Result<Value, Refused>>) {
    let frame = match result {
        None => return,
        Some(Ok(members)) => {
            let mut frame = json!({ "type": format!("{kind}_success"), "id": id });
            if let (Some(frame), Some(members)) = (frame.as_object_mut(), members.as_object()) {
                frame.extend(members.clone());
            }
            frame
        }
        Some(Err(Refused { error, with_id: false })) => EventSocket::error(&error),
        Some(Err(Refused { error, with_id: true })) => {
            json!({ "type": format!("{kind}_error"), "id": id, "errors": [error.to_json()] })
        }
    };
    session.send(&frame).await;
}

fn unknown_subscription(id: &str) -> Refused {
    let message = format!("Unknown operation id {id}");
    Refused { error: ApiError::new(StatusCode::BAD_REQUEST, "UnknownOperationError", message), with_id: true }
}

fn subscribe(session: &mut Session, id: &str, frame: &Frame) -> Result<(), ApiError> {
    session.check_room(id)?;
    let channel = frame.member("channel");
    let name = channel.as_str().ok_or_else(|| ApiError::bad_request("channel must be a string."))?;
    let settings = session.world.settings();
    let pattern = ChannelPattern::parse(name);
    let namespace = pattern.as_ref().map(|pattern| pattern.namespace().to_owned()).unwrap_or_default();
    let body = json!({ "channel": channel }).to_string();
    let request = session.request(frame.member("authorization"), PATH, &body)?;
    let has_mode = |mode| settings.events.subscribes_with(&namespace, mode);
    let caller = access::verify(&session.world, has_mode, &request)?;
    let pattern = pattern.ok_or_else(|| ApiError::bad_request(format!("{} is no channel.", super::shown(name))))?;
    settings.events.namespace(&namespace).ok_or_else(|| super::no_namespace(&namespace))?;
    if !access::may_use_events(&settings, &caller, EventsAction::Subscribe(&namespace)) {
        // As in amplify-js#14947.
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "Unauthorized", "Permission denied"));
    }
    let registration = session.world.channels.register(pattern, session.subscriber(id));
    session.add(id, registration);
    Ok(())
}

fn publish(session: &mut Session, frame: &Frame) -> Result<Value, ApiError> {
    let publish = Publish::read(frame.member("channel"), frame.member("events"))?;
    let request = session.request(frame.member("authorization"), PATH, &publish.signed_form())?;
    let settings = session.world.settings();
    let caller =
        access::verify(&session.world, |mode| settings.events.publishes_with(publish.namespace(), mode), &request)?;
    publish.publish(&session.world, &caller)
}

//! AppSync Events: publishing over HTTP, and a socket for subscribing and publishing.

mod channel;
mod publish;
mod socket;

use http::{Method, StatusCode};
use serde_json::Value;

use super::access;
use super::errors::{ApiError, unknown_operation};
use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::world::World;

use publish::Publish;

pub(super) use channel::Channel;
pub(crate) use channel::ChannelPattern;
pub(super) use publish::member;
pub(super) use socket::EventSocket;

/// Answers a request to the HTTP endpoint of the Events API, which takes publishes only.
pub(super) fn answer(world: &World, request: &Arrived) -> Answer {
    match respond(world, request) {
        Ok(report) => Answer::json(StatusCode::OK, &report),
        Err(error) => error.to_answer(),
    }
}

fn respond(world: &World, request: &Arrived) -> Result<Value, ApiError> {
    if request.path() != "/event" || request.method != Method::POST {
        return Err(unknown_operation());
    }
    let settings = world.settings();
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let publish = Publish::read(&body["channel"], &body["events"]);
    let namespace = publish.as_ref().map_or("", Publish::namespace);
    let caller = access::verify(world, |mode| settings.events.publishes_with(namespace, mode), request)?;
    publish?.publish(world, &caller)
}

fn no_namespace(namespace: &str) -> ApiError {
    ApiError::bad_request(format!("There is no channel namespace {}.", shown(namespace)))
}

/// What a client sent, short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

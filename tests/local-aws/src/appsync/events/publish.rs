//! A publish, over HTTP or a socket: its form, its limits, and the delivery of its events.

use serde::Serialize;
use serde_json::{Value, json};

use super::channel::Channel;
use super::socket::EventSocket;
use crate::appsync::access::{self, EventsAction, denied};
use crate::appsync::errors::ApiError;
use crate::appsync::realtime::{MESSAGE_LIMIT, Member, Protocol};
use crate::faults::realtime::EventForm;
use crate::issued::Caller;
use crate::random;
use crate::world::World;

/// Limits of a publish ("AWS AppSync endpoints and quotas").
const EVENTS: usize = 5;
const BYTES: usize = 1_200_000;

/// Events for a channel, as a client sends them.
#[derive(Debug, Serialize)]
pub(super) struct Publish<'a> {
    channel: &'a str,
    /// Each is JSON in a text.
    events: Vec<&'a str>,
}

impl<'a> Publish<'a> {
    /// Reads the members of a body or a frame.
    pub(super) fn read(channel: &'a Value, events: &'a Value) -> Result<Self, ApiError> {
        let channel = channel.as_str().ok_or_else(|| ApiError::bad_request("channel must be a string."))?;
        let events = events.as_array().and_then(|events| events.iter().map(Value::as_str).collect());
        let events: Vec<&str> = events.ok_or_else(|| ApiError::bad_request("events must be an array of strings."))?;
        Ok(Self { channel, events })
    }

    /// The channel's namespace, as far as the channel is one.
    pub(super) fn namespace(&self) -> &str {
        self.channel.strip_prefix('/').unwrap_or(self.channel).split('/').next().unwrap_or_default()
    }

    /// What AppSync verifies the signature of a frame over: not what arrived, but what its own serializer writes, which
    /// escapes `<` and `>` (aws-appsync-community#400).
    pub(super) fn signed_form(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default();
        json.replace('<', "\\u003c").replace('>', "\\u003e")
    }

    /// Delivers the events to everybody who has subscribed, if the caller may, and says what became of each.
    pub(super) fn publish(&self, world: &World, caller: &Caller) -> Result<Value, ApiError> {
        if !(1..=EVENTS).contains(&self.events.len()) {
            return Err(ApiError::bad_request(format!("events must have 1 to {EVENTS} items.")));
        }
        if self.events.iter().map(|event| event.len()).sum::<usize>() > BYTES {
            return Err(ApiError::bad_request("The events are larger than 1.2 MB together."));
        }
        let channel = Channel::parse(self.channel)
            .ok_or_else(|| ApiError::bad_request(format!("{} is no channel.", super::shown(self.channel))))?;
        let settings = world.settings();
        let namespace = self.namespace();
        settings.events.namespace(namespace).ok_or_else(|| super::no_namespace(namespace))?;
        if !access::may_use_events(&settings, caller, EventsAction::Publish(namespace)) {
            return Err(denied());
        }
        let mut successful = Vec::new();
        let mut failed = Vec::new();
        for (index, event) in self.events.iter().enumerate() {
            let identifier = random::uuid();
            match accept(world, event) {
                Ok(()) => {
                    deliver(world, &channel, event);
                    successful.push(json!({ "identifier": identifier, "index": index }));
                }
                Err((code, message)) => {
                    failed.push(json!({ "identifier": identifier, "index": index, "code": code, "message": message }))
                }
            }
        }
        Ok(json!({ "successful": successful, "failed": failed }))
    }
}

/// What can be wrong with one event, while the others are delivered.
fn accept(world: &World, event: &str) -> Result<(), (String, String)> {
    if let Some(fault) = world.faults.lock().realtime.take_failing_event() {
        return Err((fault.code, fault.message));
    }
    let refused = |message: &str| Err(("BadRequestException".to_owned(), message.to_owned()));
    if event.len() > MESSAGE_LIMIT {
        return refused("The event is larger than 240 KB.");
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(event) {
        Ok(_) => Ok(()),
        Err(_) => refused("The event is not JSON."),
    }
}

/// Sends an event to everybody who has subscribed.
fn deliver(world: &World, channel: &Channel, event: &str) {
    let subscribers = world.channels.of(|pattern| pattern.covers(channel));
    if subscribers.is_empty() {
        return;
    }
    let member = member(world.faults.lock().realtime.event_form(), event);
    let delivered = subscribers.iter().filter(|subscriber| subscriber.offer(&member)).count();
    world.stats.count_deliveries(EventSocket::SERVICE, delivered as u64);
}

/// The member of a message that holds the event.
pub(in crate::appsync) fn member(form: EventForm, event: &str) -> Member {
    let json = match form {
        EventForm::Text => json!(event),
        EventForm::List => json!([event]),
    };
    Member::new("event", &json.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_form_is_appsyncs_own() {
        let (channel, events) = (json!("/default/room-1"), json!([r#"{"n":1}"#, "\"<b>\""]));
        let publish = Publish::read(&channel, &events).unwrap();
        let expected = r#"{"channel":"/default/room-1","events":["{\"n\":1}","\"\u003cb\u003e\""]}"#;
        assert_eq!(publish.signed_form(), expected);
    }

    #[test]
    fn events_are_texts() {
        let channel = json!("/default");
        for events in [json!(null), json!("1"), json!([1]), json!([{}]), json!({})] {
            assert!(Publish::read(&channel, &events).is_err(), "{events}");
        }
        assert!(Publish::read(&json!(1), &json!(["1"])).is_err());
    }
}

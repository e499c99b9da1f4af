//! What goes wrong on sockets.

use std::time::Duration;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::sockets::{Drop, RawFrame, SocketsChange};
use super::{Field, OneOrMany, once, take};
use crate::host::Service;

/// AppSync's own, where no fault says otherwise ("Building a real-time WebSocket client").
const KEEP_ALIVE_MS: u64 = 60_000;
const CONNECTION_TIMEOUT_MS: u64 = 300_000;
/// AppSync's quota of subscriptions on one connection.
const SUBSCRIPTIONS: usize = 200;

/// The faults of sockets that hold at the moment.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RealtimeFaults {
    /// Milliseconds between keep-alive frames.
    keep_alive_ms: Option<u64>,
    /// No keep-alive frames.
    withhold_keep_alive: bool,
    /// The milliseconds that `connection_ack` names.
    connection_timeout_ms: Option<u64>,
    subscription_limit: Option<usize>,
    /// Milliseconds that each answer to a frame waits.
    delay_ms: u64,
    event_form: EventForm,
    refuse: Vec<RefusedFrame>,
    ignore: Vec<IgnoredFrame>,
    fail_events: Vec<FailingEvent>,
}

/// The form of `event` in messages: the guide shows a list of one text, AWS's own clients expect the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum EventForm {
    #[default]
    Text,
    List,
}

/// What a client asks for over a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Operation {
    Connect,
    Start,
    Subscribe,
    Publish,
}

impl Operation {
    /// The name under which it is counted.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Start => "start",
            Self::Subscribe => "subscribe",
            Self::Publish => "publish",
        }
    }
}

/// AppSync refuses something.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RefusedFrame {
    service: Option<Service>,
    /// Every one if left out.
    operation: Option<Operation>,
    error_type: String,
    #[serde(default)]
    message: String,
    #[serde(default = "bad_request")]
    error_code: Status,
    /// The status with which the request for a socket is refused, in place of `connection_error`.
    status: Option<Status>,
    /// Whether the refusal names the frame that it is about.
    #[serde(default = "yes")]
    with_id: bool,
    #[serde(default = "once")]
    times: u32,
}

/// AppSync answers something with silence.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IgnoredFrame {
    service: Option<Service>,
    /// Every one if left out.
    operation: Option<Operation>,
    #[serde(default = "once")]
    times: u32,
}

/// One event of a publish is not broadcast.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FailingEvent {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) message: String,
    #[serde(default = "once")]
    times: u32,
}

super::wears_off!(RefusedFrame, IgnoredFrame, FailingEvent);

/// An HTTP status of an error.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(try_from = "u16", into = "u16")]
struct Status(StatusCode);

impl TryFrom<u16> for Status {
    type Error = &'static str;

    fn try_from(status: u16) -> Result<Self, Self::Error> {
        let status = StatusCode::from_u16(status).ok().filter(|status| status.as_u16() >= 300);
        status.map(Self).ok_or("no status of an error")
    }
}

impl From<Status> for u16 {
    fn from(status: Status) -> Self {
        status.0.as_u16()
    }
}

fn bad_request() -> Status {
    Status(StatusCode::BAD_REQUEST)
}

fn yes() -> bool {
    true
}

/// What becomes of one frame, or of one request for a socket.
#[derive(Clone, Debug)]
pub(crate) enum FrameFault {
    Ignore,
    Refuse { error_type: String, message: String, error_code: StatusCode, status: Option<StatusCode>, with_id: bool },
}

/// The keep-alive frames of all sockets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeepAlive {
    pub(crate) period: Duration,
    pub(crate) is_withheld: bool,
}

impl RealtimeFaults {
    /// The fault of an operation, used up by one.
    pub(crate) fn take_for(&mut self, service: Service, operation: Operation) -> Option<FrameFault> {
        let is_meant = |meant_service: Option<Service>, meant: Option<Operation>| {
            meant_service.is_none_or(|meant| meant == service) && meant.is_none_or(|meant| meant == operation)
        };
        if take(&mut self.ignore, |fault| is_meant(fault.service, fault.operation)).is_some() {
            return Some(FrameFault::Ignore);
        }
        let refused = take(&mut self.refuse, |fault| is_meant(fault.service, fault.operation))?;
        Some(FrameFault::Refuse {
            error_type: refused.error_type,
            message: refused.message,
            error_code: refused.error_code.0,
            status: refused.status.map(|status| status.0),
            with_id: refused.with_id,
        })
    }

    /// Whether an event of a publish fails.
    pub(crate) fn take_failing_event(&mut self) -> Option<FailingEvent> {
        take(&mut self.fail_events, |_| true)
    }

    pub(crate) fn keep_alive(&self) -> KeepAlive {
        let period = Duration::from_millis(self.keep_alive_ms.unwrap_or(KEEP_ALIVE_MS).max(1));
        KeepAlive { period, is_withheld: self.withhold_keep_alive }
    }

    pub(crate) fn connection_timeout_ms(&self) -> u64 {
        self.connection_timeout_ms.unwrap_or(CONNECTION_TIMEOUT_MS)
    }

    pub(crate) fn subscription_limit(&self) -> usize {
        self.subscription_limit.unwrap_or(SUBSCRIPTIONS)
    }

    pub(crate) fn delay_ms(&self) -> u64 {
        self.delay_ms
    }

    pub(crate) fn event_form(&self) -> EventForm {
        self.event_form
    }

    /// Applies the standing part of a change.
    pub(super) fn apply(&mut self, change: RealtimeChange) {
        change.keep_alive_ms.apply_to(&mut self.keep_alive_ms);
        change.withhold_keep_alive.apply_to(&mut self.withhold_keep_alive);
        change.connection_timeout_ms.apply_to(&mut self.connection_timeout_ms);
        change.subscription_limit.apply_to(&mut self.subscription_limit);
        change.delay_ms.apply_to(&mut self.delay_ms);
        change.event_form.apply_to(&mut self.event_form);
        change.refuse.apply_to(&mut self.refuse);
        change.ignore.apply_to(&mut self.ignore);
        change.fail_events.apply_to(&mut self.fail_events);
    }
}

/// A change of these faults, as it comes over the wire.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct RealtimeChange {
    keep_alive_ms: Field<Option<u64>>,
    withhold_keep_alive: Field<bool>,
    connection_timeout_ms: Field<Option<u64>>,
    subscription_limit: Field<Option<usize>>,
    delay_ms: Field<u64>,
    event_form: Field<EventForm>,
    refuse: Field<OneOrMany<RefusedFrame>>,
    ignore: Field<OneOrMany<IgnoredFrame>>,
    fail_events: Field<OneOrMany<FailingEvent>>,
    /// At once: send frames to all sockets.
    send: Option<OneOrMany<RawFrame>>,
    /// At once, after that: end all sockets.
    drop: Option<Drop>,
}

impl RealtimeChange {
    pub(super) fn take_sockets_change(&mut self) -> SocketsChange {
        let send = self.send.take().map(|frames| frames.0).unwrap_or_default();
        SocketsChange::new(send, self.drop.take())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn change(value: Value) -> Result<RealtimeChange, serde_json::Error> {
        serde_json::from_value(value)
    }

    #[test]
    fn faults_are_used_up_by_what_they_are_meant_for() {
        let mut faults = RealtimeFaults::default();
        faults.apply(
            change(json!({
                "refuse": { "operation": "start", "errorType": "LimitExceededError", "withId": false, "times": 2 },
                "ignore": { "service": "eventsRealtime" },
            }))
            .unwrap(),
        );
        let mut take = |service, operation| match faults.take_for(service, operation) {
            None => "nothing",
            Some(FrameFault::Ignore) => "silence",
            Some(FrameFault::Refuse { with_id, .. }) => {
                if with_id {
                    "with id"
                } else {
                    "without id"
                }
            }
        };
        assert_eq!(take(Service::GraphqlRealtime, Operation::Connect), "nothing");
        assert_eq!(take(Service::GraphqlRealtime, Operation::Start), "without id");
        assert_eq!(take(Service::EventsRealtime, Operation::Connect), "silence");
        assert_eq!(take(Service::EventsRealtime, Operation::Connect), "nothing");
        assert_eq!(take(Service::GraphqlRealtime, Operation::Start), "without id");
        assert_eq!(take(Service::GraphqlRealtime, Operation::Start), "nothing");
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        for (value, word) in [
            (json!({ "keepAliveSeconds": 1 }), "keepAliveSeconds"),
            (json!({ "refuse": { "operation": "stop", "errorType": "x" } }), "stop"),
            (json!({ "refuse": { "operation": "start" } }), "errorType"),
            (json!({ "refuse": { "errorType": "x", "status": 200 } }), "status"),
        ] {
            let error = change(value).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}

//! AppSync Events: channels, publishes, and the frames of their own. The rest is the
//! [`Connection`](super::connection::Connection)'s ("Understanding the Event API WebSocket protocol", AppSync Events
//! Developer Guide).
//!
//! Events are published over HTTP, unless the caller asks for the socket: there AppSync verifies the signature over its
//! own serialization of the events, in which some characters are written otherwise than they came
//! (aws/aws-appsync-community#400), so that only events without such characters get through.

mod channel;
mod publish;

pub use channel::{Channel, Subscription};
pub use publish::Publish;
pub(super) use publish::check_socket_safe;

use super::connection::{Frame, JsonObject, Member, Value, WireId, decimal, first_error, wire_id};

/// `subscribe` or `publish`. The members of the signed body stand in the message as they were signed.
pub(super) fn message(kind: &str, id: WireId, body: &str, authorization: &str) -> String {
    let head = JsonObject::default().text("type", kind).text("id", &decimal(id));
    let members = body.strip_prefix('{').and_then(|body| body.strip_suffix('}')).unwrap_or_default();
    let message = head.json("authorization", authorization).finish();
    let message = message.strip_suffix('}').unwrap_or_default();
    [message, ",", members, "}"].concat()
}

/// The text that is signed to subscribe.
fn subscribe_body(channel: &str) -> String {
    JsonObject::default().text("channel", channel).finish()
}

/// Reads the frames that only Events has.
pub(super) fn read_frame<P: Value>(kind: &str, value: &P) -> Option<Frame<P>> {
    let id = wire_id(value);
    Some(match kind {
        "subscribe_success" => Frame::Started(id?),
        "data" => Frame::Data { id: id?, payloads: read_events(value) },
        "subscribe_error" | "publish_error" | "error" => Frame::Refused { id, error: first_error(value) },
        "broadcast_error" => Frame::MessageLost(id?),
        "publish_success" => {
            Frame::Published { id: id?, report: value.member(Member::Successful).map(|_| value.clone())? }
        }
        "unsubscribe_success" | "unsubscribe_error" => Frame::Nothing,
        _ => return None,
    })
}

/// `event` is a text with JSON in it, or an array of such: the guide shows arrays, AWS's own clients expect either.
fn read_events<P: Value>(value: &P) -> Vec<Option<P>> {
    let Some(event) = value.member(Member::Event) else { return vec![None] };
    let items: Vec<_> = (0..).map_while(|index| event.item(index)).map(|item| item.parse()).collect();
    if items.is_empty() { vec![event.parse()] } else { items }
}

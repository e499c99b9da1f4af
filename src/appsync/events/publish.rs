//! Publishes: batches of events within AppSync's limits.

use super::Channel;
use crate::appsync::connection::{JsonObject, decimal};
use crate::error::Error;

/// The most events of one publish (AWS General Reference, "AWS AppSync endpoints and quotas").
const EVENTS: usize = 5;

/// The largest event that subscribers can be sent, in bytes.
const EVENT_SIZE: usize = 240 * 1_024;

/// Events for one channel that are published together.
#[derive(Clone, PartialEq, Eq)]
pub struct Publish {
    body: String,
    events: usize,
}

/// Events are the users' data and stay out of logs.
impl core::fmt::Debug for Publish {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Publish").field("events", &self.events).finish_non_exhaustive()
    }
}

impl Publish {
    /// Puts events, each of them JSON, into as few publishes as AppSync takes, in their order. AppSync's answers count
    /// from 0 in each.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidRequest`](crate::Code::InvalidRequest) about `events` if there are none, or if they are to go over
    /// a socket and AppSync would not find the signature right; about `events[i]` if one is over 240 KiB.
    pub fn batches(channel: &Channel, events: &[String], is_over_socket: bool) -> Result<Vec<Self>, Error> {
        if events.is_empty() {
            return Err(Error::request("events", "is empty"));
        }
        if let Some(index) = events.iter().position(|event| event.len() > EVENT_SIZE) {
            return Err(Error::request(["events[", &decimal(index as u32), "]"].concat(), "is larger than 240 KiB"));
        }
        // Five events of the largest size are within the limit of a publish, 1.2 MB.
        let batch = |events: &[String]| Self {
            body: JsonObject::default().text("channel", channel.as_str()).texts("events", events).finish(),
            events: events.len(),
        };
        let batches: Vec<_> = events.chunks(EVENTS).map(batch).collect();
        if is_over_socket {
            batches.iter().try_for_each(|batch| check_socket_safe(&batch.body))?;
        }
        Ok(batches)
    }

    /// The body of a publish over HTTP, and what is signed for one over a socket. JSON.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The number of events, 1 to 5.
    pub fn events(&self) -> usize {
        self.events
    }
}

/// Refuses the body of a publish if AppSync may not find its signature right over a socket. It signs what its own
/// serializer writes: known to differ for `<` and `>` (aws/aws-appsync-community#400), as a serializer does that escapes
/// for HTML; those escape `&`, `=`, `'` and some characters outside ASCII too. Over HTTP everything gets through.
pub(in crate::appsync) fn check_socket_safe(body: &str) -> Result<(), Error> {
    let is_safe = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'>' | b'&' | b'=' | b'\'');
    if body.bytes().all(is_safe) {
        return Ok(());
    }
    let error = Error::request("events", "hold characters that cannot be published over a socket");
    Err(error.advise("Publish them over HTTP."))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn channel() -> Channel {
        Channel::parse("default/room-1").unwrap()
    }

    fn texts(events: &[&str]) -> Vec<String> {
        events.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_body_is_that_of_the_published_vector() {
        let batches = Publish::batches(&channel(), &texts(&[r#"{"n":1}"#]), true).unwrap();
        // `events-publish-ws`.
        assert_eq!(batches[0].body(), r#"{"channel":"/default/room-1","events":["{\"n\":1}"]}"#);
    }

    #[test]
    fn events_are_put_into_batches_of_five_in_their_order() {
        let events: Vec<_> = (0..12).map(|n| n.to_string()).collect();
        let batches = Publish::batches(&channel(), &events, true).unwrap();
        assert_eq!(batches.iter().map(Publish::events).collect::<Vec<_>>(), [5, 5, 2]);
        assert!(batches[2].body().ends_with(r#""events":["10","11"]}"#));
    }

    #[test]
    fn limits_name_the_event() {
        let field = |events: &[String]| Publish::batches(&channel(), events, false).unwrap_err().field.clone().unwrap();
        assert_eq!(field(&[]), "events");
        let large = format!("\"{}\"", "x".repeat(EVENT_SIZE - 2));
        assert!(Publish::batches(&channel(), std::slice::from_ref(&large), false).is_ok());
        assert_eq!(field(&[String::from("1"), large + " "]), "events[1]");
    }

    #[test]
    fn only_what_appsync_serializes_as_it_came_is_safe_over_a_socket() {
        let check = |event: &str| Publish::batches(&channel(), &texts(&["1", event]), true);
        let is_safe = |event: &str| check(event).is_ok();
        assert!(is_safe(r#"{"text":"plain \"words\", https://a.example/?x#y\n"}"#));
        for event in ["\"<\"", "\">\"", "\"&\"", "\"a=b\"", "\"it's\"", "\"ü\"", "\"\u{2028}\"", "\"\u{7f}\""] {
            assert!(!is_safe(event), "{event}");
        }
    }
}

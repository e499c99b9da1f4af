//! Publishes: batches of events within AppSync's limits, and what AppSync says of them.

use super::Channel;
use crate::appsync::connection::{JsonObject, Refusal, Value, to_json};
use crate::error::{Code, Error};

/// The most events of one publish (AWS General Reference, "AWS AppSync endpoints and quotas").
const EVENTS: usize = 5;

/// The largest event that subscribers can be sent, in bytes.
const EVENT_SIZE: usize = 240 * 1_024;

/// Events for one channel that are published together.
#[derive(Clone, PartialEq, Eq)]
pub struct Publish {
    body: String,
    events: usize,
    is_socket_safe: bool,
}

/// Events are the users' data and stay out of logs.
impl core::fmt::Debug for Publish {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Publish").field("events", &self.events).finish_non_exhaustive()
    }
}

impl Publish {
    /// Puts events, each of them JSON, into as few publishes as AppSync takes, in their order. AppSync's answers count
    /// from 0 in each; [`PublishReport::append`] puts them together.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidRequest`] about `events` if there are none, and about `events[i]` if one is over 240 KiB.
    pub fn batches(channel: &Channel, events: &[String]) -> Result<Vec<Self>, Error> {
        let invalid = |field: String, what| Error::new(Code::InvalidRequest, format!("{field} {what}")).field(field);
        if events.is_empty() {
            return Err(invalid("events".into(), "is empty"));
        }
        if let Some(index) = events.iter().position(|event| event.len() > EVENT_SIZE) {
            return Err(invalid(format!("events[{index}]"), "is larger than 240 KiB"));
        }
        // Five events of the largest size are within the limit of a publish, 1.2 MB.
        let batch = |events: &[String]| Self {
            body: JsonObject::default()
                .json("channel", &to_json(channel.as_str()))
                .json("events", &to_json(events))
                .finish(),
            events: events.len(),
            is_socket_safe: events.iter().all(|event| event.bytes().all(is_socket_safe)),
        };
        Ok(events.chunks(EVENTS).map(batch).collect())
    }

    /// The body of a publish over HTTP, and what is signed for one over a socket. JSON.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The number of events, 1 to 5.
    pub fn events(&self) -> usize {
        self.events
    }

    /// Whether AppSync is sure to find the signature right over a socket. It signs what its own serializer writes: known
    /// to differ for `<` and `>` (aws/aws-appsync-community#400), as a serializer does that escapes for HTML; those
    /// escape `&`, `=`, `'` and some characters outside ASCII too. Over HTTP everything gets through.
    pub fn is_socket_safe(&self) -> bool {
        self.is_socket_safe
    }
}

fn is_socket_safe(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'>' | b'&' | b'=' | b'\'')
}

/// What AppSync says of the events of a publish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishReport {
    /// The events that were broadcast.
    pub successful: Vec<AcceptedEvent>,
    /// The events that were not.
    pub failed: Vec<RejectedEvent>,
}

/// An event that was broadcast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedEvent {
    /// AppSync's identifier of the event.
    pub identifier: String,
    /// Its place in the publish, from 0.
    pub index: usize,
}

/// An event that was not broadcast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedEvent {
    /// AppSync's identifier of the event.
    pub identifier: String,
    /// Its place in the publish, from 0.
    pub index: usize,
    /// AWS's name for what is wrong, empty if it gave none.
    pub code: String,
    /// AWS's words, empty if it gave none.
    pub message: String,
}

impl PublishReport {
    /// Reads the answer over HTTP; `answer` is its JSON, if it has any.
    ///
    /// # Errors
    ///
    /// What AppSync refuses the publish for.
    pub fn read_answer<V: Value>(status: u16, answer: Option<&V>) -> Result<Self, Error> {
        let report = answer.filter(|_| status == 200).and_then(Self::read);
        report.ok_or_else(|| {
            let refusal = answer.map(Refusal::read).unwrap_or_default();
            Refusal { code: status, ..refusal }.into_error("the publish")
        })
    }

    /// Reads the answer over HTTP or a `publish_success`; `None` if it is neither.
    pub fn read<V: Value>(answer: &V) -> Option<Self> {
        let successful = entries(&answer.member("successful")?);
        let failed = answer.member("failed").map(|list| entries(&list)).unwrap_or_default();
        Some(Self {
            successful: successful
                .into_iter()
                .map(|(index, entry)| AcceptedEvent { identifier: text(&entry, "identifier"), index })
                .collect(),
            failed: failed
                .into_iter()
                .map(|(index, entry)| RejectedEvent {
                    identifier: text(&entry, "identifier"),
                    index,
                    code: text(&entry, "code"),
                    message: text(&entry, "message"),
                })
                .collect(),
        })
    }

    /// Appends the report of the batch after `events` earlier events.
    pub fn append(&mut self, batch: Self, events: usize) {
        let shift = |index: usize| index + events;
        self.successful.extend(batch.successful.into_iter().map(|e| AcceptedEvent { index: shift(e.index), ..e }));
        self.failed.extend(batch.failed.into_iter().map(|e| RejectedEvent { index: shift(e.index), ..e }));
    }
}

/// The entries of a list and the places of their events. No publish has more.
fn entries<V: Value>(list: &V) -> Vec<(usize, V)> {
    let index = |entry: &V| entry.member("index")?.number().filter(|index| (0.0..EVENTS as f64).contains(index));
    let entries = (0..EVENTS).map_while(|place| list.item(place)).enumerate();
    entries.map(|(place, entry)| (index(&entry).map_or(place, |index| index as usize), entry)).collect()
}

fn text<V: Value>(entry: &V, name: &str) -> String {
    entry.member(name).and_then(|value| value.text()).unwrap_or_default().chars().take(500).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::appsync::connection::tests::JsonValue;

    fn channel() -> Channel {
        Channel::parse("default/room-1").unwrap()
    }

    fn texts(events: &[&str]) -> Vec<String> {
        events.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_body_is_that_of_the_published_vector() {
        let batches = Publish::batches(&channel(), &texts(&[r#"{"n":1}"#])).unwrap();
        // `events-publish-ws`.
        assert_eq!(batches[0].body(), r#"{"channel":"/default/room-1","events":["{\"n\":1}"]}"#);
    }

    #[test]
    fn events_are_put_into_batches_of_five_in_their_order() {
        let events: Vec<_> = (0..12).map(|n| n.to_string()).collect();
        let batches = Publish::batches(&channel(), &events).unwrap();
        assert_eq!(batches.iter().map(Publish::events).collect::<Vec<_>>(), [5, 5, 2]);
        assert!(batches[2].body().ends_with(r#""events":["10","11"]}"#));
    }

    #[test]
    fn limits_name_the_event() {
        let field = |events: &[String]| Publish::batches(&channel(), events).unwrap_err().field.clone().unwrap();
        assert_eq!(field(&[]), "events");
        let large = format!("\"{}\"", "x".repeat(EVENT_SIZE - 2));
        assert!(Publish::batches(&channel(), std::slice::from_ref(&large)).is_ok());
        assert_eq!(field(&[String::from("1"), large + " "]), "events[1]");
    }

    #[test]
    fn only_what_appsync_serializes_as_it_came_is_safe_over_a_socket() {
        let is_safe = |event: &str| Publish::batches(&channel(), &texts(&["1", event])).unwrap()[0].is_socket_safe();
        assert!(is_safe(r#"{"text":"plain \"words\", https://a.example/?x#y\n"}"#));
        for event in ["\"<\"", "\">\"", "\"&\"", "\"a=b\"", "\"it's\"", "\"ü\"", "\"\u{2028}\"", "\"\u{7f}\""] {
            assert!(!is_safe(event), "{event}");
        }
    }

    #[test]
    fn reports_of_batches_are_put_together() {
        let answer = json!({ "successful": [{ "identifier": "a", "index": 1 }],
            "failed": [{ "identifier": "b", "index": 0, "code": "C", "message": "m" }, { "identifier": "c", "index": -1 }] });
        let read = PublishReport::read(&JsonValue(answer)).unwrap();
        assert_eq!(read.failed[1].index, 1);
        let mut whole = PublishReport::default();
        whole.append(read, 5);
        assert_eq!(whole.successful, [AcceptedEvent { identifier: "a".into(), index: 6 }]);
        assert_eq!((whole.failed[0].index, whole.failed[0].code.as_str()), (5, "C"));
        assert_eq!(PublishReport::read(&JsonValue(json!({ "message": "no" }))), None);
    }
}

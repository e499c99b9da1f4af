//! Who is sent which messages.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value;

use super::outgoing::Outgoing;

/// Subscriptions, each with what it is to (`T`).
#[derive(Debug)]
pub(crate) struct Subscribers<T>(Mutex<Registered<T>>);

#[derive(Debug)]
struct Registered<T> {
    by_number: BTreeMap<u64, (T, Subscriber)>,
    registered: u64,
}

// By hand, as derived code would ask for `T: Default`.
impl<T> Default for Subscribers<T> {
    fn default() -> Self {
        Self(Mutex::new(Registered { by_number: BTreeMap::new(), registered: 0 }))
    }
}

/// The client of a subscription.
#[derive(Clone, Debug)]
pub(crate) struct Subscriber {
    /// The beginning of each message, up to the member that holds what happened.
    head: Arc<str>,
    outgoing: Outgoing,
}

/// The member of a message that holds what happened: the name, and JSON. It is written once for all subscribers.
#[derive(Clone, Debug)]
pub(crate) struct Member(String);

/// A subscription is registered. Dropping it means that it is not any more.
#[derive(Debug)]
pub(crate) struct Registration<T: Debug> {
    subscribers: Arc<Subscribers<T>>,
    number: u64,
}

impl<T: Debug> Subscribers<T> {
    /// From now on messages come to this subscriber.
    pub(in crate::appsync) fn register(self: &Arc<Self>, to: T, subscriber: Subscriber) -> Registration<T> {
        let mut registered = self.0.lock();
        registered.registered += 1;
        let number = registered.registered;
        registered.by_number.insert(number, (to, subscriber));
        Registration { subscribers: Arc::clone(self), number }
    }

    /// Those that a message is for.
    pub(in crate::appsync) fn of(&self, is_meant: impl Fn(&T) -> bool) -> Vec<Subscriber> {
        let registered = self.0.lock();
        let meant = registered.by_number.values().filter(|(to, _)| is_meant(to));
        meant.map(|(_, subscriber)| subscriber.clone()).collect()
    }
}

impl<T: Debug> Drop for Registration<T> {
    fn drop(&mut self) {
        self.subscribers.0.lock().by_number.remove(&self.number);
    }
}

impl Subscriber {
    pub(super) fn new(id: &str, outgoing: Outgoing) -> Self {
        Self { head: format!(r#"{{"type":"data","id":{},"#, Value::from(id)).into(), outgoing }
    }

    /// Sends a message, and waits while too many others do; false if the socket is gone.
    pub(in crate::appsync) async fn send(&self, member: &Member) -> bool {
        self.outgoing.send(self.message(member)).await
    }

    /// Sends a message without waiting; false if the socket is gone.
    pub(in crate::appsync) fn offer(&self, member: &Member) -> bool {
        self.outgoing.offer(self.message(member))
    }

    fn message(&self, member: &Member) -> String {
        [&self.head, member.0.as_str(), "}"].concat()
    }
}

impl Member {
    /// `json` is JSON.
    pub(in crate::appsync) fn new(name: &str, json: &str) -> Self {
        Self(format!("{}:{json}", Value::from(name)))
    }
}

#[cfg(test)]
mod tests {
    use tokio_tungstenite::tungstenite::Message;

    use super::*;

    #[test]
    fn messages_come_to_those_they_are_for_until_they_leave() {
        let subscribers = Arc::new(Subscribers::default());
        let (outgoing, mut waiting) = Outgoing::new();
        let first = subscribers.register("a", Subscriber::new("1", outgoing.clone()));
        let _second = subscribers.register("b", Subscriber::new("2", outgoing));
        let meant = subscribers.of(|to| *to == "a");
        assert_eq!(meant.len(), 1);
        assert!(meant[0].offer(&Member::new("event", r#"["{}"]"#)));
        let expected = Message::from(r#"{"type":"data","id":"1","event":["{}"]}"#);
        assert_eq!(waiting.frames.try_recv(), Ok(expected));
        drop(first);
        assert_eq!((subscribers.of(|to| *to == "a").len(), subscribers.of(|_| true).len()), (0, 1));
    }
}

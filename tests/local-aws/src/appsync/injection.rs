//! Messages that tests send to subscriptions, without anybody who publishes them.

use serde::Deserialize;
use serde_json::Value;

use super::events::{self, Channel, EventSocket};
use super::realtime::{Member, Protocol, Subscriber};
use super::subscriptions::{self, Subscriptions};
use crate::host::Service;
use crate::world::World;

/// Stands for the number of a message, from 0, wherever a JSON text is exactly this.
const NUMBER: &str = "\"$n\"";

/// The same message to all subscriptions of a channel or a field, `count` times.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Members")]
pub(crate) struct Injection {
    to: To,
    count: u64,
}

#[derive(Debug)]
enum To {
    Channel { channel: Channel, event: String },
    Field { field: String, payload: String },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Members {
    channel: Option<String>,
    /// An event, as JSON.
    event: Option<Value>,
    field: Option<String>,
    /// The `payload` of a message to a GraphQL subscription, which no engine has looked at.
    payload: Option<Value>,
    #[serde(default = "once")]
    count: u64,
}

fn once() -> u64 {
    1
}

impl TryFrom<Members> for Injection {
    type Error = &'static str;

    fn try_from(members: Members) -> Result<Self, Self::Error> {
        let to = match members {
            Members { channel: Some(channel), event: Some(event), field: None, payload: None, .. } => {
                let channel = Channel::parse(&channel).ok_or("channel is none")?;
                To::Channel { channel, event: event.to_string() }
            }
            Members { channel: None, event: None, field: Some(field), payload: Some(payload), .. } => {
                To::Field { field, payload: payload.to_string() }
            }
            _ => return Err("either channel and event, or field and payload, are needed"),
        };
        Ok(Self { to, count: members.count })
    }
}

impl Injection {
    /// Delivers the messages, as fast as the slowest client takes them, and says how many deliveries there were.
    pub(crate) async fn deliver(&self, world: &World) -> u64 {
        match &self.to {
            To::Channel { channel, event } => {
                let subscribers = world.channels.of(|pattern| pattern.covers(channel));
                let form = world.faults.lock().realtime.event_form();
                let member = |event: &str| events::member(form, event);
                self.deliver_to(world, EventSocket::SERVICE, &subscribers, event, member).await
            }
            To::Field { field, payload } => {
                let subscribers = world.fields.of(|of| of == field);
                self.deliver_to(world, Subscriptions::SERVICE, &subscribers, payload, subscriptions::member).await
            }
        }
    }

    async fn deliver_to(
        &self,
        world: &World,
        service: Service,
        subscribers: &[Subscriber],
        json: &str,
        member: impl Fn(&str) -> Member,
    ) -> u64 {
        // Without numbers all messages are one, and are written once.
        let same = (!json.contains(NUMBER)).then(|| member(json));
        let mut deliveries = 0;
        for number in 0..self.count {
            let numbered = || member(&json.replace(NUMBER, &number.to_string()));
            let message = same.clone().unwrap_or_else(numbered);
            for subscriber in subscribers {
                deliveries += u64::from(subscriber.send(&message).await);
            }
        }
        world.stats.count_deliveries(service, deliveries);
        deliveries
    }
}

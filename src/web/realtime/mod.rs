//! The exports of the WebAssembly file with lasting connections, which `pkg/subscriptions.js` calls: a file of its own,
//! which pages load only if they subscribe. It has no client and signs nothing: it asks that of the page's client.

mod page;
mod payload;
mod sockets;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use self::page::{Consumer, Page, js_error, js_failure};
use self::payload::Payload;
use self::sockets::PageSockets;
use crate::appsync::connection::{Delivery, Endpoint, Operation, Protocol, QueueLimits};
use crate::appsync::events::{self, Channel, Publish};
use crate::appsync::realtime;
use crate::client::realtime::{Realtime, Subscription};
use crate::error::Error;

/// The lasting connections of a client.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Connections(Realtime<PageSockets>);

#[wasm_bindgen]
impl Connections {
    /// None yet.
    #[wasm_bindgen(constructor)]
    pub fn new(page: Page) -> Self {
        Self(Realtime::new(PageSockets::new(page)))
    }

    /// Subscribes to a GraphQL operation; `body` is what is sent of it.
    #[wasm_bindgen(js_name = subscribe)]
    pub fn subscribe(
        &self,
        period: u32,
        url: &str,
        query: &str,
        operation_name: Option<String>,
        body: String,
        most_queued: usize,
    ) -> Result<ExportedSubscription, JsValue> {
        let operation = realtime::subscription(query, operation_name.as_deref(), body);
        self.start(period, Protocol::GraphQl, url, operation, most_queued)
    }

    /// Subscribes to a channel of Events.
    #[wasm_bindgen(js_name = subscribeChannel)]
    pub fn subscribe_channel(
        &self,
        period: u32,
        url: &str,
        channel: &str,
        most_queued: usize,
    ) -> Result<ExportedSubscription, JsValue> {
        let operation = events::Subscription::parse(channel).map(|subscription| subscription.operation());
        self.start(period, Protocol::Events, url, operation, most_queued)
    }

    /// The publishes that events, each of them JSON, make together: of each its body and its number of events.
    #[wasm_bindgen(js_name = publishes)]
    pub fn publishes(&self, channel: &str, events: Vec<String>, is_over_socket: bool) -> Result<Array, JsValue> {
        let channel = self.checked(Channel::parse(channel))?;
        let publishes = self.checked(Publish::batches(&channel, &events, is_over_socket))?;
        let pair = |publish: &Publish| Array::of2(&publish.body().into(), &(publish.events() as u32).into());
        Ok(publishes.iter().map(pair).collect())
    }

    /// Where publishes go over HTTP. An error if the time of that user is over.
    #[wasm_bindgen(js_name = publishUrl)]
    pub fn publish_url(&self, period: u32, url: &str) -> Result<String, JsValue> {
        self.checked(self.0.check(period))?;
        Ok(self.endpoint(Protocol::Events, url)?.http_url().into())
    }

    /// Publishes over the connection; `consumer` gets AppSync's answer as a message, or what it failed with.
    pub fn publish(&self, period: u32, url: &str, body: String, consumer: Consumer) -> Result<(), JsValue> {
        let endpoint = self.endpoint(Protocol::Events, url)?;
        let page = self.0.host().page().clone();
        let done = move |result| match result {
            Ok(Payload(answer)) => consumer.message(&answer),
            Err(failure) => consumer.failed(&js_failure(&page, failure)),
        };
        self.checked(self.0.publish(period, &endpoint, body, Box::new(done)))
    }

    /// Takes in that another user may have the client.
    #[wasm_bindgen(js_name = identityChanged)]
    pub fn identity_changed(&self) {
        self.0.identity_changed();
    }

    /// Looks after the connections, as the device may have slept.
    pub fn wake(&self) {
        self.0.wake();
    }

    /// Takes in that the device went offline or online.
    #[wasm_bindgen(js_name = networkChanged)]
    pub fn network_changed(&self, is_online: bool) {
        self.0.network_changed(is_online);
    }

    /// Ends everything.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Connections {
    fn checked<T>(&self, result: Result<T, Error>) -> Result<T, JsValue> {
        result.map_err(|error| js_error(self.0.host().page(), &error))
    }

    fn endpoint(&self, protocol: Protocol, url: &str) -> Result<Endpoint, JsValue> {
        self.checked(Endpoint::parse(protocol, url, |host| self.0.host().page().is_aws_host(host)))
    }

    fn start(
        &self,
        period: u32,
        protocol: Protocol,
        url: &str,
        operation: Result<Operation, Error>,
        messages: usize,
    ) -> Result<ExportedSubscription, JsValue> {
        let (operation, endpoint) = (self.checked(operation)?, self.endpoint(protocol, url)?);
        let limits = QueueLimits { messages, ..QueueLimits::default() };
        self.checked(self.0.subscribe(period, &endpoint, operation, limits)).map(ExportedSubscription)
    }
}

/// A subscription. Freeing it ends it.
#[wasm_bindgen(js_name = Subscription)]
#[derive(Debug)]
pub struct ExportedSubscription(Subscription<PageSockets>);

#[wasm_bindgen(js_class = Subscription)]
impl ExportedSubscription {
    /// Gives what is next to the consumer; false if there is nothing for now.
    pub fn take(&self, consumer: &Consumer) -> bool {
        match self.0.take() {
            None => return false,
            Some(Delivery::Message(Payload(message))) => consumer.message(&message),
            Some(Delivery::Gap(gap)) => {
                consumer.gap(gap.since as f64, gap.until as f64, gap.disconnections, gap.overflowed, gap.unreadable)
            }
            Some(Delivery::End) => consumer.end(),
            Some(Delivery::Failed(failure)) => consumer.failed(&js_failure(self.0.host().page(), failure)),
        }
        true
    }

    /// Whether AppSync has acknowledged it; undefined while it may still do so.
    #[wasm_bindgen(getter, js_name = isAcknowledged)]
    pub fn is_acknowledged(&self) -> Option<bool> {
        self.0.is_acknowledged()
    }

    /// Tells the consumer once, when there is something new.
    #[wasm_bindgen(js_name = onChange)]
    pub fn on_change(&self, consumer: Consumer) {
        self.0.on_change(Box::new(move || consumer.changed()));
    }
}

//! The exports of the WebAssembly file with lasting connections, which `pkg/subscriptions.js` calls: a file of its own,
//! which pages load only if they subscribe. It has no client and signs nothing: it asks that of the page's client.

mod page;
mod payload;
mod sockets;

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use self::page::{Consumer, Page, js_error, js_failure};
use self::payload::Payload;
use self::sockets::PageSockets;
use crate::appsync::connection::{Delivery, Endpoint, EndpointUrl, Protocol, QueueLimits};
use crate::appsync::events::{self, Channel, Publish};
use crate::appsync::realtime;
use crate::client::realtime::{Realtime, Subscription};
use crate::error::Error;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

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

    /// An API: GraphQL, or Events. The URL comes in its parts, see [`EndpointUrl`].
    pub fn endpoint(&self, is_events: bool, scheme: &str, host: &str, port: &str, path: &str) -> Result<Api, JsValue> {
        let protocol = if is_events { Protocol::Events } else { Protocol::GraphQl };
        let url = EndpointUrl { scheme, host, port, path };
        self.checked(Endpoint::new(protocol, url, self.0.host().page().is_aws_host(host)))
            .map(|endpoint| Api(Rc::new(endpoint)))
    }

    /// Subscribes for the user of a period: with the body of a GraphQL operation, or to a channel of Events.
    pub fn subscribe(
        &self,
        period: u32,
        api: &Api,
        what: &str,
        most_queued: usize,
    ) -> Result<ExportedSubscription, JsValue> {
        let operation = match api.0.protocol() {
            Protocol::GraphQl => realtime::subscription(what.into()),
            Protocol::Events => self.checked(events::Subscription::parse(what))?.operation(),
        };
        let limits = QueueLimits { messages: most_queued, ..QueueLimits::default() };
        self.checked(self.0.subscribe(period, &api.0, operation, limits)).map(ExportedSubscription)
    }

    /// The publishes that events, each of them JSON, make together: of each its body and its number of events.
    pub fn publishes(&self, channel: &str, events: Vec<String>, is_over_socket: bool) -> Result<Array, JsValue> {
        let channel = self.checked(Channel::parse(channel))?;
        let publishes = self.checked(Publish::batches(&channel, &events, is_over_socket))?;
        let pair = |publish: &Publish| Array::of2(&publish.body().into(), &(publish.events() as u32).into());
        Ok(publishes.iter().map(pair).collect())
    }

    /// Refuses to go on after the end of a period.
    pub fn check(&self, period: u32) -> Result<(), JsValue> {
        self.checked(self.0.check(period))
    }

    /// Publishes over the connection; `consumer` gets AppSync's answer as a message, or what it failed with.
    pub fn publish(&self, period: u32, api: &Api, body: &str, consumer: Consumer) -> Result<(), JsValue> {
        let page = self.0.host().page().clone();
        let done = move |result| match result {
            Ok(Payload(answer)) => consumer.message(&answer),
            Err(failure) => consumer.failed(&js_failure(&page, failure)),
        };
        self.checked(self.0.publish(period, &api.0, body.into(), Box::new(done)))
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
}

/// An API of AppSync.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Api(Rc<Endpoint>);

#[wasm_bindgen]
impl Api {
    /// Where it takes requests.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.0.http_url().into()
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

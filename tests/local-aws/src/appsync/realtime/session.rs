//! What is known of a connection: its subscriptions, and the way to its client.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::authorization::Authorization;
use super::outgoing::Outgoing;
use super::subscribers::Subscriber;
use super::{Frame, Greeting, Protocol};
use crate::appsync::access::not_authorized;
use crate::appsync::errors::ApiError;
use crate::arrived::Arrived;
use crate::faults::realtime::{FrameFault, Operation};
use crate::host::Service;
use crate::world::World;

/// A connection.
#[derive(Debug)]
pub(crate) struct Session {
    pub(in crate::appsync) world: Arc<World>,
    service: Service,
    http_host: String,
    outgoing: Outgoing,
    is_acknowledged: bool,
    /// By their ids. Dropping one ends it.
    subscriptions: HashMap<String, Box<dyn Debug + Send + Sync>>,
}

impl Session {
    pub(super) fn new<P: Protocol>(world: Arc<World>, http_host: String, outgoing: Outgoing) -> Self {
        Self { world, service: P::SERVICE, http_host, outgoing, is_acknowledged: false, subscriptions: HashMap::new() }
    }

    /// A text has come.
    pub(super) async fn received<P: Protocol>(&mut self, text: &str, greeting: &Greeting) {
        let frame = match Frame::read(text) {
            Ok(frame) => frame,
            Err(error) => return self.send(&P::error(&error)).await,
        };
        if frame.kind() == "connection_init" {
            if matches!(greeting, Greeting::Acknowledge) {
                self.acknowledge::<P>().await;
            }
        } else if self.is_acknowledged {
            self.delay().await;
            P::received(self, &frame).await;
        }
    }

    /// Answers what cannot be read.
    pub(super) async fn unusable<P: Protocol>(&self, message: &str) {
        self.send(&P::error(&ApiError::bad_request(message))).await;
    }

    async fn acknowledge<P: Protocol>(&mut self) {
        self.delay().await;
        let timeout = self.world.faults.lock().realtime.connection_timeout_ms();
        self.send(&P::acknowledgement(timeout)).await;
        self.is_acknowledged = true;
    }

    async fn delay(&self) {
        let delay = self.world.faults.lock().realtime.delay_ms();
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
    }

    /// Sends a frame.
    pub(in crate::appsync) async fn send(&self, frame: &Value) {
        self.outgoing.send(frame.to_string()).await;
    }

    /// Does what a frame asks for, unless a fault says otherwise; none if there is to be no answer.
    pub(in crate::appsync) fn attempt<T>(
        &mut self,
        operation: Operation,
        work: impl FnOnce(&mut Self) -> Result<T, ApiError>,
    ) -> Option<Result<T, Refused>> {
        let fault = self.world.faults.lock().realtime.take_for(self.service, operation);
        let result = match fault {
            Some(FrameFault::Ignore) => {
                self.world.stats.count(self.service, operation.name(), "ignored");
                return None;
            }
            Some(FrameFault::Refuse { error_type, message, error_code, with_id, .. }) => {
                Err(Refused { error: ApiError::new(error_code, error_type, message), with_id })
            }
            None => work(self).map_err(|error| Refused { error, with_id: true }),
        };
        let outcome = result.as_ref().map_or_else(|refused| refused.error.name(), |_| "ok");
        self.world.stats.count(self.service, operation.name(), outcome);
        Some(result)
    }

    /// The request that stands for a frame.
    pub(in crate::appsync) fn request(
        &self,
        authorization: &Value,
        path: &'static str,
        body: &str,
    ) -> Result<Arrived, ApiError> {
        let authorization = Authorization::read(authorization).ok_or_else(not_authorized)?;
        authorization.to_request(&self.http_host, path, body, self.world.now_at(self.service))
    }

    /// Whether one more subscription of that id fits.
    pub(in crate::appsync) fn check_room(&self, id: &str) -> Result<(), ApiError> {
        if self.subscriptions.contains_key(id) {
            return Err(ApiError::bad_request(format!("A subscription with the id {id} exists already.")));
        }
        if self.subscriptions.len() >= self.world.faults.lock().realtime.subscription_limit() {
            return Err(ApiError::new(
                StatusCode::BAD_REQUEST,
                "MaxSubscriptionsReachedError",
                "Max number of subscriptions reached",
            ));
        }
        Ok(())
    }

    /// Who is sent the messages of a subscription.
    pub(in crate::appsync) fn subscriber(&self, id: &str) -> Subscriber {
        Subscriber::new(id, self.outgoing.clone())
    }

    /// Keeps a subscription. It ends with the connection, if not before.
    pub(in crate::appsync) fn add(&mut self, id: &str, subscription: impl Debug + Send + Sync + 'static) {
        self.subscriptions.insert(id.to_owned(), Box::new(subscription));
    }

    /// Ends a subscription; false if there is none of that id.
    pub(in crate::appsync) fn remove(&mut self, id: &str) -> bool {
        self.subscriptions.remove(id).is_some()
    }
}

/// A refusal of what a frame asks for.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(in crate::appsync) error: ApiError,
    /// Whether it says which frame it is about: AppSync does not when it throttles.
    pub(in crate::appsync) with_id: bool,
}

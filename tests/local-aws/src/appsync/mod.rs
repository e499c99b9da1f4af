//! AppSync: a GraphQL API with IAM authorization (`graphql`) and subscriptions over sockets (`subscriptions`), and an
//! Events API (`events`). What their real-time endpoints share is in `realtime`.

mod access;
mod changes;
mod errors;
mod events;
mod field_access;
mod graphql;
mod injection;
mod notes;
mod realtime;
mod schema;
mod subscriptions;

use std::sync::Arc;

use http::StatusCode;
use hyper::upgrade::OnUpgrade;

use crate::answer::Answer;
use crate::arrived::Arrived;
use crate::world::World;

use errors::ApiError;
use events::EventSocket;
use subscriptions::Subscriptions;

pub(crate) use changes::Changes;
pub(crate) use events::ChannelPattern;
pub(crate) use injection::Injection;
pub(crate) use notes::Notes;
pub(crate) use realtime::{Sockets, Subscribers};

/// What AppSync has at one of its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Graphql,
    GraphqlRealtime,
    Events,
    EventsRealtime,
}

/// Answers a request. `upgrade` is there if it asks for a socket.
pub(crate) async fn answer(
    world: &Arc<World>,
    endpoint: Endpoint,
    request: &Arrived,
    upgrade: Option<OnUpgrade>,
) -> Answer {
    match endpoint {
        Endpoint::Graphql => graphql::answer(world, request).await,
        Endpoint::GraphqlRealtime => realtime::answer::<Subscriptions>(world, request, upgrade),
        Endpoint::Events => events::answer(world, request),
        Endpoint::EventsRealtime => realtime::answer::<EventSocket>(world, request, upgrade),
    }
}

/// What a request asks for. Over a socket much more can be asked for, which is counted by itself.
pub(crate) fn operation_name(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Graphql => "graphql",
        Endpoint::Events => "publish",
        Endpoint::GraphqlRealtime | Endpoint::EventsRealtime => "connect",
    }
}

/// The API is asked too often.
pub(crate) fn throttled() -> Answer {
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", "Rate exceeded").to_answer()
}

/// The service itself fails.
pub(crate) fn failed(status: StatusCode) -> Answer {
    ApiError::new(status, "InternalFailure", "Internal failure").to_answer()
}

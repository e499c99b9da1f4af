//! What the client needs of its surroundings. `web` implements it with the browser; the tests with a manual clock and an
//! AWS in memory.

use std::future::Future;

use futures_util::future::LocalBoxFuture;

use super::cool_downs::CoolDowns;
use super::error::CallError;
use super::request::Signature;
use crate::cognito::{Failure, Logins, ServiceRequest};
use crate::credentials::CredentialSet;
use crate::credentials::sharing::Question;
use crate::event::Event;
use crate::http::{Json, Reply};
use crate::time::Millis;

/// Time, chance, waiting, sending, and what the page is asked for. A future of this trait that is dropped lets go of what
/// it waits for: a timer is cleared, a request aborted.
pub trait Host: 'static {
    /// What the page's functions and `fetch` throw.
    type Thrown: Clone + 'static;
    /// A captured request with its body.
    type Outgoing;
    /// An answer of the service that was called, for the caller.
    type Response;
    /// The exclusive lock of a tab that refreshes; dropping it lets the next tab refresh.
    type Turn;

    /// The device's clock.
    fn now(&self) -> Millis;

    /// Milliseconds of a clock that nobody sets.
    fn monotonic(&self) -> Millis;

    /// A random number in [0, 1).
    fn random(&self) -> f64;

    /// Waits.
    fn sleep(&self, duration: Millis) -> impl Future<Output = ()> + 'static;

    /// Waits for the next background refresh, which must not keep a process from ending.
    fn sleep_in_background(&self, duration: Millis) -> impl Future<Output = ()> + 'static;

    /// Runs work that nobody awaits.
    fn spawn(&self, work: LocalBoxFuture<'static, ()>);

    /// Tells listeners of an event.
    fn emit(&self, event: &Event);

    /// What all clients of the page share.
    fn cool_downs(&self) -> CoolDowns;

    /// Sends a request to Cognito or STS and reads the answer, at most [`MAX_BODY`](crate::http::MAX_BODY) of it.
    fn call_service(&self, request: &ServiceRequest) -> impl Future<Output = Result<Reply, Failure>>;

    /// Whether somebody is signed in, as far as that is known without asking the page.
    fn signed_in(&self) -> SignedIn;

    /// Asks the page who is signed in.
    fn login(&self) -> impl Future<Output = Result<Login, CallError<Self::Thrown>>>;

    /// Credentials that the page has given as an object.
    fn fixed_credentials(&self) -> Option<CredentialSet>;

    /// Asks the page's `credentials` function.
    fn provided_credentials(&self) -> impl Future<Output = Result<CredentialSet, CallError<Self::Thrown>>>;

    /// The guest's identity id that an earlier page has stored; asked for once.
    fn stored_identity(&self) -> impl Future<Output = Option<String>>;

    /// Stores a guest's identity id for later pages; none forgets it.
    fn store_identity(&self, identity_id: Option<&str>);

    /// The lower-case hex SHA-256 of the body; none if there is no body.
    fn payload_hash(&self, outgoing: &Self::Outgoing) -> impl Future<Output = Result<Option<String>, Self::Thrown>>;

    /// Sends a signed request, once. `follows_redirects` never; a redirect is an answer or an error as the caller asked.
    fn send(
        &self,
        outgoing: &Self::Outgoing,
        signature: &Signature,
    ) -> impl Future<Output = Sent<Self::Response, Self::Thrown>>;

    /// Reads as much of a refusal as tells why; the caller's own copy stays unread. Without `with_body`, its head alone.
    fn read_refusal(&self, response: &Self::Response, with_body: bool) -> impl Future<Output = Reply>;

    /// Reads an answer that is the client's own, at most [`MAX_BODY`](crate::http::MAX_BODY) of it.
    fn read(&self, response: &Self::Response) -> impl Future<Output = Result<Reply, Self::Thrown>>;

    /// Gives up an answer that the caller does not get.
    fn discard(&self, response: Self::Response);

    /// Whether a host answers at all, found out with a request without credentials that CORS cannot hide.
    fn is_reachable(&self, url: &str) -> impl Future<Output = bool>;

    /// A request of the client's own: a form to be posted to STS.
    fn form(&self, url: &str, body: &'static str) -> Self::Outgoing;

    /// The claims of a login token, unverified; none if it is not a JWT.
    fn claims(&self, token: &str) -> Option<Json>;

    /// Waits until this tab may refresh for all tabs of that name, or until that takes too long. None where tabs cannot
    /// share.
    fn tab_turn(&self, name: &str) -> impl Future<Output = Option<Self::Turn>>;

    /// Asks the tabs that have announced themselves under the name of the last turn.
    fn ask_tabs(&self, question: &Question) -> impl Future<Output = Option<Json>>;

    /// Announces that this tab has something to tell the others.
    fn announce_to_tabs(&self) -> impl Future<Output = ()>;

    /// Leaves the tabs: answers no more questions.
    fn leave_tabs(&self);
}

/// Whether somebody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedIn {
    /// A guest.
    No,
    /// A user.
    Yes,
    /// Only the page's function knows.
    Unknown,
}

/// Who is signed in.
#[derive(Clone, Debug, Default)]
pub struct Login {
    /// The tokens; empty for a guest.
    pub logins: Logins,
    /// The identity that the developer's own backend names.
    pub identity_id: Option<String>,
}

/// What came of sending a request once.
#[derive(Debug)]
pub enum Sent<R, T> {
    /// An answer.
    Answered {
        /// The answer, for the caller.
        response: R,
        /// Its HTTP status.
        status: u16,
    },
    /// No answer that the page may see.
    Unanswered(T),
    /// What the caller gets whatever it is: it was aborted, or is a redirect.
    Final(Result<R, T>, Option<u16>),
}

//! Whoever owns a client: a page's script, or a Rust front end.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, Request};

use crate::client::{CallError, Login, SignedIn};
use crate::credentials::CredentialSet;
use crate::event::Event;

/// What the browser asks its owner for.
pub(super) trait Owner: 'static {
    /// A request of the owner's, with its body.
    type Outgoing: Outgoing;

    /// Tells of an event.
    fn emit(&self, event: &Event);
    /// Whether somebody is signed in, without asking.
    fn signed_in(&self) -> SignedIn;
    /// Asks who is signed in.
    fn login(&self) -> impl Future<Output = Result<Login, CallError<JsValue>>>;
    /// Credentials given as an object.
    fn fixed_credentials(&self) -> Option<CredentialSet>;
    /// Asks for credentials.
    fn credentials(&self) -> impl Future<Output = Result<CredentialSet, CallError<JsValue>>>;
    /// The guest's identity id that an earlier page has stored; asked for once.
    fn stored_identity(&self) -> impl Future<Output = Option<String>>;
    /// Stores a guest's identity id for later pages; none forgets it.
    fn store_identity(&self, identity_id: Option<&str>);
}

/// A request that is signed and sent, as often as need be.
pub(super) trait Outgoing {
    /// The lower-case hex SHA-256 of the body; none if there is no body.
    fn payload_hash(&self) -> impl Future<Output = Result<Option<String>, JsValue>>;
    /// The request with these headers, names and values in turn.
    fn signed(&self, headers: &Array) -> impl Future<Output = Result<Request, JsValue>>;
    /// The signal that aborts it.
    fn signal(&self) -> Option<AbortSignal>;
    /// Whether the caller gets a redirect as an answer; else it is an error.
    fn wants_redirects(&self) -> bool;
}

//! From a captured request to its signature.

use std::borrow::Cow;
use std::rc::Rc;

use super::Inner;
use super::caller::Caller;
use super::error::{CallError, not_ready};
use super::host::Host;
use super::request::{CapturedRequest, Payload, Signature};
use super::{Client, State};
use crate::credentials::Decision;
use crate::error::{Code, Error};
use crate::http::Url;
use crate::routing::{SigningTarget, check_header_signing, check_presigning, resolve, unsupported_url};
use crate::sigv4::{
    EMPTY_HASH, Evidence, Lifetime, UNSIGNED_PAYLOAD, evidence, lifetime, presign, sha256_hex, sign_headers,
    takes_unsigned_payload,
};
use crate::time::Millis;

impl<H: Host> Client<H> {
    /// Signs a request for somebody else to send, waiting for its body's hash and for credentials.
    pub async fn sign(
        &self,
        caller: &Caller,
        request: &CapturedRequest,
        outgoing: &H::Outgoing,
    ) -> Result<Signature, CallError<H::Thrown>> {
        self.0.authorize(caller, request, outgoing).await
    }

    /// Signs at once; none if credentials have to be waited for.
    pub fn try_sign(&self, request: &CapturedRequest, payload: Payload<'_>) -> Result<Option<Signature>, Error> {
        self.caller()?;
        self.0.signature(request, payload, false)
    }

    /// Signs at once, or fails with `NOT_READY`. Missing credentials are on their way then.
    pub fn sign_now(&self, request: &CapturedRequest, payload: Payload<'_>) -> Result<Signature, Error> {
        self.try_sign(request, payload)?.ok_or_else(|| self.not_ready())
    }

    /// What a signature in headers was made of, to explain why it was refused; none if the credentials that made it are
    /// not the current ones any more.
    pub fn evidence(
        &self,
        request: &CapturedRequest,
        payload: Payload<'_>,
        authorization: &str,
        signed_at: Millis,
    ) -> Option<Evidence> {
        let url = url_of(request).ok()?;
        let headers = request.header_pairs();
        let mut state = self.0.state.borrow_mut();
        let target = self.0.target(&mut state, &url, request).ok()?;
        let set = state.session.current().filter(|set| is_by(authorization, &set.signing.access_key_id))?;
        let hash = hash_of(payload, &target);
        let signing = target.signing_request(&url, &request.method, &headers, &hash);
        Some(evidence(signing, &target.scope, &set.signing, signed_at))
    }

    /// The error of a synchronous call without credentials, which are on their way then.
    pub fn not_ready(&self) -> Error {
        self.0.is_ready();
        not_ready()
    }

    /// A URL that carries its own signature. `expires_seconds` is how long it is to be good for.
    pub async fn presign(
        &self,
        caller: &Caller,
        request: &CapturedRequest,
        expires_seconds: Option<u32>,
    ) -> Result<String, CallError<H::Thrown>> {
        let mut refreshed = false;
        loop {
            self.0.check(caller)?;
            // What cannot be presigned is refused before credentials are waited for.
            if let Some(url) = self.0.presigned(request, expires_seconds, refreshed)? {
                self.0.is_ready();
                return Ok(url);
            }
            // Credentials that are there expire too soon.
            if self.0.is_ready() {
                self.0.refreshed(caller).await?;
            } else {
                self.0.ready(caller).await?;
            }
            refreshed = true;
        }
    }

    /// As [`presign`](Self::presign), at once, or `NOT_READY`.
    pub fn presign_now(&self, request: &CapturedRequest, expires_seconds: Option<u32>) -> Result<String, Error> {
        self.caller()?;
        if let Some(url) = self.0.presigned(request, expires_seconds, false)? {
            self.0.is_ready();
            return Ok(url);
        }
        if !self.0.is_ready() {
            return Err(not_ready());
        }
        self.0.start_refresh();
        Err(Error::new(Code::NotReady, "The credentials expire before a URL that is good for so long"))
    }
}

impl<H: Host> Inner<H> {
    /// Waits for the hash and for credentials, and signs.
    pub(super) async fn authorize(
        self: &Rc<Self>,
        caller: &Caller,
        request: &CapturedRequest,
        outgoing: &H::Outgoing,
    ) -> Result<Signature, CallError<H::Thrown>> {
        self.check_target(request)?;
        let hash = caller.unless_ended(self.host.payload_hash(outgoing)).await;
        let hash = hash.ok_or_else(|| self.ended())?.map_err(CallError::Thrown)?;
        let payload = hash.as_deref().map_or(Payload::None, Payload::Hash);
        let mut refreshed = false;
        loop {
            self.check(caller)?;
            if let Some(signature) = self.signature(request, payload, refreshed)? {
                return Ok(signature);
            }
            self.ready(caller).await?;
            refreshed = true;
        }
    }

    /// Refuses what must not be signed or sent, before anything is waited for.
    fn check_target(&self, request: &CapturedRequest) -> Result<(), Error> {
        let url = url_of(request)?;
        check_header_signing(&url, &request.header_pairs())?;
        self.target(&mut self.state.borrow_mut(), &url, request).map(drop)
    }

    /// Signs with the current credentials; none if there have to be others first. `refreshed` says that they are as new
    /// as they can be.
    fn signature(
        self: &Rc<Self>,
        request: &CapturedRequest,
        payload: Payload<'_>,
        refreshed: bool,
    ) -> Result<Option<Signature>, Error> {
        let now = self.host.now();
        let is_due = self.state.borrow().clock_watch.is_due(now);
        if is_due {
            self.watch_clock();
        }
        let url = url_of(request)?;
        let headers = request.header_pairs();
        check_header_signing(&url, &headers)?;
        let mut guard = self.state.borrow_mut();
        let state = &mut *guard;
        let target = self.target(state, &url, request)?;
        // Decided in any case, because a set that is used is refreshed in the background.
        let decision = state.session.decide(now);
        let decision = if refreshed { Decision::Use } else { decision };
        let Some(set) = state.session.current().filter(|_| decision != Decision::Await) else { return Ok(None) };
        let hash = hash_of(payload, &target);
        let signing = target.signing_request(&url, &request.method, &headers, &hash);
        let signed_at = state.session.server_time_for(url.authority, now);
        let signed = sign_headers(signing, &target.scope, &set.signing, signed_at, &mut state.keys);
        let signature = Signature {
            amz_date: signed.amz_date,
            authorization: signed.authorization,
            content_sha256: signed.content_sha256.then(|| signing.payload_hash.to_owned()),
            session_token: set.signing.session_token.clone(),
            access_key_id: set.signing.access_key_id.clone(),
            signed_at,
        };
        if decision == Decision::UseAndRefresh {
            drop(guard);
            self.start_refresh();
        }
        Ok(Some(signature))
    }

    fn presigned(
        &self,
        request: &CapturedRequest,
        expires_seconds: Option<u32>,
        refreshed: bool,
    ) -> Result<Option<String>, Error> {
        let now = self.host.now();
        let url = url_of(request)?;
        let headers = request.header_pairs();
        check_presigning(&url, &request.method, &headers)?;
        let mut state = self.state.borrow_mut();
        let target = self.target(&mut state, &url, request)?;
        // A set that has expired signs nothing more, unless there is no better one.
        let is_usable = state.session.decide(now) != Decision::Await || refreshed;
        let state = &mut *state;
        let Some(set) = state.session.current().filter(|_| is_usable) else { return Ok(None) };
        let service = &target.scope.service;
        let remaining = state.session.remaining(now);
        let Lifetime::Seconds(seconds) = lifetime(service, expires_seconds.map(i64::from), remaining, refreshed)?
        else {
            return Ok(None);
        };
        let hash = if takes_unsigned_payload(service) { UNSIGNED_PAYLOAD } else { EMPTY_HASH };
        let signing = target.signing_request(&url, &request.method, &headers, hash);
        let time = state.session.server_time_for(url.authority, now);
        let query = presign(signing, &target.scope, &set.signing, time, seconds, &mut state.keys);
        Ok(Some(format!("{}://{}{}?{query}", url.scheme, url.authority, url.path)))
    }

    fn target(
        &self,
        state: &mut State<H::Thrown>,
        url: &Url<'_>,
        request: &CapturedRequest,
    ) -> Result<SigningTarget, Error> {
        resolve(url, self.config.rules(), request.overrides(), &mut state.hosts)
    }
}

fn hash_of<'a>(payload: Payload<'a>, target: &SigningTarget) -> Cow<'a, str> {
    match payload {
        _ if target.unsigned_payload => UNSIGNED_PAYLOAD.into(),
        Payload::None => EMPTY_HASH.into(),
        Payload::Hash(hash) => hash.into(),
        Payload::Bytes(bytes) => sha256_hex(bytes).into(),
    }
}

/// Whether an Authorization header has this key: `AWS4-HMAC-SHA256 Credential={key}/…`.
fn is_by(authorization: &str, access_key_id: &str) -> bool {
    authorization.split(['=', '/']).nth(1) == Some(access_key_id)
}

fn url_of(request: &CapturedRequest) -> Result<Url<'_>, Error> {
    Url::split(&request.url).ok_or_else(unsupported_url)
}

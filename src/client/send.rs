//! One call of an AWS service: signed, sent and, where the machines say so, recovered and sent again.

use std::rc::Rc;

use super::caller::Caller;
use super::error::CallError;
use super::host::{Host, Sent};
use super::request::CapturedRequest;
use super::{Client, Inner};
use crate::cognito::{CALLER_IDENTITY_FORM, CallerIdentity, read_caller};
use crate::credentials::Attempt;
use crate::error::{Code, Error};
use crate::event::{Event, RequestDetail, RetryDetail, without_query};
use crate::http::{Reply, Url};
use crate::retry::{Call, ErrorKind, Policy, Recovered, RetryDecision, is_idempotent, needs_body};
use crate::time::Millis;

impl<H: Host> Client<H> {
    /// Sends a signed request until it is answered, or no further attempt is worth it. The caller gets what came of the
    /// last attempt.
    pub async fn send(
        &self,
        caller: &Caller,
        request: &CapturedRequest,
        outgoing: &H::Outgoing,
    ) -> Result<H::Response, CallError<H::Thrown>> {
        self.0.send(caller, request, outgoing).await
    }
}

/// What the last attempt tells.
struct Outcome<R, T> {
    result: Result<R, T>,
    reply: Option<Reply>,
}

impl<H: Host> Inner<H> {
    async fn send(
        self: &Rc<Self>,
        caller: &Caller,
        request: &CapturedRequest,
        outgoing: &H::Outgoing,
    ) -> Result<H::Response, CallError<H::Thrown>> {
        let mut call = Call {
            idempotent: request.is_read || is_idempotent(&request.method),
            replayable: true,
            policy: Policy {
                attempts: request.attempts.unwrap_or(self.config.retry.attempts),
                budget: request.budget.unwrap_or(self.config.retry.budget),
            },
            made: 0,
            elapsed: 0,
            recovered: Recovered::default(),
        };
        let began = self.host.monotonic();
        loop {
            let signature = self.authorize(caller, request, outgoing).await?;
            call.made += 1;
            let start = self.host.monotonic();
            let sent = self.host.send(outgoing, &signature).await;
            self.tell_attempt(request, call.made, start, &sent);
            let outcome = match sent {
                Sent::Final(result, _) => return result.map_err(CallError::Thrown),
                Sent::Unanswered(thrown) => Outcome { result: Err(thrown), reply: None },
                Sent::Answered { response, status } => {
                    let reply = self.host.read_refusal(&response, needs_body(status)).await;
                    Outcome { result: Ok(response), reply: Some(reply) }
                }
            };
            call.elapsed = self.host.monotonic() - began;
            if outcome.reply.is_none() && call.may_try_again() && self.is_reachable(&request.url).await {
                // The host answers: CORS hides a refusal, or the network failed once. Another attempt tells which.
                call.policy.attempts = call.policy.attempts.min(call.made + 1);
                call.elapsed = self.host.monotonic() - began;
            }
            let host = Url::split(&request.url).map_or("", |url| url.authority);
            let attempt = Attempt {
                host,
                reply: outcome.reply.as_ref(),
                key: &signature.access_key_id,
                signed_at: Some(signature.signed_at),
            };
            let (random, now) = (self.host.random(), self.host.now());
            let decision = self.state.borrow_mut().session.decide_retry(&call, &attempt, random, now);
            self.tell_clock();
            let Some(RetryDecision { plan, kind, refresh }) = decision else {
                return outcome.result.map_err(CallError::Thrown);
            };
            // An answer that is here already is not lost for want of another one.
            let is_worth_it = !refresh || self.replaced(caller, &signature.access_key_id).await.unwrap_or(false);
            if !is_worth_it || !caller.is_current() {
                return outcome.result.map_err(CallError::Thrown);
            }
            call.recovered = plan.recovered;
            self.tell_retry(request, call.made + 1, kind, plan.wait);
            if let Ok(response) = outcome.result {
                self.host.discard(response);
            }
            if plan.wait > 0 {
                caller.unless_ended(self.host.sleep(plan.wait)).await;
            }
            self.check(caller)?;
        }
    }

    /// Whether a host answers at all, asked at its root: a path or query may say more than a probe should.
    async fn is_reachable(&self, url: &str) -> bool {
        let Some(url) = Url::split(url) else { return false };
        self.host.is_reachable(&format!("{}://{}/", url.scheme, url.authority)).await
    }

    fn tell_attempt(
        &self,
        request: &CapturedRequest,
        attempt: u32,
        start: Millis,
        sent: &Sent<H::Response, H::Thrown>,
    ) {
        let status = match sent {
            Sent::Answered { status, .. } => Some(*status),
            Sent::Unanswered(_) => None,
            Sent::Final(_, status) => *status,
        };
        self.host.emit(&Event::Request(RequestDetail {
            method: request.method.clone(),
            url: without_query(&request.url),
            attempt,
            duration_ms: self.host.monotonic() - start,
            status,
        }));
    }

    fn tell_retry(&self, request: &CapturedRequest, attempt: u32, reason: ErrorKind, wait_ms: Millis) {
        self.host.emit(&Event::Retry(RetryDetail {
            method: request.method.clone(),
            url: without_query(&request.url),
            attempt,
            reason,
            wait_ms,
        }));
    }

    /// Asks STS whom the credentials belong to, for as long as one answer of a service may take.
    pub(super) async fn whoami(
        self: &Rc<Self>,
        caller: &Caller,
        url: String,
    ) -> Result<CallerIdentity, CallError<H::Thrown>> {
        let outgoing = self.host.form(&url, CALLER_IDENTITY_FORM);
        let request = CapturedRequest {
            url,
            method: "POST".into(),
            headers: vec![
                ("accept".into(), "application/json".into()),
                ("content-type".into(), "application/x-www-form-urlencoded".into()),
            ],
            is_read: true,
            ..CapturedRequest::default()
        };
        // Only STS's answer has to come in time.
        self.ready(caller).await?;
        let work = async {
            let response = self.send(caller, &request, &outgoing).await?;
            self.host.read(&response).await.map_err(CallError::Thrown)
        };
        let failed = |code, what| {
            Error::new(code, format!("{what} STS GetCallerIdentity"))
                .advise("Check the connection; CORS hides STS's refusals from pages.")
        };
        let timeout = self.host.sleep(self.config.timeout);
        match super::caller::before(work, timeout).await {
            None => Err(failed(Code::Timeout, "No answer in time from").into()),
            Some(Err(CallError::Thrown(thrown))) => {
                Err(CallError::caused(failed(Code::Network, "No readable answer from"), thrown))
            }
            Some(Err(error)) => Err(error),
            Some(Ok(reply)) => Ok(read_caller(&reply)?),
        }
    }
}

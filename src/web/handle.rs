//! The handle that the JavaScript half holds. It has one method for all operations but hashing: each exported method
//! costs some 400 bytes of conversion code, which for twenty of them was a fifth of the download. Every operation is
//! synchronous, so operations cannot overlap inside the handle, and none decides anything: they convert and delegate.

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use crate::appsync;
use crate::clock::{Millis, parse_date};
use crate::cognito::{self, Failure, Logins};
use crate::config::Config;
use crate::credentials::{Attempt, CredentialSet, Decision, Generation, Progress, Session, Standing, Verdict};
use crate::endpoint::KnownHosts;
use crate::error::Error;
use crate::heal::{Call, is_idempotent};
use crate::lifetime::{Lifetime, lifetime};
use crate::message::{Document, HttpReply, Url};
use crate::retry::Policy;
use crate::secret::Secret;
use crate::sigv4::{
    EMPTY_HASH, KeyCache, PayloadHash, SigningCredentials, SigningRequest, UNSIGNED_PAYLOAD, parse_headers, payload_of,
    presign, sha256_hex, sign_headers, takes_unsigned_payload,
};
use crate::target::{Overrides, Target, check_header_signed, check_presigned, not_http, resolve};
use crate::text::{concat, decimal, next_piece, parse_decimal};

/// The operations, numbered as in `operation.js`.
mod operation {
    pub(super) const DECLARE: u8 = 0;
    pub(super) const CONFIGURE: u8 = 1;
    pub(super) const DECIDE: u8 = 2;
    pub(super) const BEGIN: u8 = 3;
    pub(super) const LOGIN: u8 = 4;
    pub(super) const START_EXCHANGE: u8 = 5;
    pub(super) const REQUEST: u8 = 6;
    pub(super) const ANSWERED: u8 = 7;
    pub(super) const FAILED: u8 = 8;
    pub(super) const OBSERVE: u8 = 9;
    pub(super) const ACCEPT: u8 = 10;
    pub(super) const CREDENTIALS: u8 = 11;
    pub(super) const CHANGE_LOGINS: u8 = 12;
    pub(super) const SIGN_OUT: u8 = 13;
    pub(super) const CHECK: u8 = 14;
    pub(super) const SIGN: u8 = 15;
    pub(super) const STS_URL: u8 = 16;
    pub(super) const CALLER: u8 = 17;
    pub(super) const REFUSE_GRAPHQL: u8 = 18;
    pub(super) const CLOCK: u8 = 19;
    pub(super) const ALLOW: u8 = 20;
    pub(super) const PRESIGN: u8 = 21;
    pub(super) const CLASSIC_FLOW: u8 = 22;
    pub(super) const IDENTITY: u8 = 23;
    pub(super) const REMEMBER: u8 = 24;
    pub(super) const GRANT: u8 = 25;
    pub(super) const JUDGE: u8 = 26;
    pub(super) const LOOK: u8 = 27;
    pub(super) const JUMPED: u8 = 28;
}

/// One client.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Handle {
    config: Config,
    session: Session,
    keys: KeyCache,
    hosts: KnownHosts,
    logins: Logins,
    body: PayloadHash,
}

/// The arguments of an operation: texts with a NUL between them, numbers in decimal digits, nothing for what is not
/// given. One text is all that crosses the border: each value of its own costs conversion code and time.
struct Arguments<'a>(Vec<&'a str>);

impl<'a> Arguments<'a> {
    fn split(text: &'a str) -> Self {
        let mut rest = Some(text);
        let mut values = Vec::with_capacity(16);
        while let Some(value) = next_piece(&mut rest, 0) {
            values.push(value);
        }
        Self(values)
    }

    fn get(&self, index: usize) -> &'a str {
        self.0.get(index).copied().unwrap_or_default()
    }

    fn text(&self, index: usize) -> String {
        self.get(index).into()
    }

    fn given(&self, index: usize) -> Option<&'a str> {
        Some(self.get(index)).filter(|text| !text.is_empty())
    }

    fn optional(&self, index: usize) -> Option<String> {
        self.given(index).map(Into::into)
    }

    fn number(&self, index: usize) -> Option<i64> {
        parse_decimal(self.get(index))
    }

    fn time(&self, index: usize) -> Millis {
        self.number(index).unwrap_or_default()
    }

    /// A number in [0, 1), from one below a million.
    fn random(&self, index: usize) -> f64 {
        self.time(index) as f64 / 1e6
    }

    /// Attempts and budget, from `index` on; what is not given is as in `usual`.
    fn policy(&self, index: usize, usual: Policy) -> Policy {
        Policy {
            attempts: self.number(index).map_or(usual.attempts, |attempts| attempts as u32),
            budget: self.number(index + 1).unwrap_or(usual.budget),
        }
    }

    fn round(&self) -> Generation {
        (self.time(0) as u32).into()
    }

    /// Status, error type, request id and flat document, from `index` on.
    fn reply(&self, index: usize) -> HttpReply {
        HttpReply {
            status: self.time(index) as u16,
            error_type: self.text(index + 1),
            request_id: self.text(index + 2),
            document: Document::new(self.text(index + 3)),
        }
    }

    /// `init.aws`, from `index` on.
    fn overrides(&self, index: usize) -> Overrides<'a> {
        Overrides {
            service: self.given(index),
            region: self.given(index + 1),
            sign_as: self.given(index + 2),
            unsigned_payload: !self.get(index + 3).is_empty(),
        }
    }
}

/// What an operation answers: values in one text, with a NUL between them as they come in.
struct Answer {
    text: String,
    has_value: bool,
}

impl Answer {
    /// With room for what a signature adds to a request.
    fn new() -> Self {
        Self { text: String::with_capacity(512), has_value: false }
    }

    #[inline(never)]
    fn text(&mut self, value: &str) {
        if self.has_value {
            self.text.push_str("\0");
        }
        self.has_value = true;
        self.text.push_str(value);
    }

    /// A text, or nothing in its place.
    fn optional(&mut self, value: Option<&str>) {
        self.text(value.unwrap_or_default());
    }

    #[inline(never)]
    fn number(&mut self, value: i64) {
        self.text(if value < 0 { "-" } else { "" });
        self.text.push_str(&decimal(value.unsigned_abs()));
    }

    fn flag(&mut self, value: bool) {
        self.text(if value { "1" } else { "" });
    }
}

/// An error in one text: a mark, the facts, and last the message.
fn refusal(error: &Error) -> Answer {
    let mut answer = Answer::new();
    answer.text("\u{1}");
    answer.text(error.code.name());
    answer.text(error.advice());
    answer.flag(error.code.is_retryable());
    answer.optional(error.field.as_deref());
    match &error.service {
        Some(fault) => {
            answer.number(fault.status.into());
            answer.text(&fault.name);
            answer.text(&fault.request_id);
        }
        None => answer.text("\0\0"),
    }
    answer.text(&error.message);
    answer
}

#[wasm_bindgen]
impl Handle {
    /// A client without options.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs an operation. What starts with U+0001 and a NUL is an error; nothing that comes from outside can.
    pub fn run(&mut self, operation: u8, mut arguments: String) -> String {
        let mut answer = Answer::new();
        if let Err(error) = self.operate(operation, &Arguments::split(&arguments), &mut answer) {
            answer = refusal(&error);
        }
        // Login tokens come this way. A request to sign holds nothing of ours, and to wipe its body would take half as
        // long as to hash it.
        if operation != operation::SIGN {
            arguments.zeroize();
        }
        answer.text
    }

    /// Takes the next piece of a body; with the last one, the hash in lower-case hex comes back. In pieces, because
    /// WebAssembly's memory never shrinks. The pieces of one body come without a pause, so bodies do not mix.
    pub fn hash(&mut self, piece: &[u8], is_last: bool) -> String {
        self.body.update(piece);
        if is_last { std::mem::take(&mut self.body).finish() } else { String::new() }
    }
}

impl Handle {
    fn operate(&mut self, operation: u8, arguments: &Arguments<'_>, answer: &mut Answer) -> Result<(), Error> {
        use self::operation as op;
        match operation {
            // index, url, service, region?, signAs?
            op::DECLARE => {
                self.config.declare(
                    arguments.time(0) as u32,
                    arguments.get(1),
                    arguments.get(2),
                    arguments.given(3),
                    arguments.given(4),
                )?;
            }
            // identityPoolId?, region?, roleArn?
            op::CONFIGURE => {
                let pool = arguments.get(0);
                let pool = (!pool.is_empty()).then_some(pool);
                self.config.configure(pool, arguments.optional(1), arguments.optional(2))?;
            }
            // roleArn, roleSessionName?, durationSeconds?, policy?: after CONFIGURE
            op::CLASSIC_FLOW => {
                self.config.use_classic_flow(arguments.get(0), arguments.get(1), arguments.get(2), arguments.get(3))?;
            }
            // now -> 0: use the current set, 1: use it and start a round, 2: wait for a round
            op::DECIDE => answer.text(match self.session.decide(arguments.time(0)) {
                Decision::Use => "0",
                Decision::UseAndRefresh => "1",
                Decision::Await => "2",
            }),
            // random below a million -> the round
            op::BEGIN => {
                self.logins.clear();
                answer.number(u32::from(self.session.begin_with(arguments.random(0))).into());
            }
            // provider, token: for the round that is about to start its exchange
            op::LOGIN => {
                self.logins.push((arguments.text(0), Secret::new(arguments.text(1))));
            }
            // round, the developer's identityId? -> "1" if it still counts
            op::START_EXCHANGE => {
                let logins = std::mem::take(&mut self.logins);
                let given = arguments.optional(1);
                if let Some(pool) = self.config.pool() {
                    answer.flag(self.session.start_exchange(arguments.round(), pool, logins, given));
                }
            }
            // -> identityId?, "1" if somebody has signed in with it
            op::IDENTITY => {
                let (id, standing) = self.session.identity();
                answer.optional(id);
                answer.flag(standing == Standing::User);
            }
            // a guest's identityId of an earlier page -> "1" if it may be this pool's
            op::REMEMBER => {
                if let Some(pool) = self.config.pool() {
                    answer.flag(self.session.remember(pool, arguments.get(0)));
                }
            }
            // -> URL, x-amz-target and body
            op::REQUEST => {
                if let Some(call) = self.session.request() {
                    answer.text(&call.url);
                    answer.text(&call.target);
                    answer.text(&call.body);
                }
            }
            // round, random below a million, now, the time that the round has taken, then a reply; status 0 is no
            // connection, 1 no answer in time -> milliseconds to wait before the next request; "-" when the round is over
            op::ANSWERED => {
                let (round, now) = (arguments.round(), arguments.time(2));
                let random = arguments.random(1);
                self.session.pace(arguments.time(3));
                let reply = arguments.reply(4);
                let progress = match reply.status {
                    0 => self.session.unanswered(round, Failure::Network, random, now),
                    1 => self.session.unanswered(round, Failure::Timeout, random, now),
                    _ => self.session.answered(round, &reply, random, now),
                };
                match progress {
                    Progress::SendAfter(wait) => answer.number(wait),
                    Progress::Done | Progress::Overtaken => answer.text("-"),
                    Progress::Failed(error) => return Err(error),
                }
            }
            // round, now: it failed before it reached Cognito
            op::FAILED => {
                self.session.fail(arguments.round(), arguments.time(1));
            }
            // date, sent, received
            op::OBSERVE => {
                self.session.observe(arguments.time(0), arguments.time(1), arguments.time(2));
            }
            // round, now, accessKeyId, secretAccessKey, sessionToken?, identityId?, expiration?, "1" if it is a user's
            op::ACCEPT => {
                let set = CredentialSet {
                    signing: SigningCredentials {
                        access_key_id: arguments.text(2),
                        secret_access_key: Secret::new(arguments.text(3)),
                        session_token: arguments.optional(4).map(Secret::new),
                    },
                    identity_id: arguments.optional(5),
                    expires_at: arguments.number(6),
                };
                let standing = Standing::of(arguments.get(7) == "1");
                self.session.accept(arguments.round(), set, standing, arguments.time(1));
            }
            op::CREDENTIALS => self.credentials(answer),
            op::CHANGE_LOGINS => {
                self.keys.clear();
                self.session.change_logins();
            }
            op::SIGN_OUT => {
                self.keys.clear();
                self.session.sign_out();
            }
            // url, headers, then init.aws: refuses what must not be signed or sent, before anything is waited for
            op::CHECK => {
                let url = url_of(arguments.get(0))?;
                check_header_signed(&url, &parse_headers(arguments.get(1)))?;
                self.target(&url, arguments.overrides(2))?;
            }
            op::SIGN => self.sign(arguments, answer)?,
            op::STS_URL => answer.optional(self.config.sts_url().as_deref()),
            // a reply of STS -> account, arn, role?, userId
            op::CALLER => {
                let caller = cognito::read_caller(&arguments.reply(0))?;
                answer.text(&caller.account);
                answer.text(&caller.arn);
                answer.optional(caller.role.as_deref());
                answer.text(&caller.user_id);
            }
            // a reply of AppSync that is no GraphQL result -> never anything but an error
            op::REFUSE_GRAPHQL => return Err(appsync::refusal(&arguments.reply(0))),
            // -> the server's time minus the device's, and where that is from
            op::CLOCK => {
                let clock = self.session.clock();
                answer.number(clock.offset());
                answer.text(clock.source().name());
            }
            // attempts?, budget?: what the client's options grant
            op::GRANT => {
                self.session.grant(arguments.policy(0, self.session.policy()));
            }
            op::JUDGE => self.judge(arguments, answer),
            // now, woken? -> milliseconds until the set is to be looked at again, 0 to start a round; nothing if never
            op::LOOK => {
                if let Some(wait) = self.session.look(arguments.time(0), !arguments.get(1).is_empty()) {
                    answer.number(wait);
                }
            }
            // by how much the device's clock jumped ahead, or else back; now
            op::JUMPED => {
                self.session.jumped(arguments.time(0) - arguments.time(1), arguments.time(2));
            }
            // hosts: of AWS's own, these alone may be called
            op::ALLOW => {
                self.config.allow(&arguments.0)?;
            }
            op::PRESIGN => self.presign(arguments, answer)?,
            _ => {}
        }
        Ok(())
    }

    /// -> accessKeyId, secretAccessKey, sessionToken?, identityId?, expiration?; nothing without credentials. Handing
    /// credentials over is what the operation is for.
    fn credentials(&self, answer: &mut Answer) {
        let Some(set) = self.session.current() else { return };
        answer.text(&set.signing.access_key_id);
        answer.text(set.signing.secret_access_key.expose());
        answer.optional(set.signing.session_token.as_ref().map(Secret::expose));
        answer.optional(set.identity_id.as_deref());
        match set.expires_at {
            Some(end) => answer.number(end),
            None => answer.text(""),
        }
    }

    /// now, random below a million, key, x-amz-date, method, replayable?, attempts?, budget?, made, elapsed, what
    /// has been healed, then a reply; status 0 is none -> nothing if the caller gets the answer; or else milliseconds to
    /// wait before another attempt, the cause, what has been healed then, and whether to get another set first
    fn judge(&mut self, arguments: &Arguments<'_>, answer: &mut Answer) {
        let call = Call {
            idempotent: is_idempotent(arguments.get(4)),
            replayable: !arguments.get(5).is_empty(),
            policy: arguments.policy(6, self.session.policy()),
            made: arguments.time(8) as u32,
            elapsed: arguments.time(9),
            healed: arguments.time(10) as u8,
        };
        let reply = arguments.reply(11);
        let attempt = Attempt {
            reply: (reply.status > 0).then_some(&reply),
            key: arguments.get(2),
            signed_at: parse_date(arguments.get(3)),
        };
        let verdict = self.session.judge(&call, &attempt, arguments.random(1), arguments.time(0));
        if let Some(Verdict { again, cause, renew }) = verdict {
            answer.number(again.wait);
            answer.text(cause.name());
            answer.number(again.healed.into());
            answer.flag(renew);
        }
    }

    /// now, url, headers, init.aws, method, payload hash?, whether the credentials were renewed for it, and in place of
    /// the hash the body? -> what the headers to add say: x-amz-date, authorization, x-amz-content-sha256?,
    /// x-amz-security-token?, and whether the credentials are to be renewed in the background. Nothing if there have to
    /// be credentials first. In place of a token that was given before there is a `=`. Decides by itself, so that most
    /// signatures cross the border once.
    fn sign(&mut self, arguments: &Arguments<'_>, answer: &mut Answer) -> Result<(), Error> {
        let url = url_of(arguments.get(1))?;
        let headers = parse_headers(arguments.get(2));
        check_header_signed(&url, &headers)?;
        let target = self.target(&url, arguments.overrides(3))?;
        let renewed = !arguments.get(9).is_empty();
        let decision = if renewed { Decision::Use } else { self.session.decide(arguments.time(0)) };
        let is_token_given = decision != Decision::Await && self.session.is_token_given();
        let set = self.session.current().filter(|_| decision != Decision::Await);
        let Some(set) = set else { return Ok(()) };
        let hashed;
        let hash = match (arguments.get(8), arguments.get(10)) {
            _ if target.unsigned_payload => UNSIGNED_PAYLOAD,
            ("", "") => EMPTY_HASH,
            ("", body) => {
                hashed = sha256_hex(body.as_bytes());
                &hashed
            }
            (hash, _) => hash,
        };
        let request = request_to(&target, &url, arguments.get(7), &headers, hash);
        let time = self.session.server_time(arguments.time(0));
        let signed = sign_headers(request, &target.scope, &set.signing, time, &mut self.keys);
        answer.text(&signed.amz_date);
        answer.text(&signed.authorization);
        answer.text(if signed.content_sha256 { request.payload_hash } else { "" });
        // Credentials go on the wire here, and only here.
        answer.optional(match &set.signing.session_token {
            Some(_) if is_token_given => Some("="),
            token => token.as_ref().map(Secret::expose),
        });
        answer.flag(decision == Decision::UseAndRefresh);
        Ok(())
    }

    /// now, url, headers, init.aws, method, expiresSeconds?, and whether the credentials were renewed for it -> the
    /// presigned URL; nothing if there have to be credentials or newer ones first.
    fn presign(&mut self, arguments: &Arguments<'_>, answer: &mut Answer) -> Result<(), Error> {
        let (local, url) = (arguments.time(0), url_of(arguments.get(1))?);
        let (headers, method) = (parse_headers(arguments.get(2)), arguments.get(7));
        check_presigned(&url, method, &headers)?;
        let target = self.target(&url, arguments.overrides(3))?;
        let renewed = !arguments.get(9).is_empty();
        // A set that has ended signs nothing more, unless there is no better one.
        let usable = renewed || self.session.decide(local) != Decision::Await;
        let Some(set) = self.session.current().filter(|_| usable) else { return Ok(()) };
        let service = &target.scope.service;
        // What is no number is out of range.
        let asked = Some(arguments.get(8)).filter(|text| !text.is_empty()).map(|_| arguments.time(8));
        let left = self.session.left(local);
        let Lifetime::Seconds(seconds) = lifetime(service, asked, left, renewed)? else { return Ok(()) };
        let hash = if takes_unsigned_payload(service) { UNSIGNED_PAYLOAD } else { EMPTY_HASH };
        let request = request_to(&target, &url, method, &headers, hash);
        let time = self.session.server_time(local);
        let query = presign(request, &target.scope, &set.signing, time, seconds, &mut self.keys);
        answer.text(&concat(&[url.scheme, "://", url.authority, url.path, "?", &query]));
        Ok(())
    }

    fn target(&mut self, url: &Url<'_>, overrides: Overrides<'_>) -> Result<Target, Error> {
        resolve(url, self.config.rules(), overrides, &mut self.hosts)
    }
}

fn url_of(text: &str) -> Result<Url<'_>, Error> {
    Url::split(text).ok_or_else(not_http)
}

/// The request as AWS will see it.
fn request_to<'a>(
    target: &'a Target,
    url: &Url<'a>,
    method: &'a str,
    headers: &'a [(&'a str, &'a str)],
    hash: &'a str,
) -> SigningRequest<'a> {
    SigningRequest {
        method,
        host: &target.host,
        path: target.path.as_deref().unwrap_or(url.path),
        query: url.query,
        headers,
        payload_hash: payload_of(headers, hash),
    }
}

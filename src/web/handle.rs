//! The handle that the JavaScript half holds. It has one method for all operations: each exported method of its own
//! costs some 400 bytes of conversion code, which for twenty of them was a fifth of the download. Every operation is
//! synchronous, so operations cannot overlap inside the handle, and none decides anything: they convert and delegate.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::value::{Field, plain};
use crate::appsync;
use crate::clock::Millis;
use crate::cognito::{self, Failure, Logins};
use crate::config::{Config, check_login_key};
use crate::credentials::{CredentialSet, Decision, Progress, Session};
use crate::error::Error;
use crate::message::{Document, HttpReply, Url};
use crate::secret::Secret;
use crate::sigv4::{
    EMPTY_HASH, KeyCache, PayloadHash, SigningCredentials, SigningRequest, check_headers, parse_headers, sign_headers,
};
use crate::target::{Overrides, Target, not_http, resolve};
use crate::text::concat;

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
    pub(super) const HASH: u8 = 16;
    pub(super) const STS_URL: u8 = 17;
    pub(super) const CALLER: u8 = 18;
    pub(super) const REFUSE_GRAPHQL: u8 = 19;
}

/// What ANSWERED gives when the set is there, instead of milliseconds to wait.
const DONE: f64 = -1.0;

/// What it gives when the round was overtaken.
const OVERTAKEN: f64 = -2.0;

/// One client.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Handle {
    config: Config,
    session: Session,
    keys: KeyCache,
    logins: Logins,
}

/// The arguments of an operation. The JavaScript half has checked their kinds.
struct Arguments(Array);

impl Arguments {
    fn optional(&self, index: u32) -> Option<String> {
        self.0.get(index).as_string()
    }

    fn text(&self, index: u32) -> String {
        self.optional(index).unwrap_or_default()
    }

    fn secret(&self, index: u32) -> Secret {
        Secret::new(self.text(index))
    }

    fn number(&self, index: u32) -> f64 {
        self.0.get(index).as_f64().unwrap_or_default()
    }

    fn time(&self, index: u32) -> Millis {
        self.number(index) as Millis
    }

    /// Status, error type, request id and flat document, from `index` on.
    fn reply(&self, index: u32) -> HttpReply {
        HttpReply {
            status: self.number(index) as u16,
            error_type: self.text(index + 1),
            request_id: self.text(index + 2),
            document: Document::new(self.text(index + 3)),
        }
    }

    /// `init.aws`, from `index` on.
    fn overrides(&self, index: u32) -> Overrides {
        Overrides { service: self.optional(index), region: self.optional(index + 1), sign_as: self.optional(index + 2) }
    }
}

#[wasm_bindgen]
impl Handle {
    /// A client without options.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs an operation.
    pub fn run(&mut self, operation: u8, arguments: Array) -> Result<JsValue, JsValue> {
        Ok(self.operate(operation, &Arguments(arguments))?)
    }
}

impl Handle {
    fn operate(&mut self, operation: u8, arguments: &Arguments) -> Result<JsValue, Error> {
        use self::operation as op;
        let done = JsValue::UNDEFINED;
        Ok(match operation {
            // index, url, service, region?, signAs?
            op::DECLARE => {
                self.config.declare(
                    arguments.number(0) as u32,
                    &arguments.text(1),
                    &arguments.text(2),
                    arguments.optional(3),
                    arguments.optional(4),
                )?;
                done
            }
            // identityPoolId?, region?
            op::CONFIGURE => {
                self.config.configure(arguments.optional(0), arguments.optional(1))?;
                done
            }
            // now -> 0: use the current set, 1: use it and start a round, 2: wait for a round
            op::DECIDE => match self.session.decide(arguments.time(0)) {
                Decision::Use => 0.into(),
                Decision::UseAndRefresh => 1.into(),
                Decision::Await => 2.into(),
            },
            // -> the round
            op::BEGIN => {
                self.logins.clear();
                u32::from(self.session.begin()).into()
            }
            // provider, token: for the round that is about to start its exchange
            op::LOGIN => {
                let provider = arguments.text(0);
                check_login_key(&provider, self.logins.len())?;
                self.logins.push((provider, arguments.secret(1)));
                done
            }
            // round -> whether it still counts
            op::START_EXCHANGE => {
                let logins = std::mem::take(&mut self.logins);
                let round = (arguments.number(0) as u32).into();
                let started =
                    self.config.pool().map(|(pool, url)| self.session.start_exchange(round, url, pool, logins));
                (started == Some(true)).into()
            }
            // -> URL, x-amz-target and body, a line each
            op::REQUEST => match self.session.request() {
                Some(call) => concat(&[&call.url, "\n", &call.target, "\n", &call.body]).into(),
                None => done,
            },
            // round, random, now, then a reply; status 0 is no connection, 1 no answer in time
            op::ANSWERED => {
                let (round, random, now) =
                    ((arguments.number(0) as u32).into(), arguments.number(1), arguments.time(2));
                let reply = arguments.reply(3);
                let progress = match reply.status {
                    0 => self.session.unanswered(round, Failure::Network, random, now),
                    1 => self.session.unanswered(round, Failure::Timeout, random, now),
                    _ => self.session.answered(round, &reply, random, now),
                };
                match progress {
                    Progress::SendAfter(wait) => wait as f64,
                    Progress::Done => DONE,
                    Progress::Overtaken => OVERTAKEN,
                    Progress::Failed(error) => return Err(error),
                }
                .into()
            }
            // round, now: it failed before it reached Cognito
            op::FAILED => {
                self.session.fail((arguments.number(0) as u32).into(), arguments.time(1));
                done
            }
            // date, sent, received
            op::OBSERVE => {
                self.session.observe(arguments.time(0), arguments.time(1), arguments.time(2));
                done
            }
            // round, now, accessKeyId, secretAccessKey, sessionToken?, identityId?, expiration? -> whether it counts
            op::ACCEPT => {
                let set = CredentialSet {
                    signing: SigningCredentials {
                        access_key_id: arguments.text(2),
                        secret_access_key: arguments.secret(3),
                        session_token: arguments.optional(4).map(Secret::new),
                    },
                    identity_id: arguments.optional(5),
                    expires_at: arguments.0.get(6).as_f64().map(|end| end as Millis),
                };
                self.session.accept((arguments.number(0) as u32).into(), set, arguments.time(1)).into()
            }
            op::CREDENTIALS => self.credentials(),
            op::CHANGE_LOGINS => {
                self.keys.clear();
                self.session.change_logins();
                done
            }
            op::SIGN_OUT => {
                self.keys.clear();
                self.session.sign_out();
                done
            }
            // url, headers, then init.aws: refuses what must not be signed or sent, before anything is waited for
            op::CHECK => {
                check_headers(&parse_headers(&arguments.text(1)))?;
                let url = arguments.text(0);
                self.target(&Url::split(&url).ok_or_else(not_http)?, arguments.overrides(2))?;
                done
            }
            op::SIGN => self.sign(arguments)?,
            // Uint8Array -> lower-case hex
            op::HASH => hash(arguments.0.get(0).unchecked_ref()).into(),
            op::STS_URL => self.config.sts_url().into(),
            // a reply of STS -> who
            op::CALLER => {
                let caller = cognito::read_caller(&arguments.reply(0))?;
                plain(&[
                    ("account", Field::Text(&caller.account)),
                    ("arn", Field::Text(&caller.arn)),
                    ("role", Field::Optional(caller.role.as_deref())),
                    ("userId", Field::Text(&caller.user_id)),
                ])
            }
            // a reply of AppSync that is no GraphQL result -> never anything but an error
            op::REFUSE_GRAPHQL => return Err(appsync::refusal(&arguments.reply(0))),
            _ => done,
        })
    }

    /// The current set, for whoever signs elsewhere; undefined if there is none. Handing credentials over is what the
    /// operation is for.
    fn credentials(&self) -> JsValue {
        let Some(set) = self.session.current() else { return JsValue::UNDEFINED };
        plain(&[
            ("accessKeyId", Field::Text(&set.signing.access_key_id)),
            ("secretAccessKey", Field::Text(set.signing.secret_access_key.expose())),
            ("sessionToken", Field::Optional(set.signing.session_token.as_ref().map(Secret::expose))),
            ("identityId", Field::Optional(set.identity_id.as_deref())),
            ("expiration", Field::Number(set.expires_at.map(|end| end as f64))),
        ])
    }

    /// now, url, headers, init.aws, method, payload hash? -> the headers to add, in lines like those that came in;
    /// undefined without credentials.
    fn sign(&mut self, arguments: &Arguments) -> Result<JsValue, Error> {
        let url = arguments.text(1);
        let url = Url::split(&url).ok_or_else(not_http)?;
        let target = self.target(&url, arguments.overrides(3))?;
        let Some(set) = self.session.current() else { return Ok(JsValue::UNDEFINED) };
        let headers = arguments.text(2);
        let headers = parse_headers(&headers);
        let (method, hash) = (arguments.text(6), arguments.optional(7));
        let request = SigningRequest {
            method: &method,
            host: &target.host,
            path: url.path,
            query: url.query,
            headers: &headers,
            payload_hash: hash.as_deref().unwrap_or(EMPTY_HASH),
        };
        let time = self.session.server_time(arguments.time(0));
        let signed = sign_headers(request, &target.scope, &set.signing, time, &mut self.keys);
        Ok(signed.lines(&request, &set.signing).into())
    }

    fn target(&self, url: &Url<'_>, overrides: Overrides) -> Result<Target, Error> {
        resolve(url, &self.config.endpoints, overrides, self.config.region.as_deref())
    }
}

/// Hashed piece by piece: a large body is never whole in WebAssembly's memory, which never shrinks.
fn hash(body: &Uint8Array) -> String {
    const PIECE: u32 = 65_536;
    let mut hash = PayloadHash::default();
    let mut piece = vec![0; body.length().min(PIECE) as usize];
    let mut at = 0;
    while at < body.length() {
        let end = body.length().min(at + PIECE);
        let part = &mut piece[..(end - at) as usize];
        body.subarray(at, end).copy_to(part);
        hash.update(part);
        at = end;
    }
    hash.finish()
}

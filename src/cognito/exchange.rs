//! From identity pool and logins to credentials, as a machine: it says what to send next and is told what came back.
//! Enhanced flow: GetId, unless an identity is known, then GetCredentialsForIdentity.

use super::fault;
use super::wire::{Logins, get_credentials, get_id, read_credentials, read_identity_id};
use crate::clock::Millis;
use crate::config::IdentityPoolId;
use crate::error::{Code, Error, ServiceFault};
use crate::message::{HttpReply, ServiceCall};
use crate::retry;
use crate::sigv4::SigningCredentials;
use crate::text::{concat, contains};

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Wait so many milliseconds, then send [`Exchange::request`].
    SendAfter(Millis),
    /// Credentials are there.
    Done(Issued),
    /// There is no way on.
    Failed(Error),
}

/// What an exchange ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The identity that the credentials belong to, as the last answer named it.
    pub identity_id: String,
    /// The credentials.
    pub credentials: SigningCredentials,
    /// When they end, by the server's clock.
    pub expires_at: Millis,
}

/// Why a request brought no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The network failed.
    Network,
    /// Nothing came in time.
    Timeout,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    Unknown,
    /// From an earlier exchange: it may be gone by now, and then a new one is asked for once.
    Remembered(String),
    /// From this exchange's own GetId.
    Fresh(String),
}

/// One exchange. It ends in [`Step::Done`] or [`Step::Failed`] after a bounded number of requests.
#[derive(Debug)]
pub struct Exchange {
    url: String,
    pool: IdentityPoolId,
    logins: Logins,
    identity: Identity,
    attempt: u32,
}

impl Exchange {
    /// Starts with what is known. `url` is where Cognito Identity listens.
    pub fn new(url: String, pool: IdentityPoolId, logins: Logins, identity_id: Option<String>) -> Self {
        let identity = identity_id.map_or(Identity::Unknown, Identity::Remembered);
        Self { url, pool, logins, identity, attempt: 1 }
    }

    /// The request to send now.
    pub fn request(&self) -> ServiceCall {
        match &self.identity {
            Identity::Unknown => get_id(&self.url, &self.pool, &self.logins),
            Identity::Remembered(id) | Identity::Fresh(id) => get_credentials(&self.url, id, &self.logins),
        }
    }

    /// Takes an answer in. `random` is in [0, 1), for the waiting times.
    pub fn answered(&mut self, reply: &HttpReply, random: f64) -> Step {
        if reply.status == 200 { self.accepted(reply, random) } else { self.refused(reply, random) }
    }

    /// Takes in that no answer came.
    pub fn unanswered(&mut self, failure: Failure, random: f64) -> Step {
        let (code, what) = match failure {
            Failure::Network => (Code::Network, "No connection to Cognito for "),
            Failure::Timeout => (Code::Timeout, "No answer from Cognito in time to "),
        };
        self.again_or(random, |operation| Error::new(code, concat(&[what, operation])))
    }

    fn operation(&self) -> &'static str {
        if self.identity == Identity::Unknown { "GetId" } else { "GetCredentialsForIdentity" }
    }

    fn again_or(&mut self, random: f64, error: impl FnOnce(&'static str) -> Error) -> Step {
        if self.attempt >= retry::ATTEMPTS {
            return Step::Failed(error(self.operation()));
        }
        self.attempt += 1;
        Step::SendAfter(retry::backoff(self.attempt, random))
    }

    fn accepted(&mut self, reply: &HttpReply, random: f64) -> Step {
        let identity_id = read_identity_id(&reply.document);
        let issued = read_credentials(&reply.document);
        match (&self.identity, identity_id, issued) {
            (Identity::Unknown, Some(id), _) => {
                self.identity = Identity::Fresh(id);
                self.attempt = 1;
                Step::SendAfter(0)
            }
            (Identity::Remembered(_) | Identity::Fresh(_), Some(identity_id), Some((credentials, expires_at))) => {
                Step::Done(Issued { identity_id, credentials, expires_at })
            }
            // HTML of a captive portal, nothing, or half an answer.
            _ => {
                let fault = ServiceFault { status: 200, request_id: reply.request_id.clone(), ..Default::default() };
                self.again_or(random, |operation| {
                    Error::new(Code::ServiceFault, concat(&["Cognito's answer to ", operation, " cannot be read"]))
                        .service(fault)
                        .advise("A proxy or captive portal may rewrite answers.")
                })
            }
        }
    }

    fn refused(&mut self, reply: &HttpReply, random: f64) -> Step {
        let refusal = fault::read(reply);
        if fault::is_transient(&refusal.fault) {
            let logins = &self.logins;
            let error = fault::error(self.operation(), refusal, |text| holds_token(logins, text));
            return self.again_or(random, |_| error);
        }
        let error = fault::error(self.operation(), refusal, |text| holds_token(&self.logins, text));
        // A remembered identity that is gone, disabled or somebody else's is dropped, once: the new one is `Fresh`.
        if error.code == Code::IdentityLost && matches!(self.identity, Identity::Remembered(_)) {
            self.identity = Identity::Unknown;
            self.attempt = 1;
            return Step::SendAfter(0);
        }
        Step::Failed(error)
    }
}

fn holds_token(logins: &Logins, text: &str) -> bool {
    logins.iter().any(|(_, token)| contains(text, token.expose()))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::message::tests::flat;
    use crate::secret::Secret;

    const ID: &str = "us-east-1:0a1b2c3d-0000-4000-8000-000000000001";

    fn exchange(identity_id: Option<&str>) -> Exchange {
        let pool = IdentityPoolId::parse("us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a").unwrap();
        let logins = vec![("accounts.google.com".into(), Secret::new("eyJ.token".into()))];
        Exchange::new("https://c/".into(), pool, logins, identity_id.map(str::to_owned))
    }

    fn reply(status: u16, error_type: &str, body: Value) -> HttpReply {
        HttpReply { status, error_type: error_type.into(), request_id: "r".into(), document: flat(&body) }
    }

    fn issued() -> Value {
        json!({ "IdentityId": ID, "Credentials": {
            "AccessKeyId": "ASIA", "SecretKey": "secret", "SessionToken": "token", "Expiration": 1442877512.5 } })
    }

    fn target(exchange: &Exchange) -> String {
        exchange.request().target
    }

    #[test]
    fn get_id_then_credentials() {
        let mut exchange = exchange(None);
        assert_eq!(target(&exchange), "AWSCognitoIdentityService.GetId");
        let body: Value = serde_json::from_str(&exchange.request().body).unwrap();
        assert_eq!(body["Logins"]["accounts.google.com"], "eyJ.token");
        assert!(matches!(exchange.answered(&reply(200, "", json!({ "IdentityId": ID })), 0.5), Step::SendAfter(0)));
        assert_eq!(target(&exchange), "AWSCognitoIdentityService.GetCredentialsForIdentity");
        let Step::Done(done) = exchange.answered(&reply(200, "", issued()), 0.5) else { panic!("not done") };
        assert_eq!((done.identity_id.as_str(), done.expires_at), (ID, 1_442_877_512_000));
    }

    #[test]
    fn a_known_identity_needs_no_get_id() {
        assert_eq!(target(&exchange(Some(ID))), "AWSCognitoIdentityService.GetCredentialsForIdentity");
    }

    #[test]
    fn guests_send_no_logins_at_all() {
        let mut exchange = exchange(None);
        exchange.logins.clear();
        assert!(!exchange.request().body.contains("Logins"));
    }

    #[test]
    fn a_lost_identity_is_replaced_once() {
        let gone = || reply(400, "ResourceNotFoundException:", json!({ "message": "Identity 'x' not found." }));
        let mut exchange = exchange(Some(ID));
        assert!(matches!(exchange.answered(&gone(), 0.5), Step::SendAfter(0)));
        assert_eq!(target(&exchange), "AWSCognitoIdentityService.GetId");
        exchange.answered(&reply(200, "", json!({ "IdentityId": ID })), 0.5);
        let Step::Failed(error) = exchange.answered(&gone(), 0.5) else { panic!("not failed") };
        assert_eq!(error.code, Code::IdentityLost);
    }

    #[test]
    fn throttling_is_waited_out_and_bounded() {
        let slow = || reply(400, "TooManyRequestsException:", json!({ "message": "Rate exceeded" }));
        let mut exchange = exchange(None);
        for _ in 1..retry::ATTEMPTS {
            assert!(matches!(exchange.answered(&slow(), 0.5), Step::SendAfter(wait) if wait > 0));
        }
        let Step::Failed(error) = exchange.answered(&slow(), 0.5) else { panic!("not failed") };
        assert_eq!(error.code, Code::Throttled);
    }

    #[test]
    fn html_nothing_and_half_an_answer_end_in_service_fault() {
        for document in [json!({}), json!({ "IdentityId": 7 }), json!({ "IdentityId": "" }), json!([]), json!("<html>")]
        {
            let mut exchange = exchange(None);
            let reply = HttpReply {
                status: 200,
                error_type: String::new(),
                request_id: String::new(),
                document: flat(&document),
            };
            let last = (0..retry::ATTEMPTS).map(|_| exchange.answered(&reply, 0.0)).last();
            assert!(matches!(last, Some(Step::Failed(error)) if error.code == Code::ServiceFault));
        }
    }

    proptest::proptest! {
        /// Whatever Cognito answers, an exchange ends after a bounded number of requests and shows no token.
        #[test]
        fn every_exchange_ends(answers in proptest::collection::vec((0usize..8, 0.0f64..1.0), 40), known: bool) {
            let mut exchange = exchange(known.then_some(ID));
            let mut ended = false;
            for (kind, random) in answers {
                let step = match kind {
                    0 => exchange.answered(&reply(200, "", json!({ "IdentityId": ID })), random),
                    1 => exchange.answered(&reply(500, "InternalErrorException", json!({})), random),
                    2 => exchange.answered(&reply(400, "ResourceNotFoundException", json!({ "message": "Identity 'x' not found." })), random),
                    3 => exchange.answered(&reply(400, "NotAuthorizedException", json!({ "message": "about eyJ.token" })), random),
                    4 => exchange.unanswered(Failure::Network, random),
                    5 => exchange.unanswered(Failure::Timeout, random),
                    6 => exchange.answered(&reply(403, "", json!("<html>")), random),
                    _ => exchange.answered(&reply(200, "", json!({ "Credentials": {} })), random),
                };
                match step {
                    Step::SendAfter(wait) => proptest::prop_assert!((0..=5_000).contains(&wait)),
                    Step::Done(_) => { ended = true; break; }
                    Step::Failed(error) => {
                        let shown = format!("{error:?}");
                        proptest::prop_assert!(!shown.contains("eyJ.token"));
                        ended = true;
                        break;
                    }
                }
            }
            proptest::prop_assert!(ended);
        }
    }
}

//! From identity pool and logins to credentials, as a machine: it says what to send next and is told what came back.
//! Enhanced flow: GetId, unless an identity is known, then GetCredentialsForIdentity. Classic flow: GetId, unless an
//! identity is known, GetOpenIdToken, then AssumeRoleWithWebIdentity of STS.

use std::rc::Rc;

use super::fault::{self, Refusal};
use super::web_identity::{assume_role, read_assumed};
use super::wire::{Logins, for_identity, get_id, read_credentials, read_identity_id, read_token};
use crate::clock::Millis;
use crate::error::{Code, Error, ServiceFault};
use crate::message::{HttpReply, ServiceCall};
use crate::pool::{Flow, IdentityPool};
use crate::retry::Policy;
use crate::secret::Secret;
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

/// The identity that an exchange is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// To be asked for.
    Unknown,
    /// From an earlier exchange or an earlier page: it may be gone by now, and then a new one is asked for once.
    Remembered(String),
    /// From the developer's own backend: it knows better, so the identity is never replaced.
    Given(String),
    /// From this exchange itself.
    Fresh(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    GetId,
    GetCredentialsForIdentity,
    GetOpenIdToken,
    AssumeRoleWithWebIdentity,
}

impl Operation {
    /// Whose it is, and its name.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::GetId => ("Cognito", "GetId"),
            Self::GetCredentialsForIdentity => ("Cognito", "GetCredentialsForIdentity"),
            Self::GetOpenIdToken => ("Cognito", "GetOpenIdToken"),
            Self::AssumeRoleWithWebIdentity => ("STS", "AssumeRoleWithWebIdentity"),
        }
    }
}

/// One exchange. It ends in [`Step::Done`] or [`Step::Failed`] after a bounded number of requests.
#[derive(Debug)]
pub struct Exchange {
    pool: Rc<IdentityPool>,
    logins: Logins,
    identity: Identity,
    /// In the classic flow, what GetOpenIdToken gave and STS has not yet taken.
    token: Option<Secret>,
    attempt: u32,
    policy: Policy,
    elapsed: Millis,
    asked: Option<Millis>,
}

impl Exchange {
    /// Starts with what is known.
    pub fn new(pool: Rc<IdentityPool>, logins: Logins, identity: Identity) -> Self {
        let policy = Policy::default();
        Self { pool, logins, identity, token: None, attempt: 1, policy, elapsed: 0, asked: None }
    }

    /// Whether it is about somebody who has signed in.
    pub fn has_logins(&self) -> bool {
        !self.logins.is_empty()
    }

    /// The identity that Cognito has named in this exchange.
    pub fn named(&self) -> Option<&str> {
        match &self.identity {
            Identity::Fresh(id) => Some(id),
            _ => None,
        }
    }

    /// Grants other than the usual attempts and time.
    pub fn granting(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Takes in, before an answer or the lack of one, how long the exchange has been going on, and how long Cognito
    /// asks to be left alone.
    pub fn pace(&mut self, elapsed: Millis, asked: Option<Millis>) {
        self.elapsed = elapsed;
        self.asked = asked;
    }

    /// The request to send now.
    pub fn request(&self) -> ServiceCall {
        let for_identity = |id, role| for_identity(&self.pool, self.operation().names().1, id, &self.logins, role);
        match (&self.identity, &self.pool.flow, &self.token) {
            (Identity::Unknown, ..) => get_id(&self.pool, &self.logins),
            (_, Flow::Classic(flow), Some(token)) => assume_role(flow, token),
            (Identity::Remembered(id) | Identity::Given(id) | Identity::Fresh(id), flow, _) => match flow {
                Flow::Enhanced { custom_role_arn } => for_identity(id, custom_role_arn.as_deref()),
                Flow::Classic(_) => for_identity(id, None),
            },
        }
    }

    fn operation(&self) -> Operation {
        match (&self.identity, &self.pool.flow, &self.token) {
            (Identity::Unknown, ..) => Operation::GetId,
            (_, Flow::Enhanced { .. }, _) => Operation::GetCredentialsForIdentity,
            (_, Flow::Classic(_), None) => Operation::GetOpenIdToken,
            (_, Flow::Classic(_), Some(_)) => Operation::AssumeRoleWithWebIdentity,
        }
    }

    /// Takes an answer in. `random` is in [0, 1), for the waiting times.
    pub fn answered(&mut self, reply: &HttpReply, random: f64) -> Step {
        if reply.status == 200 { self.accepted(reply, random) } else { self.refused(reply, random) }
    }

    /// Takes in that no answer came.
    pub fn unanswered(&mut self, failure: Failure, random: f64) -> Step {
        let (code, what) = match failure {
            Failure::Network => (Code::Network, "No connection to "),
            Failure::Timeout => (Code::Timeout, "No answer in time from "),
        };
        let (service, operation) = self.operation().names();
        self.again_or(random, Error::new(code, concat(&[what, service, " for ", operation])))
    }

    fn again_or(&mut self, random: f64, error: Error) -> Step {
        let Some(wait) = self.policy.wait(self.attempt, self.elapsed, self.asked, random) else {
            return Step::Failed(error);
        };
        self.attempt += 1;
        Step::SendAfter(wait)
    }

    fn accepted(&mut self, reply: &HttpReply, random: f64) -> Step {
        let operation = self.operation();
        let named = read_identity_id(&reply.document);
        match (operation, named) {
            (Operation::GetId, Some(id)) => {
                self.identity = Identity::Fresh(id);
                self.attempt = 1;
                return Step::SendAfter(0);
            }
            (Operation::GetCredentialsForIdentity, Some(identity_id)) => {
                if let Some((credentials, expires_at)) = read_credentials(&reply.document) {
                    return Step::Done(Issued { identity_id, credentials, expires_at });
                }
            }
            (Operation::GetOpenIdToken, Some(id)) => {
                self.token = read_token(&reply.document);
                if self.token.is_some() {
                    // The attempts go on counting: a token that STS refuses brings the exchange here again.
                    self.identity = Identity::Fresh(id);
                    return Step::SendAfter(0);
                }
            }
            (Operation::AssumeRoleWithWebIdentity, _) => {
                if let (Identity::Fresh(id), Some((credentials, expires_at))) =
                    (&self.identity, read_assumed(&reply.document))
                {
                    return Step::Done(Issued { identity_id: id.clone(), credentials, expires_at });
                }
            }
            _ => {}
        }
        // HTML of a captive portal, nothing, or half an answer.
        let fault = ServiceFault { status: 200, request_id: reply.request_id.clone(), ..Default::default() };
        let (service, name) = operation.names();
        let error = Error::new(Code::ServiceFault, concat(&[service, "'s answer to ", name, " cannot be read"]));
        self.again_or(random, error.service(fault).advise("A proxy or captive portal may rewrite answers."))
    }

    fn refused(&mut self, reply: &HttpReply, random: f64) -> Step {
        let refusal = fault::read(reply);
        // A remembered identity that is gone, disabled or somebody else's is dropped, once: the new one is `Fresh`.
        if matches!(self.identity, Identity::Remembered(_)) && fault::is_about_identity(&refusal) {
            self.identity = Identity::Unknown;
            self.attempt = 1;
            return Step::SendAfter(0);
        }
        let is_stale_token = self.token.is_some() && fault::is_about_token(&refusal.fault);
        let is_transient = is_stale_token || fault::is_transient(&refusal.fault);
        let error = self.error(refusal);
        if is_stale_token {
            self.token = None;
        }
        if is_transient {
            return self.again_or(random, error);
        }
        Step::Failed(if error.code == Code::IdentityLost && matches!(self.identity, Identity::Given(_)) {
            error.advise("Give another identity, or check the one that `identity` gives.")
        } else {
            error
        })
    }

    fn error(&self, refusal: Refusal) -> Error {
        // Cognito echoes what it finds malformed.
        let holds = |secret: &Secret| contains(&refusal.text, secret.expose());
        let holds_secret = self.logins.iter().any(|(_, token)| holds(token)) || self.token.as_ref().is_some_and(holds);
        fault::error(self.operation().names(), refusal, holds_secret)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::message::tests::flat;
    use crate::pool::{ClassicFlow, IdentityPoolId};

    const ID: &str = "us-east-1:0a1b2c3d-0000-4000-8000-000000000001";

    const POOL: &str = "us-east-1:fc81b5de-4fa4-4087-adb5-4598fd25982a";
    const ROLE: &str = "arn:aws:iam::123456789012:role/Reader";

    fn pool(flow: Flow) -> Rc<IdentityPool> {
        Rc::new(IdentityPool { id: IdentityPoolId::parse(POOL).unwrap(), url: "https://c/".into(), flow })
    }

    fn exchange_of(flow: Flow, identity: Identity) -> Exchange {
        Exchange::new(pool(flow), vec![("accounts.google.com".into(), Secret::new("eyJ.token".into()))], identity)
    }

    fn exchange(identity_id: Option<&str>) -> Exchange {
        let identity = identity_id.map_or(Identity::Unknown, |id| Identity::Remembered(id.into()));
        exchange_of(Flow::Enhanced { custom_role_arn: None }, identity)
    }

    fn classic(identity: Identity) -> Exchange {
        exchange_of(Flow::Classic(ClassicFlow::parse("https://s/".into(), ROLE, "", "", "").unwrap()), identity)
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
        for _ in 1..Policy::default().attempts {
            assert!(matches!(exchange.answered(&slow(), 0.5), Step::SendAfter(wait) if wait > 0));
        }
        let Step::Failed(error) = exchange.answered(&slow(), 0.5) else { panic!("not failed") };
        assert_eq!(error.code, Code::Throttled);
    }

    #[test]
    fn cognito_is_left_alone_as_long_as_it_asks_and_given_up_when_time_is_up() {
        let slow = || reply(400, "TooManyRequestsException:", json!({ "message": "Rate exceeded" }));
        let mut exchange = exchange(None).granting(Policy { attempts: 9, budget: 10_000 });
        exchange.pace(1_000, Some(8_000));
        assert!(matches!(exchange.answered(&slow(), 0.5), Step::SendAfter(8_200)));
        exchange.pace(9_300, None);
        assert!(matches!(exchange.answered(&slow(), 0.5), Step::SendAfter(400)));
        exchange.pace(9_800, None);
        assert!(matches!(exchange.answered(&slow(), 0.5), Step::Failed(_)));
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
            let last = (0..Policy::default().attempts).map(|_| exchange.answered(&reply, 0.0)).last();
            assert!(matches!(last, Some(Step::Failed(error)) if error.code == Code::ServiceFault));
        }
    }

    #[test]
    fn an_identity_of_another_login_is_replaced_by_that_logins_own() {
        for (name, text) in [
            ("NotAuthorizedException", "Access to Identity 'x' is forbidden."),
            ("NotAuthorizedException", "Logins don't match. Please include at least one valid login."),
            ("ResourceConflictException", "Logins already linked to another account: accounts.google.com"),
        ] {
            let refused = || reply(400, name, json!({ "message": text }));
            let mut known = exchange(Some(ID));
            assert!(matches!(known.answered(&refused(), 0.5), Step::SendAfter(0)), "{text}");
            assert_eq!(target(&known), "AWSCognitoIdentityService.GetId");
            assert!(matches!(known.answered(&refused(), 0.5), Step::Failed(_)), "{text}");
        }
    }

    #[test]
    fn an_identity_that_the_developer_gives_is_used_without_get_id_and_never_replaced() {
        for mut exchange in [
            exchange_of(Flow::Enhanced { custom_role_arn: None }, Identity::Given(ID.into())),
            classic(Identity::Given(ID.into())),
        ] {
            assert!(exchange.request().body.contains(ID) && !exchange.request().target.ends_with("GetId"));
            let gone = reply(400, "ResourceNotFoundException:", json!({ "message": "Identity 'x' not found." }));
            let Step::Failed(error) = exchange.answered(&gone, 0.5) else { panic!("not failed") };
            assert_eq!(error.code, Code::IdentityLost);
            assert!(error.advice().contains("`identity`"));
        }
    }

    #[test]
    fn a_role_that_is_asked_for_goes_with_the_credentials_only() {
        let mut exchange = exchange_of(Flow::Enhanced { custom_role_arn: Some(ROLE.into()) }, Identity::Unknown);
        assert!(!exchange.request().body.contains("CustomRoleArn"));
        exchange.answered(&reply(200, "", json!({ "IdentityId": ID })), 0.5);
        let body: Value = serde_json::from_str(&exchange.request().body).unwrap();
        assert_eq!(body["CustomRoleArn"], ROLE);
    }

    fn open_id_token() -> HttpReply {
        reply(200, "", json!({ "IdentityId": ID, "Token": "eyJ.open" }))
    }

    #[test]
    fn the_classic_flow_goes_by_a_token_to_sts() {
        let mut exchange = classic(Identity::Unknown);
        exchange.answered(&reply(200, "", json!({ "IdentityId": "us-east-1:first" })), 0.5);
        assert_eq!(target(&exchange), "AWSCognitoIdentityService.GetOpenIdToken");
        assert!(exchange.request().body.contains("\"accounts.google.com\":\"eyJ.token\""));
        assert!(matches!(exchange.answered(&open_id_token(), 0.5), Step::SendAfter(0)));
        let call = exchange.request();
        assert_eq!((call.url.as_str(), call.target.as_str()), ("https://s/", ""));
        assert!(call.body.contains("&WebIdentityToken=eyJ.open"));
        let members = json!({ "AccessKeyId": "ASIA", "SecretAccessKey": "secret", "SessionToken": "token",
            "Expiration": "2015-09-21T23:18:32Z" });
        let Step::Done(done) = exchange.answered(&reply(200, "", members), 0.5) else { panic!("not done") };
        // The identity is the one that came with the token.
        assert_eq!((done.identity_id.as_str(), done.expires_at), (ID, 1_442_877_512_000));
    }

    #[test]
    fn a_token_that_sts_finds_too_old_is_fetched_anew_and_not_for_ever() {
        let old = || reply(400, "", json!({ "Code": "ExpiredTokenException", "Message": "Token too old: eyJ.open" }));
        let mut exchange = classic(Identity::Remembered(ID.into()));
        for attempt in 1.. {
            assert!(target(&exchange).ends_with("GetOpenIdToken"));
            exchange.answered(&open_id_token(), 0.5);
            match exchange.answered(&old(), 0.5) {
                Step::SendAfter(_) => assert!(attempt < Policy::default().attempts),
                Step::Failed(error) => {
                    assert_eq!((error.code, attempt), (Code::Refused, Policy::default().attempts));
                    assert!(!error.message.contains("eyJ.open") && error.message.starts_with("STS refused"));
                    break;
                }
                Step::Done(_) => panic!("done"),
            }
        }
    }

    #[test]
    fn the_classic_flow_replaces_a_lost_identity_once_too() {
        let gone = || reply(400, "ResourceNotFoundException:", json!({ "message": "Identity 'x' not found." }));
        let mut exchange = classic(Identity::Remembered(ID.into()));
        assert!(matches!(exchange.answered(&gone(), 0.5), Step::SendAfter(0)));
        assert!(target(&exchange).ends_with("GetId"));
        exchange.answered(&reply(200, "", json!({ "IdentityId": ID })), 0.5);
        assert!(matches!(exchange.answered(&gone(), 0.5), Step::Failed(_)));
    }

    proptest::proptest! {
        /// Whatever Cognito answers, an exchange ends after a bounded number of requests and shows no token.
        #[test]
        fn every_exchange_ends(answers in proptest::collection::vec((0usize..11, 0.0f64..1.0), 60), known in 0..3, by_sts: bool) {
            let identity = match known {
                0 => Identity::Unknown,
                1 => Identity::Remembered(ID.into()),
                _ => Identity::Given(ID.into()),
            };
            let mut exchange = if by_sts { classic(identity) } else { exchange_of(Flow::Enhanced { custom_role_arn: None }, identity) };
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
                    7 => exchange.answered(&open_id_token(), random),
                    8 => {
                        let at_sts = exchange.request().target.is_empty();
                        let text = if at_sts { "Token too old: eyJ.open" } else { "" };
                        exchange.answered(&reply(400, "", json!({ "Code": "ExpiredTokenException", "Message": text })), random)
                    }
                    9 => exchange.answered(&reply(400, "", json!({ "Code": "InvalidIdentityToken" })), random),
                    _ => exchange.answered(&reply(200, "", json!({ "Credentials": {} })), random),
                };
                match step {
                    Step::SendAfter(wait) => proptest::prop_assert!((0..=5_000).contains(&wait)),
                    Step::Done(_) => { ended = true; break; }
                    Step::Failed(error) => {
                        let shown = format!("{error:?}");
                        proptest::prop_assert!(!shown.contains("eyJ."));
                        ended = true;
                        break;
                    }
                }
            }
            proptest::prop_assert!(ended);
        }
    }
}

//! From identity pool and logins to credentials, as a machine: it says what to send next and is told what came back.
//! Enhanced flow: GetId, unless an identity is known, then GetCredentialsForIdentity. Classic flow: GetId, unless an
//! identity is known, GetOpenIdToken, then AssumeRoleWithWebIdentity of STS.

use std::rc::Rc;

use super::read::{read_assumed, read_credentials, read_identity_id, read_open_id_token};
use super::refusals::Refusal;
use super::web_identity::assume_role;
use super::wire::{CognitoInput, GetCredentialsForIdentity, GetId, GetOpenIdToken, Logins, ServiceRequest};
use crate::error::{Code, Error, ServiceFault};
use crate::http::{Reply, mentions};
use crate::pool::{ClassicFlow, Flow, IdentityPool};
use crate::retry::Policy;
use crate::secret::Secret;
use crate::sigv4::SigningCredentials;
use crate::time::Millis;

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Wait so many milliseconds, then send [`Exchange::request`].
    SendAfter(Millis),
    /// Credentials are there.
    Done(IssuedCredentials),
    /// There is no way on.
    Failed(Error),
}

/// What an exchange ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCredentials {
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

/// What to ask for now.
#[derive(Clone, Copy, Debug)]
enum Operation<'a> {
    GetId,
    GetCredentialsForIdentity { identity_id: &'a str, custom_role_arn: Option<&'a str> },
    GetOpenIdToken { identity_id: &'a str },
    AssumeRoleWithWebIdentity { flow: &'a ClassicFlow, token: &'a Secret, identity_id: &'a str },
}

impl Operation<'_> {
    /// Whose it is, and its name.
    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::GetId => ("Cognito", "GetId"),
            Self::GetCredentialsForIdentity { .. } => ("Cognito", "GetCredentialsForIdentity"),
            Self::GetOpenIdToken { .. } => ("Cognito", "GetOpenIdToken"),
            Self::AssumeRoleWithWebIdentity { .. } => ("STS", "AssumeRoleWithWebIdentity"),
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
    gives_up_when_throttled: bool,
    elapsed: Millis,
    requested_pause: Option<Millis>,
}

impl Exchange {
    /// Starts with what is known.
    pub fn new(pool: Rc<IdentityPool>, logins: Logins, identity: Identity) -> Self {
        Self {
            pool,
            logins,
            identity,
            token: None,
            attempt: 1,
            policy: Policy::default(),
            gives_up_when_throttled: false,
            elapsed: 0,
            requested_pause: None,
        }
    }

    /// Grants other than the usual attempts and time.
    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Ends it when Cognito or STS throttles, if so said: it is known to be in trouble.
    pub fn giving_up_when_throttled(self, gives_up_when_throttled: bool) -> Self {
        Self { gives_up_when_throttled, ..self }
    }

    /// Whether it is about somebody who has signed in.
    pub fn has_logins(&self) -> bool {
        !self.logins.is_empty()
    }

    /// The identity that Cognito has named in this exchange.
    pub fn named_identity(&self) -> Option<&str> {
        match &self.identity {
            Identity::Fresh(id) => Some(id),
            _ => None,
        }
    }

    /// How long the credentials last that it ends with, where that is known: an hour in the enhanced flow (Cognito
    /// Developer Guide, "Identity pools authentication flow"). In the classic flow the role's settings decide too.
    pub fn lifetime(&self) -> Option<Millis> {
        match self.pool.flow {
            Flow::Enhanced { .. } => Some(3_600_000),
            Flow::Classic(_) => None,
        }
    }

    /// Takes in, before an answer or the lack of one, how long the exchange has been going on, and how long the service
    /// asks to be left alone.
    pub fn set_elapsed(&mut self, elapsed: Millis, requested_pause: Option<Millis>) {
        self.elapsed = elapsed;
        self.requested_pause = requested_pause;
    }

    fn operation(&self) -> Operation<'_> {
        let identity_id = match &self.identity {
            Identity::Unknown => return Operation::GetId,
            Identity::Remembered(id) | Identity::Given(id) | Identity::Fresh(id) => id,
        };
        match (&self.pool.flow, &self.token) {
            (Flow::Enhanced { custom_role_arn }, _) => {
                Operation::GetCredentialsForIdentity { identity_id, custom_role_arn: custom_role_arn.as_deref() }
            }
            (Flow::Classic(_), None) => Operation::GetOpenIdToken { identity_id },
            (Flow::Classic(flow), Some(token)) => Operation::AssumeRoleWithWebIdentity { flow, token, identity_id },
        }
    }

    /// The request to send now.
    pub fn request(&self) -> ServiceRequest {
        let logins = self.logins.clone();
        let input = match self.operation() {
            Operation::GetId => CognitoInput::GetId(GetId { identity_pool_id: self.pool.id.as_str().into(), logins }),
            Operation::GetCredentialsForIdentity { identity_id, custom_role_arn } => {
                CognitoInput::GetCredentialsForIdentity(GetCredentialsForIdentity {
                    identity_id: identity_id.into(),
                    custom_role_arn: custom_role_arn.map(str::to_owned),
                    logins,
                })
            }
            Operation::GetOpenIdToken { identity_id } => {
                CognitoInput::GetOpenIdToken(GetOpenIdToken { identity_id: identity_id.into(), logins })
            }
            Operation::AssumeRoleWithWebIdentity { flow, token, .. } => return assume_role(flow, token),
        };
        input.request(&self.pool)
    }

    /// Takes an answer in. `random` is in [0, 1), for the waiting times.
    pub fn on_reply(&mut self, reply: &Reply, random: f64) -> Step {
        if reply.status == 200 { self.on_success(reply, random) } else { self.on_refusal(reply, random) }
    }

    /// Takes in that no answer came.
    pub fn on_failure(&mut self, failure: Failure, random: f64) -> Step {
        let (code, what) = match failure {
            Failure::Network => (Code::Network, "No connection to"),
            Failure::Timeout => (Code::Timeout, "No answer in time from"),
        };
        let (service, operation) = self.operation().names();
        self.retry_or_fail(random, Error::new(code, format!("{what} {service} for {operation}")))
    }

    fn retry_or_fail(&mut self, random: f64, error: Error) -> Step {
        let Some(wait) = self.policy.wait(self.attempt, self.elapsed, self.requested_pause, random) else {
            return Step::Failed(error);
        };
        self.attempt += 1;
        Step::SendAfter(wait)
    }

    fn on_success(&mut self, reply: &Reply, random: f64) -> Step {
        let (document, operation) = (&reply.document, self.operation());
        match operation {
            Operation::GetId => {
                if let Some(id) = read_identity_id(document, &self.pool) {
                    self.identity = Identity::Fresh(id);
                    self.attempt = 1;
                    return Step::SendAfter(0);
                }
            }
            Operation::GetCredentialsForIdentity { .. } => {
                if let Some(issued) = read_credentials(document, &self.pool) {
                    return Step::Done(issued);
                }
            }
            Operation::GetOpenIdToken { .. } => {
                if let (Some(id), Some(token)) = (read_identity_id(document, &self.pool), read_open_id_token(document))
                {
                    // The attempts go on counting: a token that STS refuses brings the exchange here again.
                    self.identity = Identity::Fresh(id);
                    self.token = Some(token);
                    return Step::SendAfter(0);
                }
            }
            Operation::AssumeRoleWithWebIdentity { identity_id, .. } => {
                if let Some(issued) = read_assumed(document, identity_id.into()) {
                    return Step::Done(issued);
                }
            }
        }
        // HTML of a captive portal, nothing, half an answer, or values that cannot be what they should.
        let fault = ServiceFault { status: 200, request_id: reply.request_id.clone(), ..Default::default() };
        let (service, name) = operation.names();
        let error = Error::new(Code::ServiceFault, format!("{service}'s answer to {name} cannot be read"));
        self.retry_or_fail(random, error.service(fault).advise("A proxy or captive portal may rewrite answers."))
    }

    fn on_refusal(&mut self, reply: &Reply, random: f64) -> Step {
        let refusal = Refusal::of(reply);
        // A remembered identity that is gone, disabled or somebody else's is dropped, once: the new one is `Fresh`.
        if matches!(self.identity, Identity::Remembered(_)) && refusal.is_about_identity() {
            self.identity = Identity::Unknown;
            self.attempt = 1;
            return Step::SendAfter(0);
        }
        let (service, operation) = self.operation().names();
        let error = refusal.error(service, operation, &|text| self.is_secret_in(text));
        let is_stale_token = self.token.is_some() && refusal.is_about_token();
        if is_stale_token {
            self.token = None;
        }
        if error.code == Code::Throttled && self.gives_up_when_throttled {
            return Step::Failed(error);
        }
        if is_stale_token || refusal.is_transient() {
            return self.retry_or_fail(random, error);
        }
        Step::Failed(if error.code == Code::IdentityLost && matches!(self.identity, Identity::Given(_)) {
            error.advise("Give another identity, or check the one that `identity` gives.")
        } else {
            error
        })
    }

    /// Whether a text repeats a login token or the token for STS. Cognito echoes what it finds malformed.
    fn is_secret_in(&self, text: &str) -> bool {
        let tokens = self.logins.iter().map(|(_, token)| token).chain(&self.token);
        tokens.map(Secret::expose).any(|token| mentions(text, token))
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::super::wire::Body;
    use super::*;
    use crate::http::{json_document, xml_document};
    use crate::pool::{ClassicFlow, IdentityPoolId};

    const ID: &str = "us-east-1:0a1b2c3d-0000-4000-8000-000000000001";

    const FIRST: &str = "us-east-1:0a1b2c3d-0000-4000-8000-000000000002";

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
        let (url, role_arn, session_name) = ("https://s/".into(), ROLE.into(), "sigfetch".into());
        exchange_of(Flow::Classic(ClassicFlow { url, role_arn, session_name, duration: None, policy: None }), identity)
    }

    fn reply(status: u16, error_type: &str, body: Value) -> Reply {
        let document = json_document(&body);
        Reply { status, error_type: error_type.into(), request_id: "r".into(), document, ..Reply::default() }
    }

    fn issued() -> Value {
        json!({ "IdentityId": ID, "Credentials": {
            "AccessKeyId": "ASIA", "SecretKey": "secret", "SessionToken": "token", "Expiration": 1442877512.5 } })
    }

    fn target(exchange: &Exchange) -> &'static str {
        exchange.request().target.unwrap_or_default()
    }

    /// The body as it is sent: JSON, or a form as one text.
    fn body(exchange: &Exchange) -> Value {
        match exchange.request().body {
            Body::Json(input) => serde_json::to_value(input).unwrap(),
            Body::Form(form) => form.expose().into(),
        }
    }

    #[test]
    fn get_id_then_credentials() {
        let mut exchange = exchange(None);
        assert_eq!(target(&exchange), "AWSCognitoIdentityService.GetId");
        assert_eq!(body(&exchange)["Logins"]["accounts.google.com"], "eyJ.token");
        assert!(matches!(exchange.on_reply(&reply(200, "", json!({ "IdentityId": ID })), 0.5), Step::SendAfter(0)));
        assert_eq!(target(&exchange), "AWSCognitoIdentityService.GetCredentialsForIdentity");
        let Step::Done(done) = exchange.on_reply(&reply(200, "", issued()), 0.5) else { panic!("not done") };
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
        assert_eq!(body(&exchange).get("Logins"), None);
    }

    #[test]
    fn a_lost_identity_is_replaced_once() {
        let gone = || reply(400, "ResourceNotFoundException:", json!({ "message": "Identity 'x' not found." }));
        let mut exchange = exchange(Some(ID));
        assert!(matches!(exchange.on_reply(&gone(), 0.5), Step::SendAfter(0)));
        assert_eq!(target(&exchange), "AWSCognitoIdentityService.GetId");
        exchange.on_reply(&reply(200, "", json!({ "IdentityId": ID })), 0.5);
        let Step::Failed(error) = exchange.on_reply(&gone(), 0.5) else { panic!("not failed") };
        assert_eq!(error.code, Code::IdentityLost);
    }

    #[test]
    fn throttling_is_waited_out_and_bounded() {
        let slow = || reply(400, "TooManyRequestsException:", json!({ "message": "Rate exceeded" }));
        let mut exchange = exchange(None);
        for _ in 1..Policy::default().attempts {
            assert!(matches!(exchange.on_reply(&slow(), 0.5), Step::SendAfter(wait) if wait > 0));
        }
        let Step::Failed(error) = exchange.on_reply(&slow(), 0.5) else { panic!("not failed") };
        assert_eq!(error.code, Code::Throttled);
    }

    #[test]
    fn cognito_is_left_alone_as_long_as_it_asks_and_given_up_when_time_is_up() {
        let slow = || reply(400, "TooManyRequestsException:", json!({ "message": "Rate exceeded" }));
        let mut exchange = exchange(None).with_policy(Policy { attempts: 9, budget: 10_000 });
        exchange.set_elapsed(1_000, Some(8_000));
        assert!(matches!(exchange.on_reply(&slow(), 0.5), Step::SendAfter(8_200)));
        exchange.set_elapsed(9_300, None);
        assert!(matches!(exchange.on_reply(&slow(), 0.5), Step::SendAfter(400)));
        exchange.set_elapsed(9_800, None);
        assert!(matches!(exchange.on_reply(&slow(), 0.5), Step::Failed(_)));
    }

    #[test]
    fn html_nothing_and_half_an_answer_end_in_service_fault() {
        for body in [
            json!({}),
            json!({ "IdentityId": 7 }),
            json!({ "IdentityId": "" }),
            json!({ "IdentityId": "eu-west-1:0a1b2c3d-0000-4000-8000-000000000001" }),
            json!({ "IdentityId": "x".repeat(1_000_000) }),
            json!([]),
            json!("<html>"),
        ] {
            let mut exchange = exchange(None);
            let reply = reply(200, "", body);
            let last = (0..Policy::default().attempts).map(|_| exchange.on_reply(&reply, 0.0)).last();
            let Some(Step::Failed(error)) = last else { panic!("not failed") };
            assert!(error.code == Code::ServiceFault && error.message == "Cognito's answer to GetId cannot be read");
        }
    }

    #[test]
    fn a_malformed_value_is_not_shown() {
        let mut exchange = exchange(Some(ID)).with_policy(Policy { attempts: 1, ..Policy::default() });
        let mut answer = issued();
        answer["Credentials"]["SessionToken"] = json!("eyJ.two\nlines");
        let Step::Failed(error) = exchange.on_reply(&reply(200, "", answer), 0.5) else { panic!("not failed") };
        assert!(error.code == Code::ServiceFault && !format!("{error:?}").contains("eyJ"));
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
            assert!(matches!(known.on_reply(&refused(), 0.5), Step::SendAfter(0)), "{text}");
            assert_eq!(target(&known), "AWSCognitoIdentityService.GetId");
            assert!(matches!(known.on_reply(&refused(), 0.5), Step::Failed(_)), "{text}");
        }
    }

    #[test]
    fn an_identity_that_the_developer_gives_is_used_without_get_id_and_never_replaced() {
        for mut exchange in [
            exchange_of(Flow::Enhanced { custom_role_arn: None }, Identity::Given(ID.into())),
            classic(Identity::Given(ID.into())),
        ] {
            assert!(body(&exchange)["IdentityId"] == ID && !target(&exchange).ends_with("GetId"));
            let gone = reply(400, "ResourceNotFoundException:", json!({ "message": "Identity 'x' not found." }));
            let Step::Failed(error) = exchange.on_reply(&gone, 0.5) else { panic!("not failed") };
            assert_eq!(error.code, Code::IdentityLost);
            assert!(error.advice().contains("`identity`"));
        }
    }

    #[test]
    fn a_role_that_is_asked_for_goes_with_the_credentials_only() {
        let mut exchange = exchange_of(Flow::Enhanced { custom_role_arn: Some(ROLE.into()) }, Identity::Unknown);
        assert_eq!(body(&exchange).get("CustomRoleArn"), None);
        exchange.on_reply(&reply(200, "", json!({ "IdentityId": ID })), 0.5);
        assert_eq!(body(&exchange)["CustomRoleArn"], ROLE);
    }

    fn open_id_token() -> Reply {
        reply(200, "", json!({ "IdentityId": ID, "Token": "eyJ.open" }))
    }

    #[test]
    fn the_classic_flow_goes_by_a_token_to_sts() {
        let mut exchange = classic(Identity::Unknown);
        exchange.on_reply(&reply(200, "", json!({ "IdentityId": FIRST })), 0.5);
        assert_eq!(target(&exchange), "AWSCognitoIdentityService.GetOpenIdToken");
        assert_eq!(body(&exchange)["Logins"]["accounts.google.com"], "eyJ.token");
        assert!(matches!(exchange.on_reply(&open_id_token(), 0.5), Step::SendAfter(0)));
        let request = exchange.request();
        assert_eq!((request.url.as_str(), request.target), ("https://s/", None));
        assert!(body(&exchange).as_str().unwrap().contains("&WebIdentityToken=eyJ.open"));
        let members = json!({ "AccessKeyId": "ASIA", "SecretAccessKey": "secret", "SessionToken": "token",
            "Expiration": "2015-09-21T23:18:32Z" });
        let answer = Reply { status: 200, document: xml_document(&members), ..Reply::default() };
        let Step::Done(done) = exchange.on_reply(&answer, 0.5) else { panic!("not done") };
        // The identity is the one that came with the token.
        assert_eq!((done.identity_id.as_str(), done.expires_at), (ID, 1_442_877_512_000));
    }

    #[test]
    fn a_token_that_sts_finds_too_old_is_fetched_anew_and_not_for_ever() {
        let old = || reply(400, "", json!({ "Code": "ExpiredTokenException", "Message": "Token too old: eyJ.open" }));
        let mut exchange = classic(Identity::Remembered(ID.into()));
        for attempt in 1.. {
            assert!(target(&exchange).ends_with("GetOpenIdToken"));
            exchange.on_reply(&open_id_token(), 0.5);
            match exchange.on_reply(&old(), 0.5) {
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
        assert!(matches!(exchange.on_reply(&gone(), 0.5), Step::SendAfter(0)));
        assert!(target(&exchange).ends_with("GetId"));
        exchange.on_reply(&reply(200, "", json!({ "IdentityId": ID })), 0.5);
        assert!(matches!(exchange.on_reply(&gone(), 0.5), Step::Failed(_)));
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
                    0 => exchange.on_reply(&reply(200, "", json!({ "IdentityId": ID })), random),
                    1 => exchange.on_reply(&reply(500, "InternalErrorException", json!({})), random),
                    2 => exchange.on_reply(&reply(400, "ResourceNotFoundException", json!({ "message": "Identity 'x' not found." })), random),
                    3 => exchange.on_reply(&reply(400, "NotAuthorizedException", json!({ "message": "about eyJ.token" })), random),
                    4 => exchange.on_failure(Failure::Network, random),
                    5 => exchange.on_failure(Failure::Timeout, random),
                    6 => exchange.on_reply(&reply(403, "", json!("<html>")), random),
                    7 => exchange.on_reply(&open_id_token(), random),
                    8 => {
                        let at_sts = target(&exchange).is_empty();
                        let text = if at_sts { "Token too old: eyJ.open" } else { "" };
                        exchange.on_reply(&reply(400, "", json!({ "Code": "ExpiredTokenException", "Message": text })), random)
                    }
                    9 => exchange.on_reply(&reply(400, "", json!({ "Code": "InvalidIdentityToken" })), random),
                    _ => exchange.on_reply(&reply(200, "", json!({ "Credentials": {} })), random),
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
